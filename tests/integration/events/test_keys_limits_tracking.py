"""The keys of persons, rate limits, the positions of consumers, and the base of positions."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, Tracking

from support.event_store import NOON, Shop, open_shop
from support.waiting import await_settled
from televent.adapters.postgres.event_store.shard import raise_base
from televent.adapters.postgres.event_store.subject_keys import CACHED_FOR, PostgresSubjectKeys
from televent.adapters.postgres.followers.tracking import PostgresTracking, restart, statuses
from televent.adapters.postgres.rate_lease import REMEMBERED, LeasedLimit
from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

SECOND = timedelta(seconds=1)
Result = TypeVar("Result")


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=8) as shop:
        yield shop


def together(count: int, act: Callable[[], Result]) -> list[Result]:
    """The results of ``act`` in ``count`` threads that start at the same time."""
    gate = threading.Barrier(count)
    results: list[Result] = []

    def run() -> None:
        gate.wait()
        results.append(act())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_each_person_has_one_key_whichever_caller_asks_first(shop: Shop) -> None:
    ann, bob = uuid4(), uuid4()
    keys = together(8, lambda: PostgresSubjectKeys(shop.pool).key(ann))
    assert len(keys) == 8
    assert len(set(keys)) == 1
    key = PostgresSubjectKeys(shop.pool).key(bob)
    assert key is not None
    assert len(key) == 32
    assert key not in keys


def test_a_destroyed_key_never_comes_back(shop: Shop) -> None:
    ann, time = uuid4(), [0.0]
    here = PostgresSubjectKeys(shop.pool, monotonic=lambda: time[0])
    elsewhere = PostgresSubjectKeys(shop.pool)
    assert here.key(ann) is not None
    elsewhere.destroy(ann, NOON)
    assert elsewhere.key(ann) is None
    time[0] += CACHED_FOR
    assert here.key(ann) is None
    assert shop.sql("SELECT key, destroyed_at FROM subject_key") == [(None, NOON)]
    elsewhere.destroy(ann, NOON + SECOND)
    assert shop.sql("SELECT destroyed_at FROM subject_key") == [(NOON,)]


def test_one_who_never_had_a_key_gets_none_after_erasure(shop: Shop) -> None:
    ann, keys = uuid4(), PostgresSubjectKeys(shop.pool)
    keys.destroy(ann, NOON)
    assert keys.key(ann) is None


def test_a_burst_passes_and_then_one_per_interval(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=10, seconds=60, burst=3)
    assert [limit.hit("ann", rate, NOON) for _ in range(4)] == [0, 0, 0, 6.0]
    assert limit.hit("bob", rate, NOON) == 0
    assert limit.hit("ann", rate, NOON + 2 * SECOND) == 4.0
    assert limit.hit("ann", rate, NOON + 6 * SECOND) == 0
    assert limit.hit("ann", rate, NOON + 6 * SECOND) == 6.0
    assert [limit.hit("ann", rate, NOON + 60 * SECOND) for _ in range(4)] == [0, 0, 0, 6.0]


def test_a_patient_request_is_admitted_for_later_behind_those_that_wait(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=10, seconds=60, burst=3)
    waits = [limit.hit("ann", rate, NOON, patience=18.0) for _ in range(8)]
    assert waits == [0, 0, 0, 6.0, 12.0, 18.0, 24.0, 24.0]
    assert limit.hit("ann", rate, NOON + 7 * SECOND, patience=18.0) == 17.0
    assert limit.hit("ann", rate, NOON + 7 * SECOND) == 23.0
    assert limit.hit("ann", rate, NOON + 24 * SECOND, patience=18.0) == 6.0
    assert limit.hit("ann", rate, NOON + 36 * SECOND) == 0


def test_of_many_at_once_exactly_the_burst_is_admitted(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=1, seconds=3600, burst=10)
    answers = [
        answer for answers in together(8, lambda: [limit.hit("ann", rate) for _ in range(25)]) for answer in answers
    ]
    assert len(answers) == 200
    assert answers.count(0) == 10
    assert all(0 <= answer <= 3600 for answer in answers)


def test_of_many_patient_ones_no_more_are_delayed_than_fit_into_their_patience(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=1, seconds=3600, burst=2)
    answers = [
        answer
        for answers in together(8, lambda: [limit.hit("ann", rate, patience=8 * 3600.0) for _ in range(5)])
        for answer in answers
    ]
    assert len([each for each in answers if each == 0]) == 2
    assert len([each for each in answers if 0 < each <= 8 * 3600]) == 8


def test_several_at_once_are_admitted_whole_or_not_at_all(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=10, seconds=60, burst=4)
    assert limit.hit("ann", rate, NOON, count=3) == 0
    assert limit.hit("ann", rate, NOON, count=3) == 12.0
    assert [limit.hit("ann", rate, NOON) for _ in range(2)] == [0, 6.0]
    assert limit.hit("ann", rate, NOON + 12 * SECOND, count=3) == 6.0


class CountingLimit(PostgresRateLimit):
    """Counts its statements."""

    asked = 0

    def hit(self, *given: Any, **named: Any) -> float:
        self.asked += 1
        return super().hit(*given, **named)


def test_a_lease_admits_many_with_one_statement_and_all_together_never_more_than_the_burst(shop: Shop) -> None:
    burst, counted = 256, CountingLimit(shop.pool)
    nodes = [LeasedLimit(counted, "caldav", Rate(1, 3600, burst)) for _ in range(3)]
    admitted = 0
    for node in itertools.cycle(nodes):
        if not node.held("ann") and node("ann") > 0:
            break
        admitted += 1
    left = sum(1 for node in nodes for _ in range(burst) if node.held("ann"))
    assert admitted + left == burst
    # A lease is a 64th of the burst, and at the end each node asks for a lease once more, and for single requests.
    assert counted.asked <= 64 + 2 * len(nodes)
    assert not nodes[0].held("bob")


def test_a_refused_client_asks_the_database_once(shop: Shop) -> None:
    now, counted = [0.0], CountingLimit(shop.pool)
    limit = LeasedLimit(counted, "ip", Rate(1, 3600, 2), lambda: now[0])
    assert [limit("ann") for _ in range(2)] == [0, 0]
    wait = limit("ann")
    asked = counted.asked
    now[0] += 60
    assert limit("ann") == pytest.approx(wait - 60)
    # One that would wait is asked about, for there may be room behind the others.
    assert limit("ann", 4000.0) < 4000.0
    assert (asked, counted.asked) == (3, 4)


def test_keys_in_memory_are_bounded(shop: Shop) -> None:
    def hit(*given: Any, **named: Any) -> float:
        return 0.0

    counted = CountingLimit(shop.pool)
    counted.hit = hit  # type: ignore[method-assign]
    limit = LeasedLimit(counted, "ip", Rate(1, 3600, 128))
    for number in range(REMEMBERED + 10):
        limit(str(number))
    assert not any(limit.held(str(number)) for number in range(10))
    assert limit.held(str(REMEMBERED))


def test_full_buckets_are_swept(shop: Shop) -> None:
    limit, rate = PostgresRateLimit(shop.pool), Rate(count=1, seconds=10, burst=1)
    limit.hit("ann", rate, NOON)
    limit.hit("bob", rate, NOON + 5 * SECOND)
    assert limit.sweep(NOON + 12 * SECOND) == 1
    assert shop.sql("SELECT key FROM rate_limit") == [("bob",)]


def consumer(shop: Shop, name: str = "search") -> PostgresTracking:
    tracking = PostgresTracking(shop.pool, name, uuid4())
    tracking.register(at_end=False)
    return tracking


def test_a_consumer_moves_forward_only(shop: Shop) -> None:
    tracking = consumer(shop)
    assert tracking.max_tracking_id("Televent") == 0
    assert tracking.take() == 0
    tracking.insert_tracking(Tracking("Televent", 7))
    for position in (6, 7):
        with pytest.raises(IntegrityError):
            tracking.insert_tracking(Tracking("Televent", position))
    tracking.insert_tracking(Tracking("Televent", 8))
    assert tracking.has_tracking_id("Televent", 8)
    assert not tracking.has_tracking_id("Televent", 9)
    restart(shop.pool, "search")
    assert tracking.max_tracking_id("Televent") == 0


def test_a_consumer_that_nobody_registered_has_no_place(shop: Shop) -> None:
    tracking = PostgresTracking(shop.pool, "stranger", uuid4())
    assert tracking.max_tracking_id("Televent") is None
    assert tracking.take() is None


def test_a_consumers_place_goes_back_with_its_rows(shop: Shop) -> None:
    tracking = consumer(shop)
    tracking.take()
    with shop.pool.connection() as connection, connection.transaction(force_rollback=True):
        tracking.insert_tracking(Tracking("Televent", 7), connection)
    assert tracking.max_tracking_id("Televent") == 0


def test_one_worker_at_a_time_leads_a_consumer(shop: Shop) -> None:
    first, second, other = consumer(shop), consumer(shop), consumer(shop, "agenda")
    assert first.take() == 0
    assert second.take() is None
    assert other.take() == 0
    assert not second.renew(7)
    with pytest.raises(IntegrityError):
        second.insert_tracking(Tracking("Televent", 7))
    second.release()
    assert second.take() is None
    first.release()
    assert second.take() == 0
    with pytest.raises(IntegrityError):
        first.insert_tracking(Tracking("Televent", 7))


def test_the_lease_of_a_worker_that_was_killed_ends(shop: Shop) -> None:
    first, second = consumer(shop), consumer(shop)
    first.take()
    shop.sql("UPDATE consumer SET lease_until = clock_timestamp() - interval '1 ms'")
    assert second.take() == 0
    assert not first.renew(7)


def test_a_lease_ends_where_the_history_may_be_another_one(shop: Shop) -> None:
    """Here the table gets another file, as it has in a copy; real starts are in test_runs_after_starts.py."""
    worker = consumer(shop)
    assert worker.take() == 0
    assert worker.renew(7)
    shop.sql("VACUUM FULL consumer")
    shop.sql("UPDATE consumer SET position = 3")
    assert not worker.renew(9)
    with pytest.raises(IntegrityError):
        worker.insert_tracking(Tracking("Televent", 9))
    assert worker.take() == 3
    assert worker.renew(4)


def test_a_consumer_that_cannot_go_on_says_why_and_lets_another_try(shop: Shop) -> None:
    first, second = consumer(shop), consumer(shop)
    first.take()
    first.fail(ValueError("no such\0 thing"))
    with shop.pool.connection() as connection:
        (found,) = [each for each in statuses(connection) if each.name == "search"]
    assert found.failed_since is not None
    assert found.error == "ValueError: no such thing"
    assert second.take() == 0
    second.insert_tracking(Tracking("Televent", 7))
    with shop.pool.connection() as connection:
        (found,) = [each for each in statuses(connection) if each.name == "search"]
    assert (found.position, found.failed_since, found.error) == (7, None, None)


def test_a_consumer_that_begins_at_the_end_passes_over_what_was_recorded(shop: Shop) -> None:
    shop.recorder.insert_events([shop.event(shop.key())])
    await_settled(shop.recorder)
    late, early = PostgresTracking(shop.pool, "late", uuid4()), consumer(shop, "early")
    late.register(at_end=True)
    with shop.pool.connection() as connection:
        behind = {each.name: each.behind for each in statuses(connection)}
    assert behind == {"late": 0, "early": 1}
    # Each process registers its consumers when it starts. That leaves their positions unchanged.
    shop.recorder.insert_events([shop.event(shop.key())])
    late.register(at_end=True)
    await_settled(shop.recorder)
    with shop.pool.connection() as connection:
        behind = {each.name: each.behind for each in statuses(connection)}
    assert behind == {"late": 1, "early": 2}
    assert early.take() == 0


def test_positions_go_on_above_those_of_an_older_cluster(shop: Shop) -> None:
    old = shop.recorder.insert_events([shop.event(shop.key())])[0]
    with shop.pool.connection() as connection:
        assert raise_base(connection) is None
        # A restored log: its positions come from a cluster that had counted a billion transactions more.
        connection.execute("UPDATE event SET position = position + (1000000000::bigint << 20)")
        restored = old + (1_000_000_000 << 20)
        assert shop.recorder.select_notifications(None, 10) == []
        assert raise_base(connection) is not None
        assert raise_base(connection) is None
    assert [note.id for note in shop.recorder.select_notifications(None, 10)] == [restored]
    assert shop.recorder.insert_events([shop.event(shop.key())])[0] > restored


def test_the_base_stays_while_others_write(shop: Shop) -> None:
    with shop.pool.connection() as older, older.transaction():
        older.execute("SELECT pg_current_xact_id()")
        shop.recorder.insert_events([shop.event(shop.key())])
        with shop.pool.connection() as connection:
            assert raise_base(connection) is None

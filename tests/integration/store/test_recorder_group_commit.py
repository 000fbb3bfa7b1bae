"""Writers of one calendar that share a transaction: each has its own outcome, and the order holds."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from support.event_store import Shop, open_shop
from support.waiting import await_settled, wait_until
from televent.application.event_store.conflicts import AlreadyApplied, Conflict, HrefTaken, StaleStream, UidTaken
from televent.application.read_models.calendars import ExpectCalendar

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, 12) as shop:
        yield shop


def together(shop: Shop, calendar: object, *acts: Callable[[], list[int]]) -> list[Future[list[int]]]:
    """Starts the acts in that order, all while the calendar's first writer waits for a lock."""
    key = shop.key()
    with ThreadPoolExecutor(len(acts) + 1) as threads, psycopg.connect(shop.url) as holder:
        holder.execute("UPDATE calendar SET props = props WHERE calendar_id = %s", (calendar,))
        put = shop.put(calendar, key, fresh=True)  # type: ignore[arg-type]
        threads.submit(shop.recorder.insert_events, [shop.event(key)], writes=[put])
        wait_until(lambda: shop.sql(WAITING))
        futures = []
        for number, act in enumerate(acts, 1):
            futures.append(threads.submit(act))
            wait_until(lambda number=number: queued(shop) == number)  # type: ignore[misc]
        holder.rollback()
    return futures


def queued(shop: Shop) -> int:
    return sum(len(queue) for queue in list(shop.recorder._group_commit._queues.values()))


def storing(shop: Shop, calendar: object, **fields: object) -> Callable[[], list[int]]:
    key = shop.key()
    put = shop.put(calendar, key, fresh=True, **fields)  # type: ignore[arg-type]
    return lambda: shop.recorder.insert_events([shop.event(key), shop.event(key, 2)], writes=[put])


def test_positions_and_numbers_follow_one_another_in_one_transaction(shop: Shop) -> None:
    calendar = shop.calendar()
    done = [each.result() for each in together(shop, calendar, *(storing(shop, calendar) for _ in range(5)))]
    flat = [position for positions in done for position in positions]
    assert flat == sorted(set(flat))
    assert len({position >> 20 for position in flat}) == 1
    found = shop.reads.changes(shop.tenant, "work", 0, 100)
    assert found is not None
    assert [row.seq for row in found[1]] == [1, 2, 3, 4, 5, 6]
    await_settled(shop.recorder)
    assert [note.id for note in shop.recorder.select_notifications(None, 100)][-10:] == flat


@pytest.mark.parametrize("at", [0, 1, 2])
def test_who_is_refused_is_the_only_one(shop: Shop, at: int) -> None:
    calendar = shop.calendar()
    standing = shop.stored(calendar)
    for fields, refusal in (({"uid": standing.uid}, UidTaken), ({"href": standing.href}, HrefTaken)):
        acts = [storing(shop, calendar) for _ in range(2)]
        acts.insert(at, storing(shop, calendar, **fields))
        done = together(shop, calendar, *acts)
        assert [type(each.exception()) for each in done].index(refusal) == at
        assert sum(each.exception() is None for each in done) == 2
    found = shop.reads.changes(shop.tenant, "work", 0, 100)
    assert found is not None
    assert [row.seq for row in found[1]] == list(range(1, 8))


def test_two_writes_with_the_same_name_or_stream_or_message_are_one_and_a_refusal(shop: Shop) -> None:
    calendar = shop.calendar()
    for fields, refusal in (({"href": "a.ics"}, HrefTaken), ({"uid": "a@example.com"}, UidTaken)):
        done = together(shop, calendar, storing(shop, calendar, **fields), storing(shop, calendar, **fields))
        assert sorted(type(each.exception()).__name__ for each in done) == sorted([refusal.__name__, "NoneType"])
    key = shop.key()

    def first() -> list[int]:
        return shop.recorder.insert_events(
            [shop.event(key)], writes=[shop.put(calendar, key)], inbox_keys=["message/1"]
        )

    done = together(shop, calendar, first, first)
    (refused,) = [type(each.exception()) for each in done if each.exception() is not None]
    assert issubclass(refused, Conflict)
    assert refused in (StaleStream, AlreadyApplied)


def test_who_expects_the_calendar_as_it_stood_sees_what_went_before_in_the_same_transaction(shop: Shop) -> None:
    calendar = shop.calendar()
    shop.stored(calendar)
    key, then = shop.key(), replace(shop.moment(calendar), seq=2)
    expecting = (ExpectCalendar(shop.tenant, calendar, then), shop.put(calendar, key, fresh=True))
    late, right = storing(shop, calendar), lambda: shop.recorder.insert_events([shop.event(key)], writes=expecting)
    after, refused = together(shop, calendar, late, right)
    # Either one may be the first, but the second one must see the first.
    assert after.exception() is None
    if refused.exception() is not None:
        assert isinstance(refused.exception(), StaleStream)
    else:
        found = shop.reads.changes(shop.tenant, "work", 2, 100)
        assert found is not None
        assert next(row.stream_id for row in found[1]) == key.stream


def test_when_the_group_s_connection_is_cut_each_of_them_is_recorded_once(shop: Shop) -> None:
    calendar = shop.calendar()
    gate, last = shop.key(), shop.key()
    with ThreadPoolExecutor(4) as threads, psycopg.connect(shop.url) as holder, psycopg.connect(shop.url) as other:
        holder.execute("UPDATE calendar SET props = props WHERE calendar_id = %s", (calendar,))
        # A writer that applies this message waits until this transaction ends.
        other.execute("INSERT INTO inbox VALUES (%s, 'message/1', now())", (shop.tenant,))
        put = shop.put(calendar, gate, fresh=True)
        threads.submit(shop.recorder.insert_events, [shop.event(gate)], writes=[put])
        wait_until(lambda: shop.sql(WAITING))
        acts = [storing(shop, calendar), storing(shop, calendar)]
        message = [shop.put(calendar, last, fresh=True)]
        acts.append(lambda: shop.recorder.insert_events([shop.event(last)], writes=message, inbox_keys=["message/1"]))
        futures = []
        for number, act in enumerate(acts, 1):
            futures.append(threads.submit(act))
            wait_until(lambda number=number: queued(shop) == number)  # type: ignore[misc]
        holder.rollback()
        wait_until(lambda: shop.reads.calendars(shop.tenant)[0].seq == 1)
        ((group,),) = wait_until(lambda: shop.sql(WAITING))
        shop.sql("SELECT pg_terminate_backend(%s)", (group,))
        other.rollback()
    assert [each.exception() for each in futures] == [None, None, None]
    assert shop.reads.calendars(shop.tenant)[0].seq == 4
    # One calendar, the first writer, two writers with two facts each, and the message: each is stored once.
    assert shop.sql("SELECT count(*) FROM event WHERE tenant_id = %s", (shop.tenant,)) == [(1 + 1 + 4 + 1,)]

"""Followers of the log: a policy and a projection, killed, restarted, rebuilt, run by several workers at once."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, Tracking

from support.followers import catch_up, runner
from support.sample_projection import DDL, TITLES
from support.sample_webhook import WEBHOOK
from support.town import Person, Town, meeting, open_town
from support.waiting import await_settled, wait_until
from televent.adapters.postgres.followers import runner as running
from televent.adapters.postgres.followers.consumers import Batch, ProjectionConsumer
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.followers.runner import Following, Runner, following, register
from televent.adapters.postgres.followers.tracking import PostgresTracking, restart, statuses
from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.followers import Policy
from televent.application.messages.outbox import OutboxMessage
from televent.domain.calendar_object.events import EventCreated
from televent.runtime.compose import Core


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
    with open_town(database_url) as town:
        register(town.core.pool, [following(WEBHOOK), following(TITLES)])
        yield town


def write(ann: Person, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        ann.put(meeting(f"SUMMARY:Number {number}", people=(), organizer="X-NOBODY:x", uid=f"{number}@example.com"),
                href=f"{number}.ics")  # fmt: skip


def titles(town: Town) -> list[tuple[Any, ...]]:
    with psycopg.connect(town.url) as connection:
        return connection.execute("SELECT tenant_id, summary, version FROM title ORDER BY summary").fetchall()


def hooks(town: Town) -> list[str]:
    return sorted(each["values"]["uid"] for each in town.owed("telegram_notification"))


def behind(core: Core, name: str) -> int:
    with core.pool.connection() as connection:
        return next(each.behind for each in statuses(connection) if each.name == name)


def test_a_policy_owes_a_message_for_each_fact_it_reacts_to(town: Town) -> None:
    ann = town.person("ann")
    write(ann, 3)
    assert hooks(town) == []
    catch_up(town.core, WEBHOOK)
    assert hooks(town) == ["0@example.com", "1@example.com", "2@example.com"]
    assert catch_up(town.core, WEBHOOK) == 0


def test_a_policy_started_again_from_any_position_owes_nothing_twice(town: Town) -> None:
    ann = town.person("ann")
    write(ann, 3)
    catch_up(town.core, WEBHOOK)
    for position in (0, town.core.recorder.select_notifications(None, 100)[-2].id):
        restart(town.core.pool, "webhook", position)
        catch_up(town.core, WEBHOOK)
    assert hooks(town) == ["0@example.com", "1@example.com", "2@example.com"]


def test_a_policy_holds_the_decrypted_facts_of_a_batch_one_at_a_time(town: Town) -> None:
    held: list[int] = []

    def react(_fact: Any, _envelope: Envelope) -> list[OutboxMessage]:
        gc.collect()
        held.append(sum(type(each) is EventCreated for each in gc.get_objects()))
        return []

    counting = Policy("counting", react, topics=("event-created/1",))
    register(town.core.pool, [following(counting)])
    write(town.person("ann"), 5)
    assert catch_up(town.core, counting) == 5
    assert held == [held[0]] * 5


def test_a_projection_inserts_updates_and_deletes(town: Town) -> None:
    ann = town.person("ann")
    write(ann, 3)
    row = ann.row("1@example.com")
    ann.put(meeting("SUMMARY:Changed", people=(), organizer="X-NOBODY:x", uid="1@example.com"), href=row.href)
    ann.delete("2.ics")
    catch_up(town.core, TITLES)
    assert titles(town) == [(ann.tenant, "Changed", 2), (ann.tenant, "Number 0", 1)]


def test_a_projection_started_again_from_the_start_comes_to_the_same(town: Town) -> None:
    ann = town.person("ann")
    write(ann, 5)
    ann.delete("2.ics")
    catch_up(town.core, TITLES)
    before = titles(town)
    restart(town.core.pool, "titles")
    catch_up(town.core, TITLES)
    assert titles(town) == before


def test_a_projection_is_rebuilt_beside_the_live_one(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, 4)
    ann.delete("3.ics")
    catch_up(core, TITLES)
    before = titles(town)
    with psycopg.connect(town.url) as connection:
        connection.execute("UPDATE title SET summary = 'wrong' WHERE summary = 'Number 0'")
        connection.execute("DELETE FROM title WHERE summary = 'Number 1'")
        connection.execute("INSERT INTO title VALUES (%s, %s, 'too many', 1)", (uuid4(), uuid4()))
    # A fact that no worker has processed yet is left to the worker: the rows are those of the follower's position.
    write(ann, 1, start=7)
    await_settled(core.recorder)
    told: list[int] = []
    result = rebuild(core.pool, core.store.facts, "titles", lambda done, _: told.append(done), followers=[TITLES])
    assert (result.differing, told[-1]) == (3, result.events)
    assert titles(town) == before
    assert catch_up(core, TITLES) == 1
    assert titles(town) == [*before, (ann.tenant, "Number 7", 1)]


class Killed(BaseException):
    """Raised where the worker dies."""


def killed_at(step: str) -> Following:
    """The follower ``TITLES`` in a worker that dies in the middle of its first batch."""

    class Dying(ProjectionConsumer):
        def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
            super().process_event(domain_event, tracking)
            if step == "while it reads":
                raise Killed

        def write(self, connection: Any, now: Any) -> None:
            if step == "before its rows":
                raise Killed
            super().write(connection, now)
            if step == "after its rows":
                raise Killed

    return replace(following(TITLES), make=lambda batch: Dying(batch, TITLES))


@pytest.mark.parametrize("step", ["while it reads", "before its rows", "after its rows"])
def test_a_worker_killed_between_two_steps_loses_and_doubles_nothing(town: Town, step: str) -> None:
    ann = town.person("ann")
    write(ann, 4)
    await_settled(town.core.recorder)
    with pytest.raises(Killed):
        runner(town.core, killed_at(step)).advance()
    assert titles(town) == []
    catch_up(town.core, TITLES)
    assert [row[1] for row in titles(town)] == [f"Number {number}" for number in range(4)]


def test_work_whose_lease_was_lost_meanwhile_is_undone(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, 2)
    await_settled(core.recorder)
    second = PostgresTracking(core.pool, "titles", uuid4())

    class Slow(ProjectionConsumer):
        def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
            super().process_event(domain_event, tracking)
            with psycopg.connect(town.url, autocommit=True) as connection:
                connection.execute("UPDATE consumer SET lease_until = clock_timestamp() - interval '1 ms'")
            second.take()

    with pytest.raises(IntegrityError):
        runner(core, replace(following(TITLES), make=lambda batch: Slow(batch, TITLES))).advance()
    assert titles(town) == []
    second.release()
    catch_up(core, TITLES)
    assert len(titles(town)) == 2


def test_what_fails_stands_still_is_seen_and_holds_back_nothing_before_it(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    write(ann, 6)
    broken = threading.Event()
    broken.set()

    def react(fact: Any, envelope: Envelope) -> Sequence[OutboxMessage]:
        if broken.is_set() and getattr(fact, "uid", "") == "4@example.com":
            raise ValueError("cannot read this one")
        return WEBHOOK.react(fact, envelope)

    leader = runner(core, Policy("webhook", react, WEBHOOK.topics))
    thread = threading.Thread(target=leader.run)
    thread.start()
    try:
        wait_until(lambda: len(hooks(town)) == 4, what="what comes before the fact that fails")
        with core.pool.connection() as connection:
            found = wait_until(lambda: next((e for e in statuses(connection) if e.name == "webhook" and e.error), None))
        assert found.error == "ValueError: cannot read this one"
        assert found.behind >= 2
        broken.clear()
        wait_until(lambda: len(hooks(town)) == 6, deadline=90)
    finally:
        leader.stop()
        thread.join()
    await_settled(core.recorder)
    assert hooks(town) == [f"{number}@example.com" for number in range(6)]


def test_three_workers_do_the_work_of_one(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    runners = [runner(core, each) for each in (TITLES, WEBHOOK) for _ in range(3)]
    threads = [threading.Thread(target=each.run) for each in runners]
    for thread in threads:
        thread.start()
    try:
        write(ann, 30)
        wait_until(lambda: behind(core, "titles") == 0 and behind(core, "webhook") == 0, what="the followers")
        # The worker that holds the lease stops, and another one continues.
        for each in runners[::3]:
            each.stop()
        write(ann, 30, start=30)
        wait_until(lambda: len(hooks(town)) == 60 and len(titles(town)) == 60, what="the followers again")
    finally:
        for each in runners:
            each.stop()
        for thread in threads:
            thread.join()
    assert len(titles(town)) == len(hooks(town)) == 60


def test_a_long_pause_does_not_hold_back_a_backlog(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    write(town.person("ann"), 5)
    core = town.core
    leader = Runner(core.store, core.pool, core.wakeups, replace(following(TITLES), pause=3600.0), lambda: town.now)
    thread = threading.Thread(target=leader.run)
    thread.start()
    try:
        wait_until(lambda: len(titles(town)) == 5, what="five events in batches of two")
    finally:
        leader.stop()
        thread.join()


def test_a_consumer_goes_on_when_its_connections_are_cut(town: Town) -> None:
    ann, core = town.person("ann"), town.core
    leader = runner(core, TITLES)
    thread = threading.Thread(target=leader.run)
    thread.start()
    try:
        for round_ in range(5):
            write(ann, 5, start=round_ * 5)
            with psycopg.connect(town.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        wait_until(lambda: len(titles(town)) == 25, deadline=90, what="all titles")
    finally:
        leader.stop()
        thread.join()


def test_a_batch_is_the_librarys_view(town: Town) -> None:
    tracking = PostgresTracking(town.core.pool, "titles", uuid4())
    batch = Batch(tracking)
    assert batch.max_tracking_id("Televent") == 0
    tracking.take()
    batch.insert_tracking(Tracking("Televent", 7))
    assert batch.max_tracking_id("Televent") == 0
    with town.core.pool.connection() as connection, connection.transaction():
        batch.close(connection)
    assert batch.max_tracking_id("Televent") == 7

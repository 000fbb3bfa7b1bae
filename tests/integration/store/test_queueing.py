"""Writers that met a conflict about one object take turns, in one process and in several."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest

from support.dav import open_site
from support.event_store import Shop, open_shop
from support.waiting import NET, wait_until
from televent.adapters.postgres.event_store import queueing
from televent.adapters.postgres.event_store.queueing import Queues, lock_number
from televent.adapters.postgres.pool import open_pool
from televent.application.event_store.conflicts import StaleStream
from televent.domain.ids import AccountId, StreamKey

# pg_locks has the locks of all databases of the server.
LOCKS = """
    FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
WAITING = f"SELECT count(*) {LOCKS} AND NOT granted"
HELD = f"SELECT count(*) {LOCKS} AND granted"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Queues]:
    """The queues of another process."""
    with open_pool(database_url, autocommit=True) as pool:
        yield Queues(pool)


def count(shop: Shop, query: str) -> int:
    ((found,),) = shop.sql(query)
    return int(found)


class Writer:
    """A writer in a thread of its own, which notes when it has its turn."""

    def __init__(self, queues: Queues, key: object, order: list[str], name: str) -> None:
        self.entered, self.leave = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(queues, key, order, name))
        self._thread.start()

    def _run(self, queues: Queues, key: object, order: list[str], name: str) -> None:
        with queues.of(key).turn():  # type: ignore[arg-type]
            order.append(name)
            self.entered.set()
            assert self.leave.wait(NET)

    def end(self) -> None:
        self.leave.set()
        self._thread.join(NET)
        assert not self._thread.is_alive()


def test_writers_of_two_processes_wait_for_one_another(
    shop: Shop, elsewhere: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody goes on without their turn, however slow the machine is.
    monkeypatch.setattr(queueing, "TIMEOUT", f"SET LOCAL lock_timeout = {round(NET * 1000)}")
    monkeypatch.setattr(queueing, "MAX_WAIT", NET)
    monkeypatch.setattr(queueing, "FREE_CONNECTION", NET)
    key, order = shop.key(), []  # type: ignore[var-annotated]
    here = Queues(shop.pool)
    first = Writer(here, key, order, "first")
    assert first.entered.wait(NET)
    second = Writer(elsewhere, key, order, "second")
    third = Writer(here, key, order, "third")
    wait_until(lambda: count(shop, WAITING) == 1, what="the writer of the other process waits for the lock")
    other = Writer(elsewhere, shop.key(), order, "another object")
    assert other.entered.wait(NET)
    other.end()
    assert order == ["first", "another object"]
    first.leave.set()
    assert second.entered.wait(NET)
    second.end()
    assert third.entered.wait(NET)
    third.end()
    first.end()
    assert sorted(order) == sorted(["first", "another object", "second", "third"])
    assert count(shop, HELD) == 0


def test_a_writer_goes_on_when_waiting_cannot_help(
    shop: Shop, elsewhere: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "TIMEOUT", "SET LOCAL lock_timeout = 10")
    monkeypatch.setattr(queueing, "FREE_CONNECTION", 0.01)
    monkeypatch.setattr(queueing, "MAX_WAIT", 0.01)
    key, here = shop.key(), Queues(shop.pool)
    with here.of(key).turn():
        # In another process, and in this one.
        with elsewhere.of(key).turn(), here.of(key).turn():
            assert count(shop, HELD) == 1
        with elsewhere.of(key).turn():
            assert count(shop, HELD) == 1
    assert count(shop, HELD) == 0


def test_turns_leave_most_connections_to_the_work(shop: Shop) -> None:
    here = Queues(shop.pool)
    with ExitStack() as held:
        for _ in range(3 * shop.pool.max_size):
            held.enter_context(here.of(shop.key()).turn())
        # The work itself still gets a connection.
        assert count(shop, HELD) == shop.pool.max_size // queueing.SHARE
    assert count(shop, HELD) == 0


def test_behind_a_pooler_a_turn_holds_no_session_while_the_work_needs_one(database_url: str) -> None:
    key, order = StreamKey(AccountId(uuid4()), uuid4()), []  # type: ignore[var-annotated]
    with open_site(database_url, None, TELEVENT_PGBOUNCER="true") as site, psycopg.connect(database_url) as other:
        queues = site.core.recorder._queues
        first = Writer(queues, key, order, "first")
        assert first.entered.wait(NET)
        second = Writer(queues, key, order, "second")
        assert other.execute(HELD).fetchone() == (0,)
        # Writers of one process still take turns.
        wait_until(lambda: queues._waiting[key].count == 2, what="the second writer waits")
        assert order == ["first"]
        first.end()
        assert second.entered.wait(NET)
        second.end()


def test_a_lost_connection_ends_the_lock_and_not_the_work(shop: Shop) -> None:
    with Queues(shop.pool).of(shop.key()).turn() as turn:
        shop.sql(f"SELECT pg_terminate_backend(pid) {LOCKS}")
        turn.pause(0)
    assert count(shop, HELD) == 0


def test_a_conflict_of_the_recorder_names_the_queue_of_its_object(shop: Shop) -> None:
    key = shop.key()
    shop.recorder.insert_events([shop.event(key)])
    with pytest.raises(StaleStream) as refused:
        shop.recorder.insert_events([shop.event(key)])
    assert refused.value.queue is not None
    with refused.value.queue.turn():
        held = shop.sql(f"SELECT (classid::bigint << 32) | objid::bigint {LOCKS}")
    assert [number for (number,) in held] == [lock_number(key)]

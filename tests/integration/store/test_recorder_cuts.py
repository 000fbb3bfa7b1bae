"""A cut connection loses nothing: an acknowledged write is stored once, another one is sent again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from support.event_store import Shop, open_shop
from support.waiting import await_settled, wait_until
from support.wire import open_wire
from televent.adapters.postgres.event_store.recorder import PostgresRecorder
from televent.adapters.postgres.event_store.subscription import PAGE_SIZE
from televent.adapters.postgres.pool import open_pool
from televent.application.event_store.conflicts import SealedEarlier

HOUR = 3600.0


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


def test_a_lost_reply_to_commit_is_our_own_success(shop: Shop, tmp_path: Path) -> None:
    calendar, key = shop.calendar(), shop.key()
    with open_wire(shop.url, tmp_path) as wire, open_pool(wire.url, 1, 2, autocommit=True) as pool:
        wire.lose()
        positions = PostgresRecorder(pool, shop.wakeups).insert_events(
            [shop.event(key)], writes=[shop.put(calendar, key, fresh=True)], inbox_keys=["message/1"]
        )
    assert wire.lost.is_set()
    await_settled(shop.recorder)
    assert positions == [note.id for note in shop.recorder.select_notifications(None, 10)][-1:]
    assert shop.reads.calendars(shop.tenant)[0].seq == 1


def test_a_transaction_cut_before_its_commit_is_sent_again(shop: Shop) -> None:
    calendar, key = shop.calendar(), shop.key()
    done: list[list[int]] = []
    with psycopg.connect(shop.url) as holder:
        # Now every writer of this calendar waits for its counter.
        holder.execute("UPDATE calendar SET props = props WHERE calendar_id = %s", (calendar,))
        writes = [shop.put(calendar, key, fresh=True)]
        writer = threading.Thread(
            target=lambda: done.append(shop.recorder.insert_events([shop.event(key)], writes=writes))
        )
        writer.start()
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ((pid,),) = wait_until(lambda: shop.sql(waiting))
        shop.sql("SELECT pg_terminate_backend(%s)", (pid,))
        wait_until(lambda: pid not in {row[0] for row in shop.sql(waiting)})
        holder.rollback()
    writer.join(30)
    assert len(done) == 1
    assert shop.reads.calendars(shop.tenant)[0].seq == 1
    assert len(shop.recorder.select_events(str(key))) == 1


def test_a_reader_whose_connection_was_cut_reads_again(shop: Shop) -> None:
    shop.calendar()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'televent'"
    for _ in range(3):
        shop.sql(others + " AND datname = current_database()")
        assert [row.name for row in shop.reads.calendars(shop.tenant)] == ["work"]


def test_when_every_idle_connection_was_cut_none_of_them_is_waited_for(database_url: str) -> None:
    with open_pool(database_url, 8, 8, autocommit=True) as pool:
        # A pool that tried each dead connection in turn would pause for 1 + 2 + 4 + 8 + 16 + 32 seconds and more.
        pool.timeout = 60.0
        pids = set()
        held = [pool.getconn() for _ in range(8)]
        for connection in held:
            pids.add(connection.info.backend_pid)
            pool.putconn(connection)
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", (list(pids),))
            left = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY (%s)"
            wait_until(lambda: not other.execute(left, (list(pids),)).fetchall())
        with pool.connection() as connection:
            assert connection.info.backend_pid not in pids


def test_a_listener_that_fails_does_not_silence_the_others(shop: Shop) -> None:
    rung = threading.Event()

    def fail() -> None:
        raise RuntimeError("the event loop is closed")

    shop.wakeups.listen("televent_events", fail)
    shop.wakeups.listen("televent_events", rung.set)
    for _ in range(2):
        wait_until(rung.is_set)
        rung.clear()
        shop.wakeups.notify("televent_events")
    wait_until(rung.is_set)


def test_a_follower_outlives_the_loss_of_every_connection(shop: Shop) -> None:
    seen: list[int] = []
    subscription = shop.recorder.subscribe()
    follower = threading.Thread(target=lambda: seen.extend(note.id for note in subscription))
    follower.start()
    try:
        positions: list[int] = []
        for _ in range(3):
            positions += shop.recorder.insert_events([shop.event(shop.key())])
            shop.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'televent%' AND datname = current_database()"
            )
            positions += shop.recorder.insert_events([shop.event(shop.key())])
            wait_until(lambda: len(seen) >= len(positions))  # noqa: B023
    finally:
        subscription.stop()
        follower.join(30)
    assert seen == positions


def test_a_subscription_that_waits_can_be_stopped(shop: Shop) -> None:
    subscription = shop.recorder.subscribe()
    follower = threading.Thread(target=lambda: list(subscription))
    follower.start()
    subscription.stop()
    follower.join(30)
    assert not follower.is_alive()


def test_a_backlog_of_several_pages_waits_for_no_further_notification(shop: Shop) -> None:
    shop.recorder.insert_events([shop.event(shop.key()) for _ in range(2 * PAGE_SIZE + 1)])
    subscription = shop.recorder.subscribe()
    pages: list[int] = []
    while sum(pages) <= 2 * PAGE_SIZE:
        pages.append(subscription.wait(HOUR))
        for _ in range(pages[-1]):
            next(subscription)
    subscription.stop()
    assert pages == [PAGE_SIZE, PAGE_SIZE, 1]


def test_a_follower_is_woken_by_another_process(shop: Shop, database_url: str) -> None:
    rung = threading.Event()
    with open_shop(database_url) as elsewhere:
        end = elsewhere.wakeups.listen("televent_events", rung.set)
        listening = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'televent-wakeup' AND query LIKE 'LISTEN%'"
        )
        wait_until(lambda: shop.sql(listening) and rung.is_set())
        rung.clear()
        shop.recorder.insert_events([shop.event(shop.key())])
        wait_until(rung.is_set)
        end()


def test_facts_that_were_sealed_for_an_earlier_server_are_not_sent(shop: Shop) -> None:
    met: list[type[Exception]] = []

    def write() -> None:
        try:
            recorder.insert_events([shop.event(shop.key())])
        except SealedEarlier as conflict:
            met.append(type(conflict))

    with open_pool(shop.url, 1, 1, autocommit=True) as pool:
        recorder = PostgresRecorder(pool, shop.wakeups)
        with pool.connection():
            writer = threading.Thread(target=write)
            writer.start()
            wait_until(lambda: pool.get_stats()["requests_waiting"] == 1, what="the sealed facts wait for a connection")
            pool.server = "the server that takes over"
        writer.join()
    assert met == [SealedEarlier]
    await_settled(shop.recorder)
    assert shop.recorder.select_notifications(None, 10) == []

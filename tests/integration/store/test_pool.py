"""Pools of connections to a real server."""

import select
import threading
from pathlib import Path

import psycopg
import pytest

from support.waiting import NET, wait_until
from support.wire import open_wire
from televent.adapters.postgres.pool import DatabaseUnavailable, LivePool, describe, open_pool
from televent.application.outage import DatabaseAway


def backend(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return row[0]


def cut(database_url: str, pid: int) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_until(
            lambda: not other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall(),
            what="the backend is gone",
        )


def test_a_connection_the_server_cut_while_idle_is_never_handed_out(database_url: str) -> None:
    with open_pool(database_url, 1, 1) as pool:
        for _ in range(5):
            with pool.connection() as connection:
                pid = backend(connection)
            cut(database_url, pid)
            with pool.connection() as connection:
                assert backend(connection) != pid


def test_a_healthy_connection_is_handed_out_again(database_url: str) -> None:
    with open_pool(database_url, 1, 1) as pool:
        pids = set()
        for _ in range(5):
            with pool.connection() as connection:
                pids.add(backend(connection))
        assert len(pids) == 1


def test_a_notice_left_on_the_socket_does_not_cost_the_connection(database_url: str) -> None:
    with open_pool(database_url, 1, 1, autocommit=True) as pool:
        with pool.connection() as connection:
            pid = backend(connection)
            connection.execute("LISTEN news")
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("NOTIFY news")
        with pool.connection() as connection:
            assert backend(connection) == pid


def test_the_server_sees_who_is_connected_and_how_statements_are_prepared(database_url: str) -> None:
    with (
        open_pool(database_url, 1, 1, application_name="televent worker", prepare_threshold=None) as pool,
        pool.connection() as connection,
    ):
        for _ in range(20):
            connection.execute("SELECT %s::int", [1])
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
        assert connection.execute("SHOW application_name").fetchone() == ("televent worker",)


def test_a_full_pool_refuses_when_patience_ends(database_url: str) -> None:
    with open_pool(database_url, 1, 1) as pool, pool.connection():
        pool.timeout = 0.2
        refused: list[Exception] = []

        def ask() -> None:
            try:
                pool.getconn()
            except psycopg.OperationalError as error:
                refused.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(NET)
        assert len(refused) == 1


class Caller(threading.Thread):
    """A thread that asks a pool for a connection; ``met`` is the error that it met."""

    def __init__(self, pool: LivePool) -> None:
        super().__init__(daemon=True)
        self.met: Exception | None = None
        self._pool = pool
        self.start()

    def run(self) -> None:
        try:
            with self._pool.connection(NET):
                return
        except Exception as error:
            self.met = error


def away(pool: LivePool) -> None:
    """Does to the pool what the pulse does when the database is away."""
    pool.outage = DatabaseAway("it is silent")
    pool.cut()


def test_a_caller_whose_new_connection_is_silent_does_not_wait_for_ever(database_url: str, tmp_path: Path) -> None:
    with open_wire(database_url, tmp_path) as wire, open_pool(wire.url, 1, 1, autocommit=True) as pool:
        with pool.connection() as connection:
            connection.execute("LISTEN news")
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("NOTIFY news")
        # The notification makes the pool ask the connection whether it lives, and nobody answers.
        wait_until(lambda: select.select([connection.fileno()], [], [], 0)[0], what="the notification is there")
        wire.silence()
        caller = Caller(pool)
        wait_until(lambda: wire.held, what="the pool asks")
        away(pool)
        caller.join(NET)
        assert isinstance(caller.met, DatabaseAway)


def test_a_connection_that_is_made_when_the_database_falls_silent_blocks_no_thread(
    database_url: str, tmp_path: Path
) -> None:
    with open_wire(database_url, tmp_path) as wire, open_pool(wire.url, 4, 4, autocommit=True) as pool:
        wire.withhold(b"pg_postmaster_start_time")
        pool.drain()
        wait_until(lambda: wire.held == pool.num_workers, what="each of the pool's threads waits for an answer")
        away(pool)
        wire.withhold(b"")
        pool.outage = None
        with pool.connection(NET) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_no_connection_is_given_out_once_the_database_is_away(database_url: str) -> None:
    with open_pool(database_url, 1, 1, autocommit=True) as pool:
        with pool.connection():
            caller = Caller(pool)
            wait_until(lambda: pool.get_stats()["requests_waiting"] == 1, what="the caller waits")
            pool.outage = DatabaseAway("it is silent")
        caller.join(NET)
        assert isinstance(caller.met, DatabaseAway)
        pool.outage = None
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_error_on_a_connection_that_the_pool_then_closes_is_no_outage(database_url: str) -> None:
    with open_pool(database_url, 1, 1, autocommit=True) as pool:
        used: list[psycopg.Connection[tuple[int]]] = []

        def divide() -> None:
            with pool.connection() as connection:
                used.append(connection)
                # The pool closes a connection that is older than its drain, or past its time, when it comes back.
                pool.drain()
                connection.execute("SELECT 1 / 0")

        with pytest.raises(psycopg.errors.DivisionByZero):
            divide()
        assert used[0].closed


def test_a_wrong_password_is_told_at_once_and_not_quoted(database_url: str) -> None:
    wrong = psycopg.conninfo.make_conninfo(database_url, password="not-the-password")
    with pytest.raises(DatabaseUnavailable, match="password authentication failed") as caught:
        open_pool(wrong, timeout=3600)
    assert "not-the-password" not in str(caught.value)


def test_an_unknown_database_is_told_at_once(database_url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        open_pool(psycopg.conninfo.make_conninfo(database_url, dbname="nowhere"), timeout=3600)


def test_a_server_that_is_away_is_named() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"database calendars at 127\.0\.0\.1:1 does not answer"):
        open_pool("postgresql://ann:secret@127.0.0.1:1/calendars", timeout=0)


def test_what_is_no_address_is_not_quoted() -> None:
    with pytest.raises(DatabaseUnavailable, match="no PostgreSQL URL") as caught:
        open_pool("postgres secret", timeout=0)
    assert "secret" not in str(caught.value)


def test_a_place_is_described_without_its_password() -> None:
    described = describe("postgresql://ann:secret@db.example.com:6432/calendars")
    assert described == "database calendars at db.example.com:6432"


def test_the_connection_that_was_used_last_is_handed_out_first(database_url: str) -> None:
    with open_pool(database_url, 3, 3) as pool:
        with pool.connection() as one, pool.connection() as two, pool.connection() as three:
            pids = {backend(each) for each in (one, two, three)}
        assert len(pids) == 3
        used = []
        for _ in range(9):
            with pool.connection() as connection:
                used.append(backend(connection))
        assert len(set(used)) == 1

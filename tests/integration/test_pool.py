"""Pools of connections to a real server."""

import threading

import psycopg
import pytest

from support.waiting import wait_until
from televent.adapters.postgres.pool import DatabaseUnavailable, describe, open_pool


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
    with open_pool(database_url, 1, 1, timeout=0.2) as pool, pool.connection():
        refused: list[Exception] = []

        def ask() -> None:
            try:
                pool.getconn()
            except psycopg.OperationalError as error:
                refused.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert len(refused) == 1


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

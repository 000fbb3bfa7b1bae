"""A transaction leaves in one piece: all of it or nothing is recorded, and the connection can be used afterwards."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from support.waiting import wait_until
from support.wire import open_wire
from televent.adapters.postgres.one_flush import PREPARED, rows_of, transact
from televent.adapters.postgres.pool import Connection

INSERT = "INSERT INTO kept VALUES (%s, %s) RETURNING number, pg_current_xact_id()::text"
# Other tests hold locks in other databases of the same server.
LOCKS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND datname = current_database()"""


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number integer PRIMARY KEY, what bytea)")
        yield connection


def kept(connection: Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number").fetchall()]


def prepared(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'flush%'").fetchone()
    assert row is not None
    return int(row[0])


def test_all_statements_are_one_transaction(connection: Connection) -> None:
    results = transact(connection, [("SELECT pg_advisory_xact_lock(%s)", (7,)), *((INSERT, (n, b"x")) for n in (1, 2))])
    first, second = results[1:]
    assert (first.get_value(0, 0), second.get_value(0, 0)) == (b"1", b"2")
    assert first.get_value(0, 1) == second.get_value(0, 1)
    assert kept(connection) == [1, 2]
    assert rows_of(connection, [(LOCKS, ())]) == [[(0,)]]


def test_nothing_is_recorded_where_one_statement_fails_and_the_connection_goes_on(connection: Connection) -> None:
    transact(connection, [(INSERT, (1, b"x"))])
    with pytest.raises(UniqueViolation) as refused:
        transact(connection, [(INSERT, (2, b"x")), (INSERT, (1, b"x")), ("DELETE FROM kept WHERE number = %s", (1,))])
    assert refused.value.diag.constraint_name == "kept_pkey"
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    # The statement that was not reached is prepared now, under the name that it did not get before.
    transact(connection, [("DELETE FROM kept WHERE number = %s", (1,)), (INSERT, (3, None))])
    assert kept(connection) == [3]


def test_a_statement_is_prepared_once(connection: Connection) -> None:
    for number in range(5):
        transact(connection, [(INSERT, (2 * number, b"x")), (INSERT, (2 * number + 1, b"x"))])
    assert prepared(connection) == 1
    assert len(kept(connection)) == 10


def test_statements_are_prepared_again_after_psycopg_has_forgotten_them(connection: Connection) -> None:
    transact(connection, [(INSERT, (1, b"x"))])
    connection.execute("SELECT 1", prepare=True)
    with pytest.raises(UniqueViolation), connection.transaction():
        connection.execute("INSERT INTO kept VALUES (1)")
    connection.execute("DEALLOCATE ALL")
    transact(connection, [(INSERT, (2, b"x"))])
    assert kept(connection) == [1, 2]
    assert prepared(connection) == 1


def test_what_a_failed_transaction_prepared_is_in_nobodys_way(connection: Connection) -> None:
    transact(connection, [(INSERT, (1, b"x"))])
    connection.execute("DEALLOCATE ALL")
    # The first is prepared, then the second is found to be gone: the first stays, though its transaction failed.
    found = transact(connection, [("SELECT 'first'", ()), (INSERT, (2, b"x"))])
    assert len(found) == 2
    for number in range(3):
        transact(connection, [(f"SELECT {number}, 'next'", ())])
    assert kept(connection) == [1, 2]


def test_behind_a_pooler_nothing_is_prepared(connection: Connection) -> None:
    connection.prepare_threshold = None
    transact(connection, [(INSERT, (1, b"x")), (INSERT, (2, b"x"))])
    assert (kept(connection), prepared(connection)) == ([1, 2], 0)


def test_a_connection_keeps_a_bounded_number_of_statements(connection: Connection) -> None:
    transact(connection, [(f"SELECT {number}", ()) for number in range(PREPARED + 10)])
    found = rows_of(connection, [("SELECT %s::integer + 1", (PREPARED,))])
    assert found == [[(PREPARED + 1,)]]
    assert prepared(connection) == PREPARED


def test_rows_have_the_types_of_their_columns(connection: Connection) -> None:
    one = uuid4()
    statements = [("SELECT %s::uuid, NULL, '%%'::text", (one,)), ("SELECT what FROM kept", ())]
    assert rows_of(connection, statements) == [[(one, None, "%")], []]


def test_a_large_transaction_arrives_whole(connection: Connection) -> None:
    transact(connection, [(INSERT, (number, b"x" * 100_000)) for number in range(60)])
    assert kept(connection) == list(range(60))


def test_a_cut_connection_is_closed(database_url: str, connection: Connection, tmp_path: Path) -> None:
    with open_wire(database_url, tmp_path) as wire, psycopg.connect(wire.url, autocommit=True) as cut:
        wire.lose()
        with pytest.raises(psycopg.OperationalError):
            transact(cut, [(INSERT, (1, b"x"))])
        assert wire.lost.is_set()
        assert cut.closed
    assert kept(connection) == [1]


def test_the_statements_leave_together(database_url: str, connection: Connection, tmp_path: Path) -> None:
    ended = threading.Event()
    with open_wire(database_url, tmp_path) as wire, psycopg.connect(wire.url, autocommit=True) as through:
        # Only the piece with the last statement is withheld, and PostgreSQL gets none of the first either.
        wire.withhold(b"DELETE FROM kept")

        def work() -> None:
            with pytest.raises(psycopg.OperationalError):
                transact(through, [("SELECT pg_advisory_xact_lock(77)", ()), ("DELETE FROM kept", ())])
            ended.set()

        writer = threading.Thread(target=work)
        writer.start()
        wait_until(lambda: wire.held)
        assert rows_of(connection, [(LOCKS + " AND objid = 77", ())]) == [[(0,)]]
        wire.cut()
        writer.join()
    assert ended.is_set()

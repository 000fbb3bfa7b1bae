"""A transaction that fails late, at its COMMIT or by a timeout, is reported, records nothing and spoils nothing."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

from televent.adapters.postgres.one_flush import rows_of, transact
from televent.adapters.postgres.pool import Connection

DDL = "CREATE TABLE late (number integer, CONSTRAINT once UNIQUE (number) DEFERRABLE INITIALLY DEFERRED)"
INSERT = "INSERT INTO late VALUES (%s)"
COUNT = "SELECT count(*) FROM late"


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
        yield connection


def count(url: str) -> int:
    with psycopg.connect(url) as other:
        row = other.execute(COUNT).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("times", [1, 2])
def test_a_commit_that_fails_is_no_success(database_url: str, connection: Connection, times: int) -> None:
    """A deferred constraint is checked at the Sync, when all statements have succeeded."""
    transact(connection, [(INSERT, (1,))])
    for _ in range(times):
        with psycopg.connect(database_url, autocommit=True) as other, pytest.raises(psycopg.Error):
            transact(other, [(INSERT, (2,)), (INSERT, (1,))])
        assert count(database_url) == 1
    with pytest.raises(psycopg.Error):
        transact(connection, [(INSERT, (1,)), (COUNT, ())])
    assert count(database_url) == 1
    # Either the connection is closed, and the pool replaces it, or it goes on with its own answers.
    if not connection.closed:
        assert rows_of(connection, [(COUNT, ()), ("SELECT 7", ())]) == [[(1,)], [(7,)]]


def test_a_timeout_in_the_middle_leaves_the_connection_as_it_was(database_url: str, connection: Connection) -> None:
    connection.execute("SET statement_timeout = 50")
    with pytest.raises(QueryCanceled):
        transact(connection, [(INSERT, (1,)), ("SELECT pg_sleep(%s)", (60,)), (INSERT, (2,))])
    connection.execute("RESET statement_timeout")
    assert connection.info.transaction_status == TransactionStatus.IDLE
    assert rows_of(connection, [(COUNT, ()), ("SELECT 7", ())]) == [[(0,)], [(7,)]]

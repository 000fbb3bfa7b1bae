"""Reading rows: one round trip each, and a connection that was cut meanwhile is no reason to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from televent.adapters.postgres.pool import Connection

Pool = ConnectionPool[Connection]
Row = tuple[Any, ...]
T = TypeVar("T")


ATTEMPTS = 5
"""A server that cuts many connections at once cuts them one after the other: the second one taken may die as well."""


def fetch(pool: Pool, query: str, parameters: Sequence[Any]) -> list[Row]:
    """All rows of one reading statement; the pool's connections are in autocommit mode. Raises psycopg.Error."""
    return reading(pool, lambda connection: connection.execute(query, parameters, binary=True).fetchall())


def reading(pool: Pool, read: Callable[[Connection], T]) -> T:
    """What ``read`` finds. Reading twice is harmless: a connection that was cut meanwhile is replaced.

    Raises psycopg.OperationalError when five in a row were.
    """
    for attempt in range(1, ATTEMPTS + 1):
        connection: Connection | None = None
        try:
            with pool.connection() as connection:
                return read(connection)
        except psycopg.OperationalError:
            if attempt == ATTEMPTS or connection is None or not connection.closed:
                raise
            time.sleep(0.005 * 2**attempt)
    raise AssertionError("unreachable")

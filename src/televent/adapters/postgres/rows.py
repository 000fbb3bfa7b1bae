"""Reading rows: one round trip each, and a connection that was cut meanwhile is no reason to fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from televent.adapters.postgres.pool import Connection

Pool = ConnectionPool[Connection]
Row = tuple[Any, ...]


def fetch(pool: Pool, query: str, parameters: Sequence[Any]) -> list[Row]:
    """All rows of one reading statement; the pool's connections are in autocommit mode.

    Reading twice is harmless, so a cut connection is replaced once. Raises psycopg.OperationalError then.
    """
    for last in (False, True):
        connection: Connection | None = None
        try:
            with pool.connection() as connection:
                return connection.execute(query, parameters, binary=True).fetchall()
        except psycopg.OperationalError:
            if last or connection is None or not connection.closed:
                raise
    raise AssertionError("unreachable")

"""Reads rows, one round trip each, and retries where a connection was cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from psycopg_pool import ConnectionPool

from televent.adapters.postgres.pool import Connection
from televent.application.outage import Outage

Pool = ConnectionPool[Connection]
Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]
T = TypeVar("T")


ATTEMPTS = 5
"""Max connections that one read tries. A server that closes many connections closes them one after the other, so the
second one may be cut as well."""


def fetch(pool: Pool, query: str, parameters: Parameters) -> list[Row]:
    """All rows of one reading statement; the pool's connections are in autocommit mode. Raises Outage."""
    return reading(pool, lambda connection: connection.execute(query, parameters, binary=True).fetchall())


def reading(pool: Pool, read: Callable[[Connection], T]) -> T:
    """The result of ``read``, which is called again with another connection where its connection was cut.

    Raises Outage, also when ATTEMPTS connections in a row were cut.
    """
    for attempt in range(1, ATTEMPTS + 1):
        connection: Connection | None = None
        try:
            with pool.connection() as connection:
                return read(connection)
        except Outage:
            if attempt == ATTEMPTS or connection is None or not connection.closed:
                raise
            time.sleep(0.005 * 2**attempt)
    raise AssertionError("unreachable")

"""Reads rows for an event loop: by its own connection, else in a thread with a connection of the pool.

The thread serves where there is no such connection: behind a pooler, or while the database is away. Then the rows come
without marks, and errors are the pool's, which names outages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

from psycopg import RawCursor

from televent.adapters.postgres.dav_index.marks import PostgresMarks, Wanted
from televent.adapters.postgres.dav_index.row_statements import KINDS
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, reading
from televent.application.rows import Read, Seen

T = TypeVar("T")
Query = tuple[str, tuple[object, ...]]

MAX_BATCHES: Final = 2
"""Max batches that threads read at once."""


class PostgresRows:
    """The reader of rows of one event loop. ``marks`` None: every row is read in a thread."""

    def __init__(self, marks: PostgresMarks | None, pool: Pool, threads: Executor) -> None:
        self._pool, self._threads = pool, threads
        self._waiting: list[Wanted] = []
        self._under_way = 0
        self.read: Callable[[Read[Any]], asyncio.Future[Seen[Any]]] = self._read
        """Begins to read a row (application.rows.Rows)."""
        if marks is not None:
            marks.otherwise = self._in_thread
            self.read = marks.read

    def _read(self, read: Read[T]) -> asyncio.Future[Seen[T]]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Seen[T]] = loop.create_future()
        # Reads of the same iteration of the loop go into the same batch.
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append((read, future))
        return future

    def _in_thread(self, wanted: Sequence[Wanted]) -> None:
        self._waiting += wanted
        self._send()

    def _send(self) -> None:
        if not self._waiting or self._under_way >= MAX_BATCHES:
            return
        wanted, self._waiting = self._waiting, []
        self._under_way += 1
        queries = list(dict.fromkeys((read.kind, read.key) for read, _ in wanted))
        loop = asyncio.get_running_loop()
        answering = loop.run_in_executor(self._threads, _answers, self._pool, queries)
        answering.add_done_callback(lambda done: self._received(wanted, done))

    def _received(self, wanted: Sequence[Wanted], done: asyncio.Future[dict[Query, Seen[Any]]]) -> None:
        self._under_way -= 1
        self._send()
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        for read, future in wanted:
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
                future.exception()  # asyncio would log an error that nobody retrieves: the request may have ended
            else:
                query = (read.kind, read.key)
                future.set_result(done.result().get(query) or Seen(None, (read.kind, *read.key)))


def _answers(pool: Pool, queries: list[Query]) -> dict[Query, Seen[Any]]:
    return reading(pool, lambda connection: _fetched(connection, queries))


def _fetched(connection: Connection, queries: list[Query]) -> dict[Query, Seen[Any]]:
    found: dict[Query, Seen[Any]] = {}
    for name in dict.fromkeys(kind for kind, _ in queries):
        columns = [list(column) for column in zip(*(key for kind, key in queries if kind == name), strict=True)]
        kind = KINDS[name]
        rows = RawCursor(connection).execute(kind.statement, columns, binary=True).fetchall()
        for key, row, marked, _ in kind.answers(rows):
            found[name, key] = Seen(row, marked)
    return found

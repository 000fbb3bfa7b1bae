"""Batches the three most frequent reads of many requests into one round trip.

A client's poll reads three rows; its cost is the round trip, the thread and the statement. While one batch is under
way, the queries of other requests queue up, and the next batch takes them all. Every query is sent after it was made,
so its answer is as fresh as that of a single read: nothing is cached.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import Any, TypeVar

from televent.adapters.postgres.dav_index.directory_rows import ACCOUNT_BY, accounts_of
from televent.adapters.postgres.dav_index.read_store import WHOLE_COLUMNS, PostgresReads
from televent.adapters.postgres.dav_index.share_reads import CALENDAR_COLUMNS, calendar_row
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, reading
from televent.application.read_models.resources import ResourceRow

T = TypeVar("T")

MAX_BATCHES = 2
"""Max batches under way: the database answers one while this process reads the other."""
MAX_QUERIES = 200
"""Max queries in a batch."""

ACCOUNTS = ACCOUNT_BY.format(where="account.telegram_id = ANY (%s)")
CALENDARS = f"""
    SELECT found.* FROM unnest(%s::uuid[], %s::text[]) AS asked (tenant, name)
    CROSS JOIN LATERAL (
        SELECT {CALENDAR_COLUMNS} FROM calendar
        WHERE tenant_id = asked.tenant AND name = asked.name AND NOT deleted
    ) AS found"""  # noqa: S608
RESOURCES = f"""
    SELECT asked.tenant, asked.calendar, found.*
    FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS asked (tenant, calendar, href)
    CROSS JOIN LATERAL (
        SELECT {WHOLE_COLUMNS} FROM resource
        WHERE tenant_id = asked.tenant AND href = asked.href AND ics IS NOT NULL AND calendar_id = (
            SELECT calendar_id FROM calendar WHERE tenant_id = asked.tenant AND name = asked.calendar AND NOT deleted
        )
    ) AS found"""  # noqa: S608

Query = tuple[str, Hashable]


class BatchedRun:
    """Calls synchronous code in threads, for doors; it batches three of the reads with those of other requests.

    It belongs to one event loop.
    """

    def __init__(self, reads: PostgresReads, pool: Pool, threads: Executor) -> None:
        self._pool = pool
        self._threads = threads
        self._kinds: dict[Any, str] = {
            reads.account_by_telegram: "account",
            reads.calendar: "calendar",
            reads.resource: "resource",
        }
        self._waiting: dict[Query, asyncio.Future[Any]] = {}
        self._under_way = 0

    def __call__(self, function: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        """Calls the function in a thread; await its result."""
        loop = asyncio.get_running_loop()
        kind = self._kinds.get(function)
        if kind is None:
            return loop.run_in_executor(self._threads, function, *args)
        query = (kind, args)
        future = self._waiting.get(query)
        if future is None:
            future = self._waiting[query] = loop.create_future()
            if self._under_way < MAX_BATCHES:
                # Queries made in the same iteration of the loop go into the same batch.
                loop.call_soon(self._send, loop)
        return asyncio.shield(future)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._waiting or self._under_way >= MAX_BATCHES:
            return
        asked = dict(list(self._waiting.items())[:MAX_QUERIES])
        for query in asked:
            del self._waiting[query]
        self._under_way += 1
        answering = loop.run_in_executor(self._threads, _answers, self._pool, list(asked))
        answering.add_done_callback(lambda done: self._received(loop, asked, done))

    def _received(
        self,
        loop: asyncio.AbstractEventLoop,
        asked: dict[Query, asyncio.Future[Any]],
        done: asyncio.Future[dict[Query, Any]],
    ) -> None:
        self._under_way -= 1
        self._send(loop)
        error = done.exception()
        for query, future in asked.items():
            if future.done():
                continue
            if error is not None:
                future.set_exception(error)
                future.exception()  # asyncio would log an error that no caller retrieves: the request may have ended
            else:
                future.set_result(done.result().get(query))


def _answers(pool: Pool, queries: list[Query]) -> dict[Query, Any]:
    return reading(pool, lambda connection: _read(connection, queries))


def _read(connection: Connection, queries: list[Query]) -> dict[Query, Any]:
    keys: dict[str, list[Any]] = {}
    for kind, key in queries:
        keys.setdefault(kind, []).append(key)
    found: dict[Query, Any] = {}
    cursors: dict[str, Any] = {}
    statements = {"account": ACCOUNTS, "calendar": CALENDARS, "resource": RESOURCES}
    # A pipeline costs a synchronisation of its own: it pays only for more than one statement.
    together = connection.pipeline() if len(keys) > 1 else contextlib.nullcontext()
    with together:
        for kind, asked in keys.items():
            columns = [list(column) for column in zip(*asked, strict=True)]
            cursors[kind] = connection.execute(statements[kind], columns, binary=True)
    for kind, cursor in cursors.items():
        rows = cursor.fetchall()
        if kind == "account":
            for account in accounts_of(rows):
                found[kind, (account.telegram_id,)] = account
        elif kind == "calendar":
            for row in rows:
                found[kind, (row[0], row[2])] = calendar_row(row)
        else:
            for tenant, calendar, *row in rows:
                resource = ResourceRow(*row)
                found[kind, (tenant, calendar, resource.href)] = resource
    return found

"""Keeps asynchronous projections up to date: the rows and the position move in one transaction.

Any number of workers may run it: the one that holds a consumer's row does the work, the others pass by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from eventsourcing.persistence import Tracking
from psycopg import sql

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.followers.tracking import PostgresTracking
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.recorded import RecordedNotification
from televent.projections.projection import Projection

log = structlog.get_logger("televent.projections")

BATCH = 500
POLL = 1.0

Run = Callable[..., Awaitable[Any]]


def insert_rows(
    connection: Connection, projection: Projection, events: Sequence[RecordedNotification], *, table: str | None = None
) -> None:
    """The events' rows. A row that stands already stays: an event is applied once."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(table or projection.table),
        sql.SQL(", ").join(map(sql.Identifier, projection.columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(projection.columns)),
    )
    rows = [tuple(row) for event in events for row in projection.rows(event)]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def advance(pool: Pool, projection: Projection) -> int:
    """Applies the next batch; how many events it had. 0: up to date, or another worker is at it."""
    tracking = PostgresTracking(pool)
    reader = PostgresLog(pool)
    with pool.connection() as connection, connection.transaction():
        position = tracking.hold(connection, projection.name)
        if position is None:
            return 0
        events = reader.page(position, BATCH, None, ()).notifications
        if not events:
            return 0
        insert_rows(connection, projection, events)
        tracking.insert_tracking(Tracking(projection.name, events[-1].id), connection)
        return len(events)


async def follow(pool: Pool, projections: Sequence[Projection], stop: asyncio.Event, run: Run) -> None:
    """Applies what is recorded until told to stop; at most a second behind."""
    while not stop.is_set():
        applied = 0
        for projection in projections:
            try:
                applied += await run(advance, pool, projection)
            except Exception:
                log.exception("a projection stands still; it is tried again", projection=projection.name)
        if applied == 0:
            try:
                await asyncio.wait_for(stop.wait(), POLL)
            except TimeoutError:
                continue

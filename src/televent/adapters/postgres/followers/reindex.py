"""Keeps the index of occurrences up to date when the program or the season changes (ADR 0023), while writes continue.

Rows of an earlier edition, and series without end that were indexed for a past season, are indexed again from their
facts, a few at a time. Clients see no difference, so no counter changes. An interrupted run continues where it ended:
each row stores its edition and season.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog

from televent.adapters.postgres.dav_index.occurs_columns import indexed_to, occurs_columns
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.mapper import FactMapper
from televent.application.read_models.resources import PutResource
from televent.domain.ids import AccountId, StreamKey
from televent.projections.inline import inline_writes

log = structlog.get_logger("televent.index")

BATCH: Final = 50
"""Max rows of one step."""
Place = tuple[UUID, UUID, str]
"""A cursor: account, calendar and name of the last row that was processed."""
START: Final[Place] = (UUID(int=0), UUID(int=0), "")

BEHIND: Final = "SELECT indexed_to < %s FROM shard"
DONE: Final = "UPDATE shard SET indexed_to = greatest(indexed_to, %s)"
STALE: Final = """
    SELECT tenant_id, calendar_id, href, stream_id FROM resource
    WHERE (tenant_id, calendar_id, href) > (%s, %s, %s) AND ics IS NOT NULL
        AND (indexed < %s OR indexed > %s AND indexed < %s)
    ORDER BY tenant_id, calendar_id, href LIMIT %s"""
# The etag binds the index to the text that it was made from: a newer text was indexed when it was written. A lost
# update is found at the next start, so no row waits for the disk.
UPDATE: Final = """
    UPDATE resource SET span = %s, firm = %s, floats = %s, loose = %s, fbtype = %s, days = %s, indexed = %s
    WHERE tenant_id = %s AND calendar_id = %s AND href = %s AND stream_id = %s AND etag = %s AND ics IS NOT NULL
        AND set_config('synchronous_commit', 'off', true) IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Step:
    """``done``: the number of rows indexed again. ``after``: the cursor of the next step; None: there is none."""

    done: int
    after: Place | None


def behind(pool: Pool, season: int) -> bool:
    """Whether there may be rows that were not indexed for this season by this edition."""
    with pool.connection() as connection:
        row = connection.execute(BEHIND, (indexed_to(season),)).fetchone()
    return row is not None and bool(row[0])


def step(pool: Pool, mapper: FactMapper, season: int, after: Place = START) -> Step:
    """Indexes the next rows again, each in its own transaction: a long one would make all followers of the log wait.

    Two processes may do the same step. Raises psycopg.Error.
    """
    rows = fetch(pool, STALE, (*after, indexed_to(0), indexed_to(0), indexed_to(season), BATCH))
    for row in rows:
        _reindex(pool, mapper, row, season)
    if len(rows) == BATCH:
        return Step(len(rows), rows[-1][:3])
    with pool.connection() as connection:
        connection.execute(DONE, (indexed_to(season),))
    return Step(len(rows), None)


def _reindex(pool: Pool, mapper: FactMapper, row: Sequence[Any], season: int) -> None:
    tenant, calendar_id, href, stream = row
    key = StreamKey(AccountId(tenant), stream)
    try:
        put = _row_of(pool, mapper, key, season)
    except Exception:
        # The row of a stream that cannot be read stays right, only slow. The other rows do not wait for it.
        log.exception("a row keeps its earlier index", stream=str(key))
        return
    if put is not None:
        # No connection is held while another one is requested: a pool may have only one.
        with pool.connection() as connection:
            connection.execute(UPDATE, (*occurs_columns(put.occurs), tenant, calendar_id, href, stream, put.etag))


def _row_of(pool: Pool, mapper: FactMapper, key: StreamKey, season: int) -> PutResource | None:
    """The row of a calendar object or of an inbox message, made from its facts; None without facts."""
    events = PostgresLog(pool).events(key, None, None, False, None)
    facts = [mapper.to_fact(event) for event in events]
    if not facts:
        return None
    decider = decider_of(type(facts[0]))
    after = decider.fold(decider.initial, facts)
    writes = inline_writes(key, decider.initial, after, facts, events[-1].recorded_at, season)
    return next((write for write in writes if isinstance(write, PutResource)), None)

"""The index of occurrences kept up to date as time and this program go on (ADR 0023), while everything else goes on.

Rows of an earlier edition, and series without end that were indexed for a season that is over, are made anew from their
facts, a few at a time. What a client sees of them does not change, so no counter moves. Where it was broken off it goes
on: a row that was done says so itself.
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
Place = tuple[UUID, UUID, str]
"""Account, calendar and name: after these the next row stands."""
START: Final[Place] = (UUID(int=0), UUID(int=0), "")

BEHIND: Final = "SELECT indexed_to < %s FROM shard"
DONE: Final = "UPDATE shard SET indexed_to = greatest(indexed_to, %s)"
STALE: Final = """
    SELECT tenant_id, calendar_id, href, stream_id FROM resource
    WHERE (tenant_id, calendar_id, href) > (%s, %s, %s) AND ics IS NOT NULL
        AND (indexed < %s OR indexed > %s AND indexed < %s)
    ORDER BY tenant_id, calendar_id, href LIMIT %s"""
# Of the text it was made from: another one has been indexed as it came. Nothing is lost that the next start does not
# find, so no row need wait for the disk.
UPDATE: Final = """
    UPDATE resource SET span = %s, firm = %s, floats = %s, loose = %s, fbtype = %s, days = %s, indexed = %s
    WHERE tenant_id = %s AND calendar_id = %s AND href = %s AND stream_id = %s AND etag = %s AND ics IS NOT NULL
        AND set_config('synchronous_commit', 'off', true) IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Step:
    """``done`` rows were made anew; the next step begins after ``after``, None: there is none."""

    done: int
    after: Place | None


def behind(pool: Pool, season: int) -> bool:
    """Whether rows may stand that were not indexed for this season by this edition."""
    with pool.connection() as connection:
        row = connection.execute(BEHIND, (indexed_to(season),)).fetchone()
    return row is not None and bool(row[0])


def step(pool: Pool, mapper: FactMapper, season: int, after: Place = START) -> Step:
    """Makes the next few rows anew, each in a transaction of its own: a long one would hold up whoever follows the log.
    Done twice, by two processes, it is as done once. Raises psycopg.Error."""
    rows = fetch(pool, STALE, (*after, indexed_to(0), indexed_to(0), indexed_to(season), BATCH))
    for row in rows:
        _make_anew(pool, mapper, row, season)
    if len(rows) == BATCH:
        return Step(len(rows), rows[-1][:3])
    with pool.connection() as connection:
        connection.execute(DONE, (indexed_to(season),))
    return Step(len(rows), None)


def _make_anew(pool: Pool, mapper: FactMapper, row: Sequence[Any], season: int) -> None:
    tenant, calendar_id, href, stream = row
    key = StreamKey(AccountId(tenant), stream)
    try:
        put = _row_of(pool, mapper, key, season)
    except Exception:
        # One stream that cannot be read is right as it is, if slow; the others do not wait for it.
        log.exception("a row stays as it was indexed before", stream=str(key))
        return
    if put is not None:
        # No connection is held while another is asked for: a pool may have only one.
        with pool.connection() as connection:
            connection.execute(UPDATE, (*occurs_columns(put.occurs), tenant, calendar_id, href, stream, put.etag))


def _row_of(pool: Pool, mapper: FactMapper, key: StreamKey, season: int) -> PutResource | None:
    """A calendar object's row, or a message's, as its facts make it."""
    events = PostgresLog(pool).events(key, None, None, False, None)
    facts = [mapper.to_fact(event) for event in events]
    if not facts:
        return None
    decider = decider_of(type(facts[0]))
    after = decider.fold(decider.initial, facts)
    writes = inline_writes(key, decider.initial, after, facts, events[-1].recorded_at, season)
    return next((write for write in writes if isinstance(write, PutResource)), None)

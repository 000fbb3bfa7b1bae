"""Reads the events of a stream, and those of the log in the order of positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from televent.adapters.postgres.event_store.pages import page_of, paged
from televent.adapters.postgres.rows import Parameters, Pool, Row, fetch
from televent.application.event_store.recorded import RecordedEvent, RecordedNotification, StoredSnapshot
from televent.domain.ids import AccountId, StreamKey

# Nearly every fact is of its own account, by its own person: so both are NULL, which is 53 bytes less (ADR 105).
COLUMNS = """tenant_id, stream_id, version, topic, state, coalesce(subject_id, tenant_id) AS subject_id, chain,
    command_id, correlation_id, coalesce(actor, tenant_id::text) AS actor, door, recorded_at, origin"""
NAMES = """tenant_id, stream_id, version, topic, state, subject_id, chain, command_id, correlation_id, actor, door,
    recorded_at, origin"""
"""The columns that COLUMNS gives."""
LOAD = f"""
    WITH shortcut AS MATERIALIZED (
        SELECT version, topic, state, subject_id, chain FROM snapshot WHERE tenant_id = %s AND stream_id = %s
    )
    SELECT NULL::uuid, NULL::uuid, version, topic, state, subject_id, chain, NULL::uuid, NULL, NULL, NULL,
        NULL::timestamptz, NULL::uuid
    FROM shortcut
    UNION ALL
    (SELECT {COLUMNS} FROM event
    WHERE tenant_id = %s AND stream_id = %s AND version > coalesce((SELECT version FROM shortcut), 0)
    ORDER BY version)"""  # noqa: S608
# The same statement takes the bound and reads: between two statements, events could commit. The newest position is the
# last entry of the index; EXISTS instead of max() scanned the whole log for each row of the page.
PAGE = paged(
    f"position, {COLUMNS}",
    f"position, {NAMES}",
    """FROM event
        WHERE position > %(after)s AND position < bound.ceiling AND position <= %(stop)s
            AND (%(all)s OR topic = ANY (%(topics)s))""",
    "position",
    """
    WITH bound AS MATERIALIZED (
        SELECT (xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20 AS ceiling,
            (SELECT max(position) FROM event) AS newest
        FROM shard
    )
    SELECT bound.ceiling, coalesce(bound.newest >= bound.ceiling, false), page.*
    FROM bound LEFT JOIN LATERAL ({}) AS page ON true
    ORDER BY page.position""",
)

PLACE_OF = """
    SELECT coalesce(
        (SELECT min(position) FROM event WHERE tenant_id = %s AND recorded_at > %s),
        (SELECT max(position) + 1 FROM event WHERE tenant_id = %s),
        0)"""
UNTIL = paged(
    COLUMNS,
    NAMES,
    """FROM event
        WHERE tenant_id = %(tenant)s AND (stream_id, version) > (%(stream)s, %(version)s) AND position < %(before)s""",
    "stream_id, version",
)
UNTIL_PAGE = 500
"""Max events of an account that are read at once."""

LAST_VERSION = 2**31 - 1
LAST_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the log. ``ceiling``: no event below this position can be added any more. ``held_back``: there are
    events above the ceiling, which may not be read yet. ``more``: the page is full, by its number of events or by their
    bytes, so there may be more below the ceiling. Fewer events than were asked for do not say that these were the
    last."""

    notifications: list[RecordedNotification]
    ceiling: int
    held_back: bool
    more: bool


class PostgresLog:
    """Reads the events of a database. Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def fetch(self, query: str, parameters: Parameters) -> list[Row]:
        """The rows of a reading statement."""
        return fetch(self._pool, query, parameters)

    def load(self, key: StreamKey) -> tuple[StoredSnapshot | None, list[RecordedEvent]]:
        """The snapshot, if any, and the events after it.

        It is one statement: between two, a newer snapshot could hide events.
        """
        rows = self.fetch(LOAD, (key.tenant, key.stream, key.tenant, key.stream))
        snapshot = None
        if rows and rows[0][0] is None:
            _, _, version, topic, state, subject, chain, *_ = rows.pop(0)
            snapshot = StoredSnapshot(key, version, topic, subject, state, chain)
        return snapshot, [event_of(row) for row in rows]

    def events(
        self, key: StreamKey, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[RecordedEvent]:
        """The stream's events with versions in (gt, lte]."""
        query = f"""
            SELECT {COLUMNS} FROM event
            WHERE tenant_id = %s AND stream_id = %s AND version > %s AND version <= %s
            ORDER BY version {"DESC" if desc else "ASC"} LIMIT %s"""  # noqa: S608
        bounds = (gt if gt is not None else 0, lte if lte is not None else LAST_VERSION, limit)
        return [event_of(row) for row in self.fetch(query, (key.tenant, key.stream, *bounds))]

    def place_of(self, tenant: AccountId, at: datetime) -> int:
        """The position of the account's first event that was recorded after ``at``, else the one after its last."""
        return int(self.fetch(PLACE_OF, (tenant, at, tenant))[0][0])

    def until(self, tenant: AccountId, before: int) -> Iterator[RecordedEvent]:
        """The account's events at positions below ``before``, stream after stream. Between pages no connection is
        held."""
        values: dict[str, Any] = {"tenant": tenant, "stream": UUID(int=0), "version": 0, "before": before}
        more = True
        while more:
            rows, more = page_of(self.fetch, UNTIL, values, UNTIL_PAGE, state=4)
            yield from map(event_of, rows)
            if rows:
                values |= {"stream": rows[-1][1], "version": rows[-1][2]}

    def page(self, after: int, limit: int, stop: int | None, topics: Sequence[str]) -> Page:
        """At most ``limit`` events with positions in (after, stop], and not many more than PAGE_BYTES. ``topics``: only
        these; empty: all."""
        values = {
            "after": after,
            "stop": LAST_POSITION if stop is None else stop,
            "all": not topics,
            "topics": list(topics),
        }
        rows, more = page_of(self.fetch, PAGE, values, limit, state=7, key=2)
        found = [_notification(row[2:]) for row in rows if row[2] is not None]
        return Page(found, rows[0][0], rows[0][1], more)


def _fields(row: Row) -> dict[str, Any]:
    tenant, stream, version, topic, state, subject, chain, command, correlation, actor, door, recorded_at, origin = row
    return {
        "originator_id": f"{tenant}/{stream}",
        "originator_version": version,
        "topic": topic,
        "state": state,
        "subject_id": subject,
        "chain": chain,
        "command_id": command,
        "correlation_id": correlation,
        "actor": actor,
        "door": door,
        "recorded_at": recorded_at,
        "origin": origin,
    }


def event_of(row: Row) -> RecordedEvent:
    """The event of a row of COLUMNS."""
    return RecordedEvent(**_fields(row))


def _notification(row: Row) -> RecordedNotification:
    return RecordedNotification(id=row[0], **_fields(row[1:]))

"""Reads the events of a stream, and those of the log in the order of positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.application.event_store.recorded import RecordedEvent, RecordedNotification, StoredSnapshot
from televent.domain.ids import AccountId, StreamKey

# Nearly every fact is of its own account, by its own person: so both are NULL, which is 53 bytes less (ADR 105).
COLUMNS = """tenant_id, stream_id, version, topic, state, coalesce(subject_id, tenant_id) AS subject_id, chain,
    command_id, correlation_id, coalesce(actor, tenant_id::text) AS actor, door, recorded_at, origin"""
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
PAGE = f"""
    WITH bound AS MATERIALIZED (
        SELECT (xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20 AS ceiling,
            (SELECT max(position) FROM event) AS newest
        FROM shard
    )
    SELECT bound.ceiling, coalesce(bound.newest >= bound.ceiling, false), page.*
    FROM bound
    LEFT JOIN LATERAL (
        SELECT position, {COLUMNS} FROM event
        WHERE position > %s AND position < bound.ceiling AND position <= %s AND (%s OR topic = ANY (%s))
        ORDER BY position LIMIT %s
    ) AS page ON true
    ORDER BY page.position"""  # noqa: S608

PLACE_OF = """
    SELECT coalesce(
        (SELECT min(position) FROM event WHERE tenant_id = %s AND recorded_at > %s),
        (SELECT max(position) + 1 FROM event WHERE tenant_id = %s),
        0)"""
UNTIL = f"""
    SELECT {COLUMNS} FROM event
    WHERE tenant_id = %s AND (stream_id, version) > (%s, %s) AND position < %s
    ORDER BY stream_id, version LIMIT %s"""  # noqa: S608
UNTIL_PAGE = 500
"""Max events of an account that are read at once. A stored event has at most the bytes of one calendar object."""

LAST_VERSION = 2**31 - 1
LAST_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the log. ``ceiling``: no event below this position can be added any more. ``held_back``: there are
    events above the ceiling, which may not be read yet."""

    notifications: list[RecordedNotification]
    ceiling: int
    held_back: bool


class PostgresLog:
    """Reads the events of a database. Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def fetch(self, query: str, parameters: Sequence[Any]) -> list[Row]:
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
        after: tuple[UUID, int] = (UUID(int=0), 0)
        while rows := self.fetch(UNTIL, (tenant, *after, before, UNTIL_PAGE)):
            yield from map(event_of, rows)
            after = rows[-1][1], rows[-1][2]

    def page(self, after: int, limit: int, stop: int | None, topics: Sequence[str]) -> Page:
        """At most ``limit`` events with positions in (after, stop]. ``topics``: only these; empty: all."""
        bounds = (after, LAST_POSITION if stop is None else stop, not topics, list(topics), limit)
        rows = self.fetch(PAGE, bounds)
        found = [_notification(row[2:]) for row in rows if row[2] is not None]
        return Page(found, rows[0][0], rows[0][1])


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

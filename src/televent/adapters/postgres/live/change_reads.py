"""Reads the log as a stream of changes (application.read_models.changes)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from televent.adapters.postgres.dav_index.share_reads import shared_calendars
from televent.adapters.postgres.event_store.pages import PAGE_BYTES
from televent.adapters.postgres.rows import Pool, Row, fetch, reading
from televent.application.event_store.catalogue import NAMES, UPCASTERS
from televent.application.read_models.changes import ChangePage, LoggedChange, PresentEvent, SeenCalendar
from televent.application.use_cases.live.kinds import KINDS, NAMING
from televent.domain.ids import AccountId

MARK: Final = 12
"""Hexadecimal digits of a cursor that tell this history of the log from another."""

TOPICS: Final = [name for name in (*NAMES, *UPCASTERS) if name.partition("/")[0] in KINDS]
NAMED: Final = [name for name in TOPICS if name.partition("/")[0] in NAMING]
PLACES: Final = [
    name for name in TOPICS if name.partition("/")[0] in ("event-created", "invitation-received", "event-moved")
]
MOVED: Final = [name for name in TOPICS if name.partition("/")[0] == "event-moved"]
ACCEPTED: Final = [name for name in TOPICS if name.partition("/")[0] == "share-accepted"]

SHARE: Final = PAGE_BYTES // 500
"""Max bytes of a state that comes with a page of changes: a larger one is read when it is its turn (ADR 100)."""

# An event's state can be large, and is read only where its open fields are needed.
_COLUMNS = f"""position, chain, tenant_id, stream_id, version, topic, coalesce(actor, tenant_id::text) AS actor, door,
    recorded_at, CASE WHEN topic = ANY (%(named)s) AND octet_length(state) <= {SHARE} THEN state END"""
_BOUND = """
    SELECT (xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20 AS ceiling,
        (SELECT max(position) FROM event) AS newest
    FROM shard"""
# As in the page of followers, one statement takes the bound and reads: between two, events could commit.
LOGGED = f"""
    WITH bound AS MATERIALIZED ({_BOUND})
    SELECT bound.ceiling, coalesce(bound.newest >= bound.ceiling, false), page.*
    FROM bound LEFT JOIN LATERAL (
        SELECT {_COLUMNS} FROM event
        WHERE position > %(after)s AND position < bound.ceiling AND topic = ANY (%(topics)s)
        ORDER BY position LIMIT %(limit)s
    ) AS page ON true
    ORDER BY page.position"""  # noqa: S608
LOGGED_OF = f"""
    SELECT page.* FROM unnest(%(tenants)s::uuid[]) AS asked (tenant_id) CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM event
        WHERE event.tenant_id = asked.tenant_id AND position > %(after)s AND position <= %(upto)s
            AND topic = ANY (%(topics)s)
        ORDER BY position LIMIT %(limit)s
    ) AS page
    ORDER BY page.position LIMIT %(limit)s"""  # noqa: S608
NEWEST = f"""
    WITH bound AS MATERIALIZED ({_BOUND})
    SELECT bound.ceiling - 1, last.position, last.chain FROM bound LEFT JOIN LATERAL (
        SELECT position, chain FROM event WHERE position < bound.ceiling ORDER BY position DESC LIMIT 1
    ) AS last ON true"""  # noqa: S608
AT = "SELECT chain FROM event WHERE position = %s"
STATE = "SELECT state FROM event WHERE position = %s"
_EARLIER = f"position, CASE WHEN octet_length(state) <= {SHARE} THEN state END AS state"
PRESENT = """
    SELECT resource.tenant_id, resource.stream_id, calendar_id, href, etag, deleted
    FROM unnest(%s::uuid[], %s::uuid[]) AS asked (tenant_id, stream_id)
    JOIN resource ON resource.stream_id = asked.stream_id AND resource.tenant_id = asked.tenant_id
    ORDER BY deleted DESC, modified_at"""
CAME_FROM = f"""
    SELECT asked.position, earlier.*
    FROM unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::bigint[]) AS asked (tenant_id, stream_id, version, position)
    CROSS JOIN LATERAL (
        SELECT {_EARLIER} FROM event
        WHERE tenant_id = asked.tenant_id AND stream_id = asked.stream_id AND version < asked.version
            AND topic = ANY (%s)
        ORDER BY version DESC LIMIT 1
    ) AS earlier"""  # noqa: S608
# Few events move, and a change that was read just now has few later versions.
WERE_IN = f"""
    SELECT asked.position, earlier.*
    FROM unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::bigint[]) AS asked (tenant_id, stream_id, version, position)
    CROSS JOIN LATERAL (
        SELECT FROM event
        WHERE tenant_id = asked.tenant_id AND stream_id = asked.stream_id AND version > asked.version
            AND topic = ANY (%s)
        LIMIT 1
    ) AS later
    CROSS JOIN LATERAL (
        SELECT {_EARLIER} FROM event
        WHERE tenant_id = asked.tenant_id AND stream_id = asked.stream_id AND version <= asked.version
            AND topic = ANY (%s)
        ORDER BY version DESC LIMIT 1
    ) AS earlier"""  # noqa: S608
BEGAN = """
    SELECT asked.stream_id, max(position)
    FROM unnest(%s::uuid[], %s::uuid[]) AS asked (tenant_id, stream_id)
    JOIN event ON event.tenant_id = asked.tenant_id AND event.stream_id = asked.stream_id AND topic = ANY (%s)
    GROUP BY asked.stream_id"""


class PostgresChanges:
    """Reads the log. Thread-safe."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def newest(self) -> tuple[int, str]:
        """The position up to which nothing can be added any more, and the cursor of the newest fact up to it."""
        upto, position, chain = fetch(self._pool, NEWEST, ())[0]
        return int(upto), "0" if position is None else _cursor(position, chain)

    def position_of(self, cursor: str) -> int | None:
        """The position that a cursor names; None where this history of the log has no such fact."""
        if cursor == "0":
            return 0
        position = int(cursor.partition("-")[0])
        rows = fetch(self._pool, AT, (position,))
        return position if rows and _cursor(position, rows[0][0]) == cursor else None

    def logged(self, after: int, limit: int) -> ChangePage:
        """The next facts of all accounts."""
        values = {"after": after, "limit": limit, "topics": TOPICS, "named": NAMED}
        rows = self._fetch(LOGGED, values)
        found = [self._change(row[2:]) for row in rows if row[2] is not None]
        if len(found) == limit:
            return ChangePage(found, found[-1].position, True)
        # Every fact below the ceiling was read, whatever its kind.
        return ChangePage(found, max(after, rows[0][0] - 1), False, rows[0][1])

    def logged_of(self, tenants: Sequence[AccountId], after: int, upto: int, limit: int) -> ChangePage:
        """The next facts of these accounts, up to the position ``upto``."""
        values = {"tenants": list(tenants), "after": after, "upto": upto, "limit": limit}
        found = [self._change(row) for row in self._fetch(LOGGED_OF, {**values, "topics": TOPICS, "named": NAMED})]
        more = len(found) == limit
        return ChangePage(found, found[-1].position if more else max(after, upto), more)

    def present(self, events: Collection[tuple[AccountId, UUID]]) -> dict[tuple[AccountId, UUID], PresentEvent]:
        """Where these events are now, by account and stream: a live row, else the newest tombstone."""
        if not events:
            return {}
        tenants, streams = zip(*events, strict=True)
        rows = fetch(self._pool, PRESENT, (list(tenants), list(streams)))
        return {(row[0], row[1]): PresentEvent(*row[2:]) for row in rows}

    def came_from(self, moved: Sequence[LoggedChange]) -> dict[int, UUID]:
        """The calendars from which events were moved, by the position of the move."""
        return self._calendars(CAME_FROM, moved, PLACES)

    def were_in(self, changes: Sequence[LoggedChange]) -> dict[int, UUID]:
        """The calendars of events that were moved later, by the position of the change."""
        return self._calendars(WERE_IN, changes, MOVED, PLACES)

    def _calendars(self, query: str, changes: Sequence[LoggedChange], *topics: list[str]) -> dict[int, UUID]:
        if not changes:
            return {}
        asked = [(each.tenant, each.stream_id, each.version, each.position) for each in changes]
        rows = fetch(self._pool, query, (*(list(each) for each in zip(*asked, strict=True)), *topics))
        return {position: UUID(self._opened(*earlier)["calendar_id"]) for position, *earlier in rows}

    def shared_with(self, tenants: Collection[AccountId]) -> dict[AccountId, list[SeenCalendar]]:
        """The calendars that these accounts have accepted and are still granted."""
        found = shared_calendars(self._pool, tenants)
        shares = [each.share for rows in found.values() for each in rows if each.share is not None]
        if not shares:
            return {}
        asked = [each.sharee for each in shares], [each.share_id for each in shares]
        began: dict[UUID, int] = dict(fetch(self._pool, BEGAN, (*asked, ACCEPTED)))
        return {
            tenant: [SeenCalendar(each, began.get(each.share.share_id, 0)) for each in rows if each.share is not None]
            for tenant, rows in found.items()
        }

    def _change(self, row: Row) -> LoggedChange:
        position, chain, tenant, stream, version, topic, actor, door, at, state = row
        kind = topic.partition("/")[0]
        fields = self._opened(position, state) if kind in NAMING else {}
        return LoggedChange(position, _cursor(position, chain), tenant, stream, version, kind, actor, door, at, fields)

    def _opened(self, position: int, state: bytes | None) -> dict[str, Any]:
        """The open fields of the stored fact (event_store.mapper) at that position. ``state``: None where it is large;
        then it is read alone, and only these fields stay in memory."""
        if state is None:
            state = bytes(fetch(self._pool, STATE, (position,))[0][0])
        fields: dict[str, Any] = msgspec.msgpack.decode(state)[0]
        return fields

    def _fetch(self, query: str, values: dict[str, Any]) -> list[Row]:
        return reading(self._pool, lambda line: line.execute(query, values, binary=True).fetchall())


def _cursor(position: int, chain: bytes) -> str:
    """The chain depends on all facts of the stream before it, so another history has another one at that position. Its
    hash tells nothing about the facts."""
    return f"{position}-{hashlib.sha256(b'cursor' + chain).hexdigest()[:MARK]}"

"""A projection made again from the store, beside the live one, while writes go on (house: "replay").

The rows are first made in temporary tables of the same names, so that the very statements of the recorder fill them.
Then, for a moment in which writers wait and readers do not, what was recorded meanwhile is added, and the live rows
that differ are mended. Normally none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from televent.adapters.postgres.dav_index.inline_rows import statements
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.shard import renew
from televent.adapters.postgres.followers.runner import insert_rows
from televent.adapters.postgres.followers.tracking import PostgresTracking
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.mapper import FactMapper
from televent.application.event_store.recorded import RecordedNotification
from televent.application.read_models.accounts import DropDevice, PutAccount, PutAddress, PutDevice, PutPrincipal
from televent.application.read_models.company import KeepCompany, PutFreeBusy
from televent.application.read_models.writes import Write
from televent.domain.ids import StreamKey
from televent.projections.audit import AUDIT
from televent.projections.inline import inline_writes
from televent.projections.projection import Projection

PAGE = 1000
LAST_POSITION = 2**63 - 1

Progress = Callable[[int, int], None]

INLINE: dict[str, dict[str, tuple[str, ...]]] = {
    "dav_index": {
        "calendar": ("tenant_id", "calendar_id"),
        "resource": ("tenant_id", "calendar_id", "href"),
        "mount": ("tenant_id", "share_id"),
        "overlay": ("tenant_id", "share_id", "stream_id"),
    },
    "company": {"company": ("tenant_id", "stream_id", "address")},
    "directory": {
        "account": ("tenant_id",),
        "principal": ("tenant_id",),
        "address": ("tenant_id", "address"),
        "device": ("tenant_id", "device_id"),
    },
}
DIRECTORY = (PutAccount, PutAddress, PutPrincipal, PutFreeBusy, PutDevice, DropDevice)
"""What is written to the tables of the directory; all else is dav_index, or company."""
ASYNCHRONOUS = {AUDIT.name: AUDIT}
KEPT = {"device": ("last_used_at",)}
"""Columns that no fact sets."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``differing``: live rows that were wrong, missing or too many, and are mended."""

    events: int
    differing: int


def rebuild(pool: Pool, mapper: FactMapper, name: str, progress: Progress, *, season: int | None = None) -> Rebuilt:
    """``season``: for which series without end are indexed; None: each for that in which it was written. Raises
    KeyError for a projection that does not exist."""
    if name in INLINE:
        return _rebuild_inline(pool, mapper, name, progress, season)
    return _rebuild_asynchronous(pool, ASYNCHRONOUS[name], progress)


def _rebuild_asynchronous(pool: Pool, projection: Projection, progress: Progress) -> Rebuilt:
    """While the consumer's row is held no worker writes; all that is missing comes from the log."""
    log, tracking = PostgresLog(pool), PostgresTracking(pool)
    total = _count(log)
    with _own_connection(pool) as connection, connection.transaction():
        tracking.hold(connection, projection.name)
        connection.execute("SELECT 1 FROM consumer WHERE name = %s FOR UPDATE", (projection.name,))
        _shadow(connection, [projection.table])
        position, done = -1, 0
        while events := log.page(position, PAGE, None, ()).notifications:
            insert_rows(connection, projection, events)
            position, done = events[-1].id, done + len(events)
            progress(done, total)
        keys = ("tenant_id", "stream_id", "version")
        differing = _mend(connection, projection.table, keys)
        connection.execute(
            "UPDATE consumer SET position = %s, updated_at = now() WHERE name = %s",
            (max(position, 0), projection.name),
        )
        _unshadow(connection, [projection.table])
    return Rebuilt(done, differing)


def _rebuild_inline(pool: Pool, mapper: FactMapper, name: str, progress: Progress, season: int | None) -> Rebuilt:
    tables = INLINE[name]
    log = PostgresLog(pool)
    replay = _Replay(mapper, name, season)
    total = _count(log)
    with _own_connection(pool) as connection:
        _shadow(connection, list(tables))
        try:
            position, done = -1, 0
            while events := log.page(position, PAGE, None, ()).notifications:
                # A transaction's events may be cut by the page: what belongs together is applied together.
                whole = _whole_transactions(events) if len(events) == PAGE else events
                with connection.transaction(), connection.pipeline():
                    replay.apply(connection, whole)
                position, done = whole[-1].id, done + len(whole)
                progress(done, max(total, done))
            with connection.transaction():
                # Several tables are locked one after the other, and writers take them in their own order; but each
                # writes its events first. Whoever has this lock finds none of them amid the others.
                connection.execute("LOCK TABLE public.event IN EXCLUSIVE MODE")
                locked = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
                connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(locked))
                # No writer of these tables is under way now: what is committed is all there is.
                late = _committed_after(connection, log, position)
                replay.apply(connection, late)
                indexed = _mend_index(connection) if name == "dav_index" else 0
                differing = sum(_mend(connection, table, keys) for table, keys in tables.items())
                if differing and name == "dav_index":
                    # Clients may hold what was wrong, under tokens that say they are up to date.
                    renew(connection)
            return Rebuilt(done + len(late), differing + indexed)
        finally:
            _unshadow(connection, list(tables))


def _own_connection(pool: Pool) -> Connection:
    """A connection that nobody has used before. A pool's connection may have prepared the recorder's statements for the
    live tables; PostgreSQL does not look again when a temporary table of the same name appears, and the replay would
    write into the live ones."""
    assert isinstance(pool.conninfo, str)
    return psycopg.connect(pool.conninfo, autocommit=True, prepare_threshold=None)


class _Replay:
    """Folds streams and sends the recorder's own statements for them."""

    def __init__(self, mapper: FactMapper, projection: str, season: int | None) -> None:
        self._mapper = mapper
        self._season = season
        self._projection = projection
        self._states: dict[str, Any] = {}

    def apply(self, connection: Connection, events: Sequence[RecordedNotification]) -> None:
        """Events of whole transactions, in the order of the log."""
        for transaction in _transactions(events):
            streams: dict[str, list[RecordedNotification]] = {}
            for event in transaction:
                streams.setdefault(str(event.originator_id), []).append(event)
            for stream, own in streams.items():
                for write in self._writes(stream, own):
                    for statement, parameters in statements(write):
                        connection.execute(statement, parameters)

    def _writes(self, stream: str, events: list[RecordedNotification]) -> list[Write]:
        facts = [self._mapper.to_fact(event) for event in events]
        decider = decider_of(type(facts[0]))
        before = self._states.get(stream, decider.initial)
        after = decider.fold(before, facts)
        self._states[stream] = after
        writes = inline_writes(StreamKey.parse(stream), before, after, facts, events[-1].recorded_at, self._season)
        return [write for write in writes if _projection_of(write) == self._projection]


def _projection_of(write: Write) -> str:
    if isinstance(write, KeepCompany):
        return "company"
    return "directory" if isinstance(write, DIRECTORY) else "dav_index"


def _transactions(events: Sequence[RecordedNotification]) -> list[list[RecordedNotification]]:
    found: list[list[RecordedNotification]] = []
    for event in events:
        if found and found[-1][0].id >> 20 == event.id >> 20:
            found[-1].append(event)
        else:
            found.append([event])
    return found


def _whole_transactions(events: list[RecordedNotification]) -> list[RecordedNotification]:
    whole = [event for event in events if event.id >> 20 != events[-1].id >> 20]
    return whole or events


def _committed_after(connection: Connection, log: PostgresLog, position: int) -> list[RecordedNotification]:
    rows = connection.execute(
        "SELECT tenant_id, stream_id, position FROM event WHERE position > %s ORDER BY position", (position,)
    ).fetchall()
    by_stream: dict[tuple[UUID, UUID], dict[int, RecordedNotification]] = {}
    for tenant, stream, _ in rows:
        if (tenant, stream) not in by_stream:
            by_stream[tenant, stream] = _notifications(connection, StreamKey(tenant, stream), position)
    return [by_stream[tenant, stream][number] for tenant, stream, number in rows]


def _notifications(connection: Connection, key: StreamKey, after: int) -> dict[int, RecordedNotification]:
    rows = connection.execute(
        "SELECT position, version, topic, state, subject_id, chain, command_id, correlation_id, actor, door,"
        " recorded_at FROM event WHERE tenant_id = %s AND stream_id = %s AND position > %s",
        (key.tenant, key.stream, after),
    ).fetchall()
    return {
        row[0]: RecordedNotification(
            id=row[0], originator_id=str(key), originator_version=row[1], topic=row[2], state=bytes(row[3]),
            subject_id=row[4], chain=bytes(row[5]), command_id=row[6], correlation_id=row[7], actor=row[8],
            door=row[9], recorded_at=row[10],
        )
        for row in rows
    }  # fmt: skip


def _shadow(connection: Connection, tables: list[str]) -> None:
    """Temporary tables come first in the search path: the recorder's statements find them by the same names."""
    for table in tables:
        name = sql.Identifier(table)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE public.{} INCLUDING ALL)").format(name, name))


def _unshadow(connection: Connection, tables: list[str]) -> None:
    if connection.closed:
        return
    for table in tables:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(table)))


def _mend_index(connection: Connection) -> int:
    """Rows that are right but for when they are said to happen: no client has seen that."""
    columns = [sql.Identifier(each) for each in ("span", "firm", "floats", "loose", "fbtype", "days", "indexed")]
    own, made = (
        sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.Identifier(of), each) for each in columns)
        for of in ("live", "made")
    )
    return connection.execute(
        sql.SQL(
            "UPDATE public.resource AS live SET ({names}) = ROW({made}) FROM pg_temp.resource AS made"
            " WHERE live.tenant_id = made.tenant_id AND live.calendar_id = made.calendar_id AND live.href = made.href"
            " AND live.etag = made.etag AND ({own}) IS DISTINCT FROM ({made})"
        ).format(names=sql.SQL(", ").join(columns), made=made, own=own)
    ).rowcount


def _mend(connection: Connection, table: str, keys: Sequence[str]) -> int:
    """Makes the live rows equal the shadow's; how many were not."""
    kept = KEPT.get(table, ())
    columns = [
        row[0]
        for row in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            (f"public.{table}",),
        ).fetchall()
        if row[0] not in kept
    ]
    same = sql.SQL(" AND ").join(sql.SQL("live.{0} = made.{0}").format(sql.Identifier(key)) for key in keys)
    differs = sql.SQL(" OR ").join(
        sql.SQL("live.{0} IS DISTINCT FROM made.{0}").format(sql.Identifier(each)) for each in columns
    )
    live, made = sql.Identifier("public", table), sql.Identifier("pg_temp", table)
    wrong = connection.execute(
        sql.SQL("DELETE FROM {live} AS live WHERE NOT EXISTS (SELECT FROM {made} AS made WHERE {same})").format(
            live=live, made=made, same=same
        )
    ).rowcount
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    # Out of the way first, then in: a unique key may stand on another row meanwhile.
    moved = connection.execute(
        sql.SQL("DELETE FROM {live} AS live USING {made} AS made WHERE {same} AND ({differs})").format(
            live=live, made=made, same=same, differs=differs
        )
    ).rowcount
    added = connection.execute(
        sql.SQL(
            "INSERT INTO {live} ({names}) SELECT {names} FROM {made} AS made"
            " WHERE NOT EXISTS (SELECT FROM {live} AS live WHERE {same})"
        ).format(live=live, made=made, names=names, same=same)
    ).rowcount
    return wrong + max(moved, added)


def _count(log: PostgresLog) -> int:
    return int(log.fetch("SELECT count(*) FROM event", ())[0][0])

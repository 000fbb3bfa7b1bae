"""An inline projection made again from the store, while writes go on.

The rows are first made in temporary tables of the same names, so that the very statements of the recorder fill them.
Then, for a moment in which writers wait and readers do not, what was recorded meanwhile is added, and the live rows
that differ are mended. Normally none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from televent.adapters.postgres.dav_index.inline_rows import TABLES, statements
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.shard import renew
from televent.adapters.postgres.followers.shadow import mend, mend_index, own_connection, shadow, unshadow
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.mapper import FactMapper
from televent.application.event_store.recorded import RecordedNotification
from televent.application.read_models.accounts import (
    DestroyKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutDevice,
    PutPrincipal,
)
from televent.application.read_models.company import KeepCompany, PutFreeBusy
from televent.application.read_models.writes import Write
from televent.domain.ids import StreamKey
from televent.projections.inline import inline_writes

PAGE = 1000

INLINE: Final = TABLES
DIRECTORY = (PutAccount, PutAddress, PutPrincipal, PutFreeBusy, PutDevice, DropDevice)
"""What is written to the tables of the directory; all else is dav_index, or company."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``differing``: live rows that were wrong, missing or too many, and are mended."""

    events: int
    differing: int


Progress = Callable[[int, int], None]


def rebuild_inline(pool: Pool, mapper: FactMapper, name: str, progress: Progress, season: int | None) -> Rebuilt:
    tables = INLINE[name]
    log = PostgresLog(pool)
    replay = _Replay(mapper, name, season)
    total = count(log)
    with own_connection(pool) as connection:
        shadow(connection, list(tables))
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
                indexed = mend_index(connection) if name == "dav_index" else 0
                differing = sum(mend(connection, table, keys) for table, keys in tables.items())
                if differing and name == "dav_index":
                    # Clients may hold what was wrong, under tokens that say they are up to date.
                    renew(connection)
            return Rebuilt(done + len(late), differing + indexed)
        finally:
            unshadow(connection, list(tables))


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
        if self._mapper.erased(events[0].subject_id):
            # No row is made of a person whose key is destroyed, even where their last fact was never recorded.
            return []
        facts = [self._mapper.to_fact(event) for event in events]
        decider = decider_of(type(facts[0]))
        before = self._states.get(stream, decider.initial)
        after = decider.fold(before, facts)
        self._states[stream] = after
        writes = inline_writes(StreamKey.parse(stream), before, after, facts, events[-1].recorded_at, self._season)
        return [write for write in writes if _projection_of(write) == self._projection]


def _projection_of(write: Write) -> str | None:
    if isinstance(write, ForgetAccount):
        return write.projection
    if isinstance(write, DestroyKey):
        return None
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


def count(log: PostgresLog) -> int:
    return int(log.fetch("SELECT count(*) FROM event", ())[0][0])

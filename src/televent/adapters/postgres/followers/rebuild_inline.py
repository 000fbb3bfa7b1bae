"""Rebuilds an inline projection from the store, while writes continue.

The rows are first written to temporary tables with the same names, by the recorder's own statements. Then, for a moment
in which writers wait and readers do not, the rebuild adds the events recorded meanwhile, and corrects the live rows
that differ. Normally none differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from televent.adapters.postgres.dav_index.counters import begin_again
from televent.adapters.postgres.dav_index.inline_rows import BESIDE, DIALOGUES, TABLES, statements
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.followers.shadow import Places, correct, correct_index, own_connection, shadow, unshadow
from televent.adapters.postgres.patience import bound, patiently
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
    PutPreferences,
    PutPrincipal,
)
from televent.application.read_models.company import ChangeCompany, PutFreeBusy
from televent.application.read_models.writes import Write
from televent.domain.ids import StreamKey
from televent.projections.inline import inline_writes

PAGE = 1000
"""Max events of a page."""

INLINE: Final = TABLES
DIRECTORY = (PutAccount, PutPreferences, PutAddress, PutPrincipal, PutFreeBusy, PutDevice, DropDevice)
"""The writes to the tables of the directory; the others are writes to dav_index or company."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``events``: the number of events replayed. ``differing``: the number of live rows that were wrong, missing or
    superfluous, and are corrected."""

    events: int
    differing: int


Progress = Callable[[int, int], None]


def rebuild_inline(
    pool: Pool, mapper: FactMapper, name: str, progress: Progress, season: int | None, direct: str
) -> Rebuilt:
    """Rebuilds the inline projection with that name (see rebuild.rebuild)."""
    tables = INLINE[name]
    log = PostgresLog(pool)
    replay = _Replay(mapper, name, season)
    total = count(log)
    shadows = [*tables, *BESIDE.get(name, ()), *([DIALOGUES] if name == "directory" else [])]
    position, done = -1, 0
    with own_connection(direct) as connection:

        def catch_up() -> None:
            nonlocal position, done
            while events := log.page(position, PAGE, None, ()).notifications:
                # The page may end within a transaction; the events of a transaction are applied together.
                whole = _whole_transactions(events) if len(events) == PAGE else events
                with connection.transaction(), connection.pipeline():
                    replay.apply(connection, whole)
                position, done = whole[-1].id, done + len(whole)
                progress(done, max(total, done))

        def last_step() -> Rebuilt:
            with connection.transaction():
                _stop_writers(connection, list(tables))
                # No writer of these tables is under way now: every event is committed.
                late = _committed_after(connection, log, position)
                replay.apply(connection, late)
                indexed = correct_index(connection) if name == "dav_index" else 0
                differing = sum((correct(connection, table, keys) for table, keys in tables.items()), Places())
                if differing and name == "dav_index":
                    # Clients may have the wrong rows, with sync tokens that say they are up to date.
                    begin_again(connection, [(tenant, counter) for tenant, counter in differing])
            return Rebuilt(done + len(late), differing.total() + indexed)

        def between(seconds: float) -> None:
            time.sleep(seconds)
            catch_up()

        shadow(connection, shadows)
        try:
            catch_up()
            return patiently(connection, last_step, between)
        finally:
            unshadow(connection, shadows)


def _stop_writers(connection: Connection, tables: list[str]) -> None:
    """Locks the tables against writers until the transaction ends. Raises LockNotAvailable where a writer takes long:
    all others would wait behind this lock."""
    bound(connection)
    # Tables are locked one after the other, and writers lock them in another order. But every writer inserts its events
    # first: with this lock no writer is between two tables, so there is no deadlock.
    connection.execute("LOCK TABLE public.event IN EXCLUSIVE MODE")
    locked = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
    connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(locked))
    # The replay cannot be undone by the transaction alone, so from here on nothing may be tried again.
    bound(connection, 0)


class _Replay:
    """Folds streams and executes the recorder's own statements for them."""

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
            # A person whose key is destroyed gets no rows, even where their AccountErased was never recorded.
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
    if isinstance(write, ChangeCompany):
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
    """The number of events in the store."""
    return int(log.fetch("SELECT count(*) FROM event", ())[0][0])

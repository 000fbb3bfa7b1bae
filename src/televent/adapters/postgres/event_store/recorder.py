"""The event store on PostgreSQL, behind the eventsourcing library's recorder interface (ADR 0002).

One call is one round trip: facts, inline rows and outbox messages, all or nothing. Calls for one calendar that arrive
while one is under way share a transaction (group_commit). The order of events needs no table lock:

- a transaction takes the advisory lock of each calendar first, before it has a transaction id. So within a calendar
  the order of transaction ids is the order of commits;
- an event's position is made of its transaction's id and its ordinal in the transaction;
- followers read only below the oldest transaction that still runs. So no event can be added below a position that a
  follower has read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent

from televent.adapters.postgres.event_store.group_commit import GroupCommit
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.queueing import Queues
from televent.adapters.postgres.event_store.subscription import PostgresSubscription
from televent.adapters.postgres.event_store.transaction import Batch, batch_of, send
from televent.adapters.postgres.pool import PATIENCE, LivePool
from televent.adapters.postgres.wakeup import EVENTS, OUTBOX, Wakeups
from televent.application.event_store.conflicts import AlreadyApplied, Conflict, SealedEarlier, StaleStream
from televent.application.event_store.recorded import RecordedEvent, StoredSnapshot
from televent.application.messages.outbox import OutboxMessage
from televent.application.outage import Outage
from televent.application.read_models.writes import Write
from televent.domain.ids import AccountId, StreamKey

ATTEMPTS = 5
"""Max times that a transaction is sent while its connection is cut."""

LANDED = """
    SELECT position FROM event JOIN unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::uuid[])
        AS wanted (tenant_id, stream_id, version, command_id) USING (tenant_id, stream_id, version, command_id)
    ORDER BY position"""
PUT_SNAPSHOT = """
    INSERT INTO snapshot AS standing (tenant_id, stream_id, version, topic, subject_id, state, chain)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, stream_id) DO UPDATE
    SET version = excluded.version, topic = excluded.topic, subject_id = excluded.subject_id, state = excluded.state,
        chain = excluded.chain
    WHERE standing.version < excluded.version OR standing.topic <> excluded.topic"""


class PostgresRecorder(ApplicationRecorder):
    """Records and reads events. ``pool`` gives connections in autocommit mode, ``pooled``: through a pooler in
    transaction mode. Thread-safe."""

    def __init__(self, pool: LivePool, wakeups: Wakeups, *, pooled: bool = False) -> None:
        self._pool = pool
        self._wakeups = wakeups
        self._log = PostgresLog(pool)
        self._queues = Queues(pool, pooled=pooled)
        self._group_commit: GroupCommit[Batch, list[int]] = GroupCommit(self._together, self._alone)

    # ---- Writing -------------------------------------------------------------------------------------------------
    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        writes: Sequence[Write] = (),
        outbox: Sequence[OutboxMessage] = (),
        inbox_keys: Sequence[str] = (),
        **kwargs: Any,
    ) -> list[int]:
        """Records the events with their rows and messages, all or nothing, and returns the events' positions.

        Raises a Conflict where another writer was first, TwoTenants for data of more than one tenant. A connection
        that is lost before the answer is no failure: the recorder looks up by command id whether the transaction
        committed, and sends it again only if it did not. Raises Outage where that cannot be looked up either.
        """
        if kwargs:
            raise TypeError(f"unknown arguments: {', '.join(kwargs)}")
        events = [event for event in stored_events if isinstance(event, RecordedEvent)]
        if len(events) != len(stored_events):
            raise TypeError("only a RecordedEvent can be recorded")
        if not events:
            if writes or outbox or inbox_keys:
                raise ValueError("rows and effects are recorded only with the facts that cause them")
            return []
        batch = batch_of(events, writes, outbox, inbox_keys, self._pool.server)
        positions = self._group_commit.do((batch.tenant, batch.locks), batch) if batch.may_share else self._alone(batch)
        self._wakeups.notify(EVENTS, *([OUTBOX] if outbox else []))
        return positions

    def _together(self, batches: Sequence[Batch]) -> list[list[int]]:
        with self._pool.connection() as connection:
            self._refuse_sealed_earlier(batches)
            return send(connection, batches)

    def _alone(self, batch: Batch) -> list[int]:
        until = time.monotonic() + PATIENCE
        for attempt in count(1):
            connection: Any = None
            try:
                with self._pool.connection() as connection:
                    self._refuse_sealed_earlier([batch])
                    return send(connection, [batch])[0]
            except Conflict as conflict:
                # The other transaction may be the one of an earlier attempt.
                lost = isinstance(conflict, StaleStream | AlreadyApplied | SealedEarlier)
                landed = self._landed(batch.events) if lost else None
                if landed is not None:
                    return landed
                conflict.queue = self._queues.of(StreamKey.parse(str(batch.events[0].originator_id)))
                raise
            except Outage:
                if connection is None or not connection.closed:
                    raise
                landed = self._landed(batch.events)
                if landed is not None:
                    return landed
                if attempt >= ATTEMPTS or time.monotonic() > until:
                    raise
                # The server may still run the first attempt; then the retry conflicts with its events and waits.
                time.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    def _refuse_sealed_earlier(self, batches: Sequence[Batch]) -> None:
        """Raises SealedEarlier for facts whose keys an earlier server gave: an asynchronous failover may have lost the
        rows of new keys, and nobody could ever read the facts. Call it with a connection in hand."""
        if any(batch.server != self._pool.server for batch in batches):
            raise SealedEarlier

    def _landed(self, events: Sequence[RecordedEvent]) -> list[int] | None:
        """The positions of these events, if the same command has recorded them; else None."""
        keys = [StreamKey.parse(str(event.originator_id)) for event in events]
        columns = (
            [key.tenant for key in keys],
            [key.stream for key in keys],
            [event.originator_version for event in events],
            [event.command_id for event in events],
        )
        positions = [row[0] for row in self._log.fetch(LANDED, columns)]
        return positions if len(positions) == len(events) else None

    def put_snapshot(self, snapshot: StoredSnapshot) -> None:
        """Stores a snapshot. It replaces an older one of the stream, and one with another topic."""
        key = snapshot.key
        row = (key.tenant, key.stream, snapshot.version, snapshot.topic, snapshot.subject_id)
        with self._pool.connection() as connection:
            connection.execute(PUT_SNAPSHOT, (*row, snapshot.state, snapshot.chain))

    # ---- Reading -------------------------------------------------------------------------------------------------
    def load(self, key: StreamKey) -> tuple[StoredSnapshot | None, list[RecordedEvent]]:
        """The stream's snapshot, if any, and the events after it, read at one moment."""
        return self._log.load(key)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> list[RecordedEvent]:
        """A stream's events with versions in (gt, lte]. Raises ValueError where ``originator_id`` is no StreamKey."""
        return self._log.events(StreamKey.parse(str(originator_id)), gt, lte, desc, limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The log from ``start``, up to the oldest transaction that still runs."""
        after = -1 if start is None else start - inclusive_of_start
        return self._log.page(after, limit, stop, topics).notifications

    def place_of(self, tenant: AccountId, at: datetime) -> int:
        """The position before which the account's facts of that moment are (past.account_at.PastReads)."""
        return self._log.place_of(tenant, at)

    def until(self, tenant: AccountId, before: int) -> Iterator[RecordedEvent]:
        """The account's facts at positions below ``before``, stream after stream."""
        return self._log.until(tenant, before)

    def max_notification_id(self) -> int | None:
        """The highest position recorded; followers may have to wait before they may read it."""
        position: int | None = self._log.fetch("SELECT max(position) FROM event", ())[0][0]
        return position

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> PostgresSubscription:
        """An endless iterator over the log after ``gt``; ``stop`` ends it."""
        return PostgresSubscription(self, self._log, self._wakeups, gt, topics)

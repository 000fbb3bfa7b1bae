"""Sends one transaction of the recorder: the batch of one writer, or the batches of a group."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from televent.adapters.postgres.dav_index.inline_rows import Statement, conflict_of, statements
from televent.adapters.postgres.one_flush import transact
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.application.event_store.recorded import RecordedEvent
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.writes import Write
from televent.domain.ids import AccountId, StreamKey

ORDINAL_BITS = 20
"""Bits of a position that number the events of one transaction."""
SMALL_EVENTS = 100
"""Max events of a batch that may share a transaction."""
SMALL_BYTES = 64 * 1024
"""Max bytes of the events of a batch that may share a transaction."""

LOCK = "SELECT pg_advisory_xact_lock(%s)"
INSERT_EVENT = f"""
    INSERT INTO event (tenant_id, stream_id, version, position, topic, subject_id, state, chain, command_id,
        correlation_id, actor, door, recorded_at, origin)
    VALUES (%s, %s, %s,
        (((SELECT xid_base FROM shard) + pg_current_xact_id()::text::bigint) << {ORDINAL_BITS}) | %s::bigint,
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    RETURNING position"""  # noqa: S608
INSERT_INBOX = "INSERT INTO inbox (tenant_id, message_key, received_at) VALUES (%s, %s, %s)"


class TwoTenants(ValueError):
    """The program tried to write to more than one tenant in one transaction (ADR 9). Nothing was sent."""

    def __init__(self, tenants: Iterable[UUID]) -> None:
        super().__init__(f"one transaction writes to one tenant, not to {', '.join(sorted(map(str, tenants)))}")


@dataclass(frozen=True, slots=True)
class Batch:
    """The events and rows that one writer wants recorded, all or nothing."""

    tenant: AccountId
    events: Sequence[RecordedEvent]
    locks: tuple[int, ...]
    """The numbers of the advisory locks, one for each calendar written to, sorted."""
    rows: tuple[Statement, ...]
    """The statements that write rows beside the events."""
    server: str = ""
    """The start of PostgreSQL (LivePool.server) that gave the keys with which the events are sealed."""

    @property
    def may_share(self) -> bool:
        """Whether it may share a transaction with other batches: it locks calendars, so it would wait for them anyway,
        and it is small, so they hardly wait for it."""
        small = len(self.events) <= SMALL_EVENTS and sum(len(event.state) for event in self.events) <= SMALL_BYTES
        return small and bool(self.locks)


def batch_of(
    events: Sequence[RecordedEvent],
    writes: Sequence[Write],
    outbox: Sequence[OutboxMessage],
    inbox_keys: Sequence[str] = (),
    server: str = "",
) -> Batch:
    """The batch for these events and their effects.

    Raises ValueError for more events than one transaction can number, TwoTenants for data of more than one tenant.
    """
    if len(events) >= 1 << ORDINAL_BITS:
        raise ValueError("too many events for one transaction")
    tenant = StreamKey.parse(str(events[0].originator_id)).tenant
    tenants = {StreamKey.parse(str(event.originator_id)).tenant for event in events} | {each.tenant for each in writes}
    if tenants != {tenant}:
        raise TwoTenants(tenants)
    calendars = {(write.tenant, calendar) for write in writes if (calendar := getattr(write, "calendar_id", None))}
    now, correlation = events[0].recorded_at, events[0].correlation_id
    rows: list[Statement] = [(INSERT_INBOX, (tenant, key, now)) for key in inbox_keys]
    for write in writes:
        rows += statements(write)
    rows += [(ENQUEUE, outbox_row(tenant, message, correlation, now)) for message in outbox]
    return Batch(tenant, events, tuple(sorted(lock_number(*calendar) for calendar in calendars)), tuple(rows), server)


def send(connection: psycopg.Connection[tuple[Any, ...]], batches: Sequence[Batch]) -> list[list[int]]:
    """Sends the batches as one transaction in one round trip, and returns the positions of each batch's events.

    No statement waits for the answer to another. Raises Conflict, psycopg.Error: then nothing is recorded, or the
    connection was cut. Raises TwoTenants for batches of more than one tenant.
    """
    tenants = {batch.tenant for batch in batches}
    if len(tenants) > 1:
        raise TwoTenants(tenants)
    sent: list[Statement] = [
        (LOCK, (number,)) for number in sorted({number for batch in batches for number in batch.locks})
    ]
    places: list[range] = []
    ordinals = count()
    for batch in batches:
        # The events come first: a transaction that is sent again must conflict with its own events, and not with
        # its own inbox row.
        places.append(range(len(sent), len(sent) + len(batch.events)))
        sent += [(INSERT_EVENT, _event_row(event, next(ordinals))) for event in batch.events]
        sent += batch.rows
    try:
        results = transact(connection, sent)
    except psycopg.Error as error:
        conflict = conflict_of(error)
        if conflict is None:
            raise
        raise conflict from error
    return [[int(results[place].get_value(0, 0) or 0) for place in own] for own in places]


def _event_row(event: RecordedEvent, ordinal: int) -> tuple[Any, ...]:
    key = StreamKey.parse(str(event.originator_id))
    subject, actor = short(key.tenant, event)
    place = (key.tenant, key.stream, event.originator_version, ordinal, event.topic, subject)
    cause = (event.command_id, event.correlation_id, actor, event.door, event.recorded_at, event.origin)
    return (*place, event.state, event.chain, *cause)


def short(tenant: UUID, event: RecordedEvent) -> tuple[UUID | None, str | None]:
    """The columns subject_id and actor of an event: None stands for its account (event_store.log reads it so)."""
    subject = None if event.subject_id == tenant else event.subject_id
    return subject, None if event.actor == str(tenant) else event.actor


def lock_number(tenant: UUID, calendar: UUID) -> int:
    digest = hashlib.blake2b(tenant.bytes + calendar.bytes, digest_size=8, person=b"calendar").digest()
    return int.from_bytes(digest, signed=True)

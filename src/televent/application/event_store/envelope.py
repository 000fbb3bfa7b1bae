"""A recorded fact as followers of the log get it: the fact and its envelope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from televent.application.event_store.recorded import RecordedEvent, RecordedNotification
from televent.domain.ids import AccountId, StreamKey


@dataclass(frozen=True, slots=True)
class Envelope:
    """The data about a recorded fact; nothing in it is personal. ``origin``: the id in Context.origin.

    ``position`` is its place in the log; positions grow and have gaps. ``name`` is the stored name without its version
    ("rsvp-given"), ``topic`` with it ("rsvp-given/1"). ``now`` is when it was recorded.
    """

    key: StreamKey
    version: int
    position: int
    topic: str
    actor: str
    door: str
    now: datetime
    command_id: UUID
    correlation_id: str
    origin: UUID | None = None

    @property
    def tenant(self) -> AccountId:
        """The account that the stream belongs to."""
        return self.key.tenant

    @property
    def name(self) -> str:
        """The stored name without its version."""
        return self.topic.partition("/")[0]

    def derived_id(self, purpose: str) -> UUID:
        """An id for a thing that follows from this fact. Each call with the same ``purpose`` returns the same.

        It depends on the stream and the version. It does not depend on the position, because a restore into a younger
        database cluster changes positions.
        """
        return uuid5(self.key.stream, f"{self.key.tenant}#{self.version}/{purpose}")


class LoggedEvent:
    """The library's domain event of a subscription. ``fact`` is decoded once, on first access.

    ``erased``: the person's key is destroyed, so the personal fields of the fact are placeholders.
    """

    def __init__(self, envelope: Envelope, read: Callable[[], Any], erased: Callable[[], bool]) -> None:
        self.envelope = envelope
        self._read = read
        self._erased = erased

    @cached_property
    def erased(self) -> bool:
        """True where the account of this fact was erased."""
        return self._erased()

    @cached_property
    def fact(self) -> Any:
        """The fact in its newest shape, placeholders after an erasure. Raises UnknownStoredName, UnreadableFact."""
        return self._read()

    # The names that the library's DomainEventProtocol asks for.
    @property
    def originator_id(self) -> str:
        """The stream's name in the store."""
        return str(self.envelope.key)

    @property
    def originator_version(self) -> int:
        """The place in the stream, from 1."""
        return self.envelope.version


def envelope_of(event: RecordedEvent) -> Envelope:
    """The envelope of an event; its position is 0 where the event was read from its stream and not from the log."""
    return Envelope(
        key=StreamKey.parse(str(event.originator_id)),
        version=event.originator_version,
        position=event.id if isinstance(event, RecordedNotification) else 0,
        topic=event.topic,
        actor=event.actor,
        door=event.door,
        now=event.recorded_at,
        command_id=event.command_id,
        correlation_id=event.correlation_id,
        origin=event.origin,
    )

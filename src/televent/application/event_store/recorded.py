"""Events and snapshots as they lie in the store: the library's stored event, and what Televent keeps beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from televent.domain.ids import StreamKey


@dataclass(frozen=True)
class RecordedEvent(StoredEvent):
    """``originator_id`` is ``str(StreamKey)``; ``chain`` the stream's hash chain up to and with this event."""

    subject_id: UUID
    chain: bytes
    command_id: UUID
    correlation_id: str
    actor: str
    door: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A stream's state at ``version``: a shortcut that can be thrown away. ``topic`` names its form."""

    key: StreamKey
    version: int
    topic: str
    subject_id: UUID
    state: bytes
    chain: bytes


@dataclass(frozen=True)
class RecordedNotification(RecordedEvent, Notification):
    """An event as it stands in the log; ``id`` is its position. Positions grow and have gaps."""

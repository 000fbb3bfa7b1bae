"""Stored events and snapshots: the library's stored event, with the columns that Televent adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from televent.domain.ids import StreamKey


@dataclass(frozen=True)
class RecordedEvent(StoredEvent):
    """A stored event. ``originator_id``: ``str(StreamKey)``; ``chain``: the hash chain up to and with this event."""

    subject_id: UUID
    chain: bytes
    command_id: UUID
    correlation_id: str
    actor: str
    door: str
    recorded_at: datetime
    origin: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A stream's state at ``version``: a cache that can be deleted. ``topic`` names its form."""

    key: StreamKey
    version: int
    topic: str
    subject_id: UUID
    state: bytes
    chain: bytes


@dataclass(frozen=True)
class RecordedNotification(RecordedEvent, Notification):
    """An event of the log. ``id`` is its position; positions grow and have gaps."""

"""Feeds of calendars here: secret addresses at which anybody reads a calendar, and the port to their storage."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

MAX_FEEDS: Final = 50
"""Max feeds of one account."""
Content = Literal["full", "busy"]
"""Whole events, as somebody sees them who reads the calendar; or only when the owner is busy."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of one calendar. ``read_at``: the day on which it was read last."""

    tenant: AccountId
    feed_id: UUID
    calendar_id: UUID
    content: Content
    description: str
    created_at: datetime
    read_at: datetime | None = None


def digest(secret: str) -> bytes:
    """The stored form of a feed's secret. One fast hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


class Feeds(Protocol):
    """Stores feeds, for all nodes. Synchronous; called through threads. Secrets come as digests."""

    def add(self, feed: Feed, secret: bytes) -> bool:
        """Stores a new one. False: the account has as many as it may have, or is gone."""
        ...

    def of_calendar(self, tenant: AccountId, calendar_id: UUID) -> list[Feed]:
        """The feeds of a calendar, the oldest first."""
        ...

    def remove(self, tenant: AccountId, calendar_id: UUID, feed_id: UUID) -> bool:
        """Ends a feed, at once on every node. False: there is none."""
        ...

    def at(self, secret: bytes) -> Feed | None:
        """The feed with that secret."""
        ...

    def note_read(self, feed: Feed, now: datetime) -> None:
        """Notes that it was read; at most once a day."""
        ...

    def modified(self, feed: Feed) -> datetime:
        """When an event of the calendar changed last, or the feed was made if that is later."""
        ...

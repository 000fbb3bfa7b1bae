"""What can have happened to a scheduling message in an inbox."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class MessageDelivered:
    """``text`` is the iTIP message as it came, ``component`` the kind of what it is about."""

    inbox_id: UUID
    href: str
    component: str
    text: Personal[bytes]


@dataclass(frozen=True, slots=True)
class MessageRemoved:
    """Acknowledged by the person's calendar app, or too old to be kept."""

    inbox_id: UUID


InboxItemEvent = MessageDelivered | MessageRemoved

"""The facts of a scheduling message in an inbox."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class MessageDelivered:
    """An iTIP message was stored in the inbox. ``text``: the message; ``component``: its kind, such as "VEVENT"."""

    inbox_id: UUID
    href: str
    component: str
    text: Personal[bytes]


@dataclass(frozen=True, slots=True)
class MessageRemoved:
    """A calendar app deleted the message, or newer messages displaced it (use_cases.inbox.MAX_MESSAGES)."""

    inbox_id: UUID


InboxItemEvent = MessageDelivered | MessageRemoved

"""A scheduling message in somebody's inbox: RFC 6638 §2.2, §4.

What it changed was changed when it came; the item only tells the person's calendar apps that it came, until one of
them takes it away. Facts, state, commands and the decision, in that order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from televent.domain.ids import AccountId
from televent.domain.personal import Personal

INBOX = "inbox"
"""The name of the collection that holds scheduling messages; no calendar may have it."""


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


@dataclass(frozen=True, slots=True)
class InboxItem:
    """``inbox_id`` is None until the message is delivered."""

    inbox_id: UUID | None = None
    href: str = ""
    component: str = ""
    text: bytes = b""
    removed: bool = False

    @property
    def exists(self) -> bool:
        """True while the item can be read."""
        return self.inbox_id is not None and not self.removed


def evolve(state: InboxItem, fact: InboxItemEvent) -> InboxItem:
    """The state after one more fact."""
    match fact:
        case MessageDelivered():
            return InboxItem(fact.inbox_id, fact.href, fact.component, fact.text)
        case MessageRemoved():
            return replace(state, removed=True)
        case _:
            assert_never(fact)


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Take the item away."""


def decide(state: InboxItem, command: RemoveMessage) -> list[InboxItemEvent]:
    """The facts; none where there is no such item any more."""
    return [MessageRemoved(state.inbox_id)] if state.exists and state.inbox_id is not None else []


def inbox_of(tenant: AccountId) -> UUID:
    """The id of an account's inbox collection. It needs no fact of its own: whoever has an account has an inbox.

    By MD5 because the migration that gives one to older accounts must find the same id, and PostgreSQL has no other
    hash of that size built in.
    """
    return UUID(hashlib.md5(f"{tenant}/inbox".encode(), usedforsecurity=False).hexdigest())

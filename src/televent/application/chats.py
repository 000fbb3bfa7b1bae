"""The people to whom Telegram takes no messages: they have blocked the bot, or deleted their account there."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from televent.domain.ids import AccountId


class Chats(Protocol):
    """Stores who cannot be written to. Synchronous; called through threads."""

    def closed(self, tenant: AccountId, now: datetime) -> str | None:
        """The reason why this person gets no messages; None where they can be written to, or may be tried again."""
        ...

    def close(self, tenant: AccountId, reason: str, now: datetime) -> None:
        """Notes that Telegram took no message for this person."""
        ...

    def open(self, tenant: AccountId) -> None:
        """Notes that the person can be written to again."""
        ...

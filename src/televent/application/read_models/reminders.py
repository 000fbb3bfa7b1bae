"""The port to the due reminders and daily summaries, and to snooze."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId


class Snoozes(Protocol):
    """Stores the reminders that people asked for again. Synchronous."""

    def snooze(self, tenant: AccountId, message: OutboxMessage, now: datetime) -> datetime:
        """Queues the reminder, unless one with the same key is queued. Returns when the queued one is due."""
        ...

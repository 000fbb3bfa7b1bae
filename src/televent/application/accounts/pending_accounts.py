"""Accounts that are registered, until a code that was mailed proves their address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

LIFETIME: Final = timedelta(days=1)
"""Time for which a registration waits for its code."""


@dataclass(frozen=True, slots=True)
class PendingAccount:
    """A registration. ``tenant``: the id that the account will have. It is what the person shows beside the code, so
    that nobody confirms the password that a stranger chose for their address."""

    tenant: AccountId
    address: str
    password_hash: str
    name: str
    timezone: str
    locale: str
    expires_at: datetime


class PendingAccounts(Protocol):
    """Stores registrations, for all nodes. Synchronous; called through threads. Each method raises Outage."""

    def put(self, row: PendingAccount) -> None:
        """Stores a registration, which has no code yet."""
        ...

    def find(self, tenant: AccountId, now: datetime) -> PendingAccount | None:
        """The registration; None where there is none, or it has expired."""
        ...

    def give(
        self, tenant: AccountId, code_hash: str, until: datetime, mail: OutboxMessage, correlation: str, now: datetime
    ) -> None:
        """Replaces the code, and mails the new one in the same transaction."""
        ...

    def guess(self, tenant: AccountId, most: int, now: datetime) -> tuple[PendingAccount, str] | None:
        """Counts a guess; returns the registration and the hash of its code. None where there is no registration or no
        valid code, or ``most`` guesses were made."""
        ...

    def tell(self, tenant: AccountId, mail: OutboxMessage, correlation: str, now: datetime) -> None:
        """Sends a mail to the owner of an account."""
        ...

    def drop(self, tenant: AccountId) -> None:
        """Deletes the registration."""
        ...

    def sweep(self, now: datetime) -> int:
        """Deletes the expired registrations, and returns their number."""
        ...

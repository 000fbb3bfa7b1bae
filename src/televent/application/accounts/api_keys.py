"""The API keys of people: what programs show in their name, within scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

NOTED_EVERY: Final = timedelta(minutes=1)
"""Min time between two notes of a key's use: a program may come many times a second."""


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """One key. ``hash``: of its secret part (sessions.digest), in hex."""

    key_id: UUID
    name: str
    hash: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None


class ApiKeys(Protocol):
    """Reads the API keys of people. Synchronous; called through threads. Each method raises Outage."""

    def find(self, tenant: AccountId, key_id: UUID, now: datetime) -> ApiKeyRow | None:
        """The key; None where it is revoked or has expired."""
        ...

    def all(self, tenant: AccountId) -> list[ApiKeyRow]:
        """The account's keys, the newest first; also the expired ones."""
        ...

    def note_used(self, tenant: AccountId, key_id: UUID, now: datetime) -> None:
        """Stores that the key was used now."""
        ...

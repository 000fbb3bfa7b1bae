"""The Telegram usernames of people: Telegram has no method that finds a person by one (ADR 51)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from televent.domain.ids import AccountId


class Usernames(Protocol):
    """Stores the username that each person had last, in lower case. Synchronous; called through threads."""

    def note(self, tenant: AccountId, username: str | None, now: datetime) -> None:
        """Notes the username of a person, None for none; a username of another person goes to this one."""
        ...

    def tenants(self, usernames: Collection[str]) -> dict[str, AccountId]:
        """The accounts of these usernames, by the username in lower case."""
        ...

"""The drafts of a person: what the bot has read and shown, and what is not in a calendar yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

MAX_DRAFTS: Final = 50
"""Max drafts of one person. The oldest is forgotten."""
KEEP: Final = timedelta(days=7)
"""Time after which a draft is forgotten."""


class Drafts(Protocol):
    """Stores drafts. Synchronous; called through threads."""

    def read(self, tenant: AccountId, draft_id: UUID) -> dict[str, Any] | None:
        """The content of a draft; None where it is forgotten."""
        ...

    def write(self, tenant: AccountId, draft_id: UUID, content: Mapping[str, Any], now: datetime) -> None:
        """Stores a draft, which replaces the earlier content."""
        ...

    def sweep(self, now: datetime) -> int:
        """Forgets old drafts; returns how many."""
        ...

"""The audit of one account, for its person, the newest first (ADR 80)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from televent.application.accounts.audit_rows import AuditRow
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row in the audit."""

    at: datetime
    position: int


class OwnHistory(Protocol):
    """Reads the audit. Synchronous; called through threads."""

    def newest(self, person: AccountId, before: Place | None, limit: int) -> Sequence[AuditRow]:
        """The facts of the person's account, and their own acts in the accounts of others; the newest first.
        ``before``: only older ones. A row has an origin only where the person is its actor: a sharee's phone
        is the sharee's."""
        ...

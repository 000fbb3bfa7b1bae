"""The answers to requests that have an Idempotency-Key: the same request gets the same answer for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from televent.domain.ids import AccountId

KEPT: Final = timedelta(days=1)
"""Time for which a key is known."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A key that was used. ``request``: the hash of the request. ``made_at``: when it came first. ``status`` 0: it has
    no answer yet."""

    request: bytes
    made_at: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes


class KeptAnswers(Protocol):
    """Stores answers, for all nodes. Synchronous; called through threads."""

    def claim(self, tenant: AccountId, key: str, request: bytes, now: datetime) -> KeptAnswer | None:
        """Notes that the request uses the key. Returns the request that used it first, which may be this one; None
        where the account is erased."""
        ...

    def keep(self, tenant: AccountId, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer to the request that used the key."""
        ...

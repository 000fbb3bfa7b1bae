"""The answers to requests that have an Idempotency-Key: the same request gets the same answer for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

KEPT: Final = timedelta(days=1)
"""Time for which a key is known."""
AT_WORK: Final = timedelta(minutes=1)
"""Time for which one request alone may work with a key. If its process dies, a repeat may work after that."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A key that was used. ``request``: the hash of the request. ``made_at``: when it came first. ``status`` 0: it has
    no answer yet."""

    request: bytes
    made_at: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The known state of a key. ``ours``: the request may work; else it has an answer, or another one is at work."""

    kept: KeptAnswer
    ours: bool


class KeptAnswers(Protocol):
    """Stores answers, for all nodes. Synchronous; called through threads."""

    def claim(self, tenant: AccountId, key: str, request: bytes, holder: UUID, now: datetime) -> Claim | None:
        """Notes that the request uses the key. Returns the request that used it first, which may be this one; None
        where the account is erased. ``holder``: a random id of this attempt."""
        ...

    def keep(self, tenant: AccountId, key: str, holder: UUID, answer: KeptAnswer) -> None:
        """Keeps the answer to the request that used the key."""
        ...

    def release(self, tenant: AccountId, key: str, holder: UUID) -> None:
        """The attempt ended without an answer to keep: a repeat may work at once."""
        ...

"""The sessions of people who signed in with a password, and their refresh tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

LIFETIME: Final = timedelta(days=30)
"""Time after its last use for which a session can be continued."""
GRACE: Final = timedelta(seconds=30)
"""Time after its use in which a refresh token gives its client the same successor again."""
MAX_SESSIONS: Final = 50
"""Max sessions of one account. One more ends the one that was used longest ago."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session. ``ip`` and ``user_agent``: where it began."""

    session_id: UUID
    ip: str
    user_agent: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """A refresh token is used: digests of the ``old`` secret and of the ``new`` one. ``sealed``: the new one, for those
    who know the old one. ``client``: a keyed digest of the address and program that use it."""

    family: bytes
    old: bytes
    new: bytes
    sealed: bytes
    client: bytes


@dataclass(frozen=True, slots=True)
class Rotated:
    """The session goes on. ``sealed``: the successor that was given a moment ago; None: that of the rotation counts."""

    tenant: AccountId
    session_id: UUID
    sealed: bytes | None = None


def digest(part: bytes) -> bytes:
    """The stored form of a part of a token. One fast hash is enough for 256 random bits."""
    return hashlib.sha256(part).digest()


class Sessions(Protocol):
    """Stores sessions, for all nodes. Synchronous; called through threads. Tokens come as digests."""

    def password(self, tenant: AccountId) -> str | None:
        """The hash of the account's password; None where it has none."""
        ...

    def open(self, tenant: AccountId, row: SessionRow, family: bytes, secret: bytes) -> None:
        """Stores a new session, unless the account is erased."""
        ...

    def rotate(self, rotation: Rotation, now: datetime) -> Rotated | None:
        """Replaces the secret. None: there is no such session, or it has ended just now, because the old secret was
        used before: by another client, longer than GRACE ago, or not last."""
        ...

    def alive(self, tenant: AccountId, session_id: UUID, now: datetime) -> bool:
        """Whether the session has neither ended nor expired."""
        ...

    def alive_among(self, sessions: Collection[tuple[AccountId, UUID]], now: datetime) -> set[UUID]:
        """The sessions and API keys among these that have neither ended nor expired. An account's own id stands for a
        sign-in without a session; it counts until the account is erased."""
        ...

    def all(self, tenant: AccountId, now: datetime) -> list[SessionRow]:
        """The account's sessions, the one used last first."""
        ...

    def notify(self) -> None:
        """Lets every node look at once whether the sessions and keys of its open streams still count."""
        ...

    def end(self, tenant: AccountId, session_id: UUID) -> bool:
        """Ends a session, at once on every node. False: there is none."""
        ...

    def end_all(self, tenant: AccountId, but: UUID | None = None) -> int:
        """Ends all sessions of the account ``but`` one, and returns their number."""
        ...

    def knows(self, tenant: AccountId, ip: str, now: datetime) -> bool:
        """Whether a session of the account that has not ended began at that address."""
        ...

    def use_proof(self, tenant: AccountId, proof: bytes, until: datetime) -> bool:
        """Notes that a proof began a session; False where it began one before, or the account is erased."""
        ...

    def sweep(self, now: datetime) -> int:
        """Deletes the expired sessions and proofs, and returns the number of sessions."""
        ...


class Seal(Protocol):
    """Seals a secret with a key that is kept apart from the database. Each method raises Outage."""

    def seal(self, secret: bytes, about: UUID) -> bytes:
        """The sealed secret, bound to ``about``."""
        ...

    def unseal(self, sealed: bytes, about: UUID) -> bytes | None:
        """The secret; None where it was sealed with another key, or for something else."""
        ...

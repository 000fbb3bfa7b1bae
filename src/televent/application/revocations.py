"""The register of revocations: kept apart from the database, so that a restore brings nothing revoked back (ADR 97)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

Kind = Literal["api-key", "device", "feed", "password", "webhook"]
"""The things that are revoked. A password is revoked by the next one."""


@dataclass(frozen=True, slots=True, order=True)
class Revocation:
    """Something that must not count again. It has ids only, and nothing personal."""

    kind: Kind
    tenant: AccountId
    id: UUID


class Revocations(Protocol):
    """Keeps revocations, for all nodes. Synchronous; called through threads."""

    def note(self, revoked: Revocation, now: datetime) -> None:
        """Keeps one, on the disk when this returns. Idempotent. Raises Outage."""
        ...


class NoRegister:
    """Keeps none: nothing is kept apart from the database here."""

    def note(self, revoked: Revocation, now: datetime) -> None:
        """Keeps nothing."""


def password_id(stored: str) -> UUID:
    """The id of a password: a hash of its stored hash, which is salted."""
    return UUID(bytes=hashlib.sha256(stored.encode()).digest()[:16])

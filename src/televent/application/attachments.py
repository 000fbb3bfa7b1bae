"""Where attachments are kept, by role (RFC 8607; ADR 0018, 0024)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

MAX_ATTACHMENT: Final = 20 * 1024 * 1024
"""Octets of one attachment."""
MAX_ATTACHMENTS: Final = 20
"""Attachments of one calendar object."""
CHUNK: Final = 256 * 1024
"""So many octets are in memory at once."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An attachment that is about to come. ``creator``: who sends it, a sharee perhaps; ``tenant`` is whose it will
    be."""

    tenant: AccountId
    attachment_id: UUID
    filename: str
    media_type: str
    creator: AccountId


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment that was there in full, and still is unless ``removed``."""

    tenant: AccountId
    attachment_id: UUID
    filename: str
    media_type: str
    size: int
    chunks: int
    created_at: datetime
    removed: bool = False


class Attachments(Protocol):
    """Attachments, sealed with the key of the account they belong to. Synchronous; called through threads."""

    @property
    def quota(self) -> int:
        """Octets that the attachments of one account may have together."""
        ...

    def used(self, tenants: Collection[AccountId]) -> dict[AccountId, int]:
        """Octets that the attachments of each of these accounts have, those in their time of grace as well."""
        ...

    def room(self, tenant: AccountId, wanted: int, now: datetime) -> int:
        """Octets that may still be added; where ``wanted`` are not there, what is attached to nothing any more gives
        way."""
        ...

    def begin(self, upload: Upload, now: datetime) -> None:
        """It is on its way: nobody can read it yet."""
        ...

    def add(self, tenant: AccountId, attachment_id: UUID, ordinal: int, octets: bytes) -> None:
        """Its next chunk, counted from 0."""
        ...

    def finish(self, tenant: AccountId, attachment_id: UUID, size: int, chunks: int, now: datetime) -> None:
        """It is all there. Raises QuotaExceeded."""
        ...

    def drop(self, tenant: AccountId, attachment_id: UUID) -> None:
        """It is gone at once."""
        ...

    def claim(self, tenant: AccountId, ids: frozenset[str], uid: str, sharee: AccountId | None) -> dict[str, int]:
        """Octets of those of these ids that are the account's; they are now in use by the object of that UID. A sharee
        may use only what he has attached himself (RFC 8607 §3.12.2)."""
        ...

    def find(self, tenant: AccountId, attachment_id: UUID) -> tuple[AttachmentRow, tuple[str, ...]] | None:
        """The attachment, and the UIDs of the objects that have, or had, it. None: not there, or erased."""
        ...

    def read(self, row: AttachmentRow) -> Iterator[bytes]:
        """Its octets, chunk by chunk; no connection is held between two."""
        ...

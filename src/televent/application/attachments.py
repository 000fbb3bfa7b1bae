"""The port to the storage of attachments (RFC 8607; ADR 0018, 0024)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId
from televent.ical.editing.attachments import relocate
from televent.ical.text.tree import Component

MAX_ATTACHMENT: Final = 20 * 1024 * 1024
"""Max bytes of one attachment."""
MAX_ATTACHMENTS: Final = 20
"""Max attachments of one calendar object."""
CHUNK: Final = 256 * 1024
"""Bytes of each stored chunk but the last, and max bytes of an attachment that are in memory at once. It cannot change:
the place of a byte is found by it."""
_PATH: Final = re.compile(r"/caldav/(?P<owner>[^/?#]+)/attachments/(?P<id>[^/?#]+)/[^/?#]*\Z")
_RESERVED: Final = re.compile(rb"[^A-Za-z0-9._~-]")
"""Bytes that a path segment has percent-encoded: all that are not unreserved (RFC 3986 §2.3)."""


def attachment_url(base: str, tenant: UUID, attachment_id: UUID, filename: str) -> str:
    """The URL of an account's attachment. ``base``: the URL of this server, without a trailing slash."""
    name = _RESERVED.sub(lambda found: b"%%%02X" % found[0][0], filename.encode()).decode()
    return f"{base}/caldav/{tenant}/attachments/{attachment_id}/{name}"


def base_in(url: str, managed_id: str) -> str | None:
    """The part of an attachment's URL before its path inside this server, such as ``https://cal.example.com``; None if
    the URL does not end with such a path for that id."""
    found = _PATH.search(url)
    return url[: found.start()] if found is not None and found["id"] == managed_id else None


def owner_in(url: str, managed_id: str) -> AccountId | None:
    """The account in such a URL, which says nothing about who may read the attachment; None as in ``base_in``."""
    found = _PATH.search(url)
    if found is None or found["id"] != managed_id:
        return None
    try:
        return AccountId(UUID(found["owner"]))
    except ValueError:
        return None


def at_base(root: Component, base: str) -> bool:
    """Gives each managed attachment of this server a URL below ``base``. Returns True if that changed the tree."""

    def moved(url: str, managed_id: str) -> str:
        was = base_in(url, managed_id)
        return url if was is None else base + url[len(was) :]

    return relocate(root, moved)


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that begins. ``creator``: the account that sends it, perhaps a sharee; ``tenant``: the later owner."""

    tenant: AccountId
    attachment_id: UUID
    filename: str
    media_type: str
    creator: AccountId


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A completely uploaded attachment. ``removed``: it was deleted later."""

    tenant: AccountId
    attachment_id: UUID
    filename: str
    media_type: str
    size: int
    chunks: int
    created_at: datetime
    removed: bool = False


class Attachments(Protocol):
    """Attachments, encrypted with the key of their owner. Synchronous; called through threads."""

    @property
    def quota(self) -> int:
        """Max bytes of all attachments of one account."""
        ...

    def used(self, tenants: Collection[AccountId]) -> dict[AccountId, int]:
        """Bytes that each of these accounts uses. Unused attachments count until they are removed."""
        ...

    def room(self, tenant: AccountId, wanted: int, now: datetime) -> int:
        """Bytes that the account may still add. Unused attachments are removed if fewer than ``wanted`` are free."""
        ...

    def begin(self, upload: Upload, now: datetime) -> None:
        """Begins an upload. The attachment cannot be read before ``finish``."""
        ...

    def add(self, tenant: AccountId, attachment_id: UUID, ordinal: int, chunk: bytes) -> None:
        """Stores one chunk of CHUNK bytes, or the last one; ``ordinal`` counts from 0. Raises Outage."""
        ...

    def finish(self, tenant: AccountId, attachment_id: UUID, size: int, chunks: int, now: datetime) -> None:
        """Completes the upload of ``size`` bytes in ``chunks`` chunks. Raises QuotaExceeded."""
        ...

    def drop(self, tenant: AccountId, attachment_id: UUID) -> None:
        """Deletes the attachment at once."""
        ...

    def claim(self, tenant: AccountId, ids: frozenset[str], uid: str, sharee: AccountId | None) -> dict[str, int]:
        """Marks attachments as used by the object of that UID, and returns the size in bytes of each one found.

        Ids of other accounts are left out. A sharee may use only their own uploads (RFC 8607 §3.12.2).
        """
        ...

    def find(self, tenant: AccountId, attachment_id: UUID) -> tuple[AttachmentRow, tuple[str, ...]] | None:
        """The attachment, and the UIDs of all objects that ever used it. None: there is none, or it was erased."""
        ...

    def read(self, row: AttachmentRow, start: int, end: int) -> Iterator[bytes]:
        """Its bytes from ``start`` to before ``end``, chunk by chunk; only the chunks that have some of them are read.

        No database connection is held between two chunks.
        """
        ...

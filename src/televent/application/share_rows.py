"""The rows of shared calendars: what is written of them beside their facts, and how they are read back (see ports)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutMount:
    """The row of a share at the person it is granted to; its counter is kept."""

    tenant: AccountId
    share_id: UUID
    owner: UUID
    of_calendar: UUID
    status: str
    access: str
    title: str
    owner_name: str
    summary: str
    notice: str
    noticed_at: datetime
    revision: int
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PutOverlay:
    """What is somebody's own in one event of a calendar shared with him; the share's counter moves."""

    tenant: AccountId
    share_id: UUID
    stream_id: UUID
    parts: bytes

    @property
    def calendar_id(self) -> UUID:
        """Whose counter moves: the share's, as a calendar's does for its members. The recorder locks it."""
        return self.share_id


@dataclass(frozen=True, slots=True)
class Share:
    """A calendar as another person than its owner sees it. ``calendar`` is its name at the owner's, ``props`` are the
    other person's own, ``seq`` counts the changes of what is his alone in its events."""

    share_id: UUID
    owner: AccountId
    sharee: AccountId
    access: str
    accepted: bool
    calendar: str
    owner_name: str
    props: Mapping[str, str]
    seq: int


@dataclass(frozen=True, slots=True)
class MountRow:
    """A share at the person it is granted to, whatever became of it. ``held`` is what the owner grants now, None for
    nothing."""

    share_id: UUID
    owner: AccountId
    calendar_id: UUID
    status: str
    access: str
    title: str
    owner_name: str
    summary: str
    notice: str
    noticed_at: datetime
    revision: int
    held: str | None
    calendar: str | None
    """Its name at the owner's; None once it is deleted."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody with whom a calendar is shared, either way. ``addresses``: by which he was asked. ``agreed``: he has
    accepted, or it was he who shared."""

    tenant: AccountId
    addresses: tuple[str, ...]
    agreed: bool

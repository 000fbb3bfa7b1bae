"""Which calendars are shared with whom, and what is each sharee's own in them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share
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


class ShareReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def mount(self, tenant: AccountId, share_id: UUID) -> CalendarRow | None:
        """Somebody else's calendar that this account has accepted and is still granted."""
        ...

    def mounts(self, tenant: AccountId) -> list[CalendarRow]: ...
    def granted(self, owner: AccountId, calendar: str, sharee: AccountId) -> CalendarRow | None:
        """The owner's calendar of that name as ``sharee`` sees it, accepted or not; None where nothing is granted."""
        ...

    def overlays(self, share: Share, stream_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """What is the other person's own in these events, where he has something of his own."""
        ...

    def overlaid(self, share: Share, calendar_id: UUID, since: int, limit: int) -> list[tuple[int, ResourceRow]]:
        """Live events, with text, of which something became his own after ``since``; with the share's counter then."""
        ...

    def shares_of(self, tenant: AccountId) -> list[MountRow]:
        """Everything that was ever offered to this account."""
        ...

    def acquaintances(self, tenant: AccountId) -> list[Acquaintance]:
        """The other sides of what is shared with this account and by it, a bounded number of them."""
        ...

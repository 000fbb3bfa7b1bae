"""The read model of shares, and of each sharee's own parts of shared events."""

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
    """Stores the sharee's row of a share. Its counter stays."""

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
    """Stores a sharee's own parts of one event, and increments the share's counter."""

    tenant: AccountId
    share_id: UUID
    stream_id: UUID
    parts: bytes

    @property
    def calendar_id(self) -> UUID:
        """The id whose counter is incremented, which the recorder locks: the share's, like a calendar's."""
        return self.share_id


@dataclass(frozen=True, slots=True)
class MountRow:
    """The sharee's row of a share, of any status. ``held``: the access that the owner grants now; None: no access."""

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
    """The calendar's name in the owner's home; None after its deletion."""
    role: str = ""
    """That of a member of a team calendar; "" for a sharee."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """The other side of a share, owner or sharee.

    ``addresses``: the addresses by which they were invited to a share. ``agreed``: they accepted, or they are the
    owner.
    """

    tenant: AccountId
    addresses: tuple[str, ...]
    agreed: bool


class ShareReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def mount(self, tenant: AccountId, share_id: UUID) -> CalendarRow | None:
        """A shared calendar that this account accepted, and whose grant still exists."""
        ...

    def mounts(self, tenant: AccountId) -> list[CalendarRow]: ...
    def granted(self, owner: AccountId, calendar: str, sharee: AccountId) -> CalendarRow | None:
        """The owner's calendar of that name as ``sharee`` sees it, accepted or not, a team's where it is accepted; None
        where nothing is granted."""
        ...

    def overlays(self, share: Share, stream_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """The sharee's own parts of these events, by stream id; events without own parts are left out."""
        ...

    def overlaid(self, share: Share, calendar_id: UUID, since: int, limit: int) -> list[tuple[int, ResourceRow]]:
        """Live events, with text, whose own parts changed after the counter ``since``; each with its counter."""
        ...

    def shares_of(self, tenant: AccountId) -> list[MountRow]:
        """All shares that were ever offered to this account."""
        ...

    def acquaintances(self, tenant: AccountId) -> list[Acquaintance]:
        """The other sides of shares with this account and by it, a bounded number of them."""
        ...

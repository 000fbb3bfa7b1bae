"""The facts of one share, in a stream of the sharee's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class ShareOffered:
    """The owner offers a calendar, or changes the access or title of one that was offered.

    ``revision`` is the owner's count (CalendarShared). ``accepted``: the sharee has already accepted.
    ``role``: that of the member of a team calendar; "" for a sharee. ``open``: the sharee was asked already, and has
    not answered.
    """

    share_id: UUID
    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: Personal[str]
    owner_name: Personal[str]
    summary: Personal[str]
    accepted: bool = False
    role: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class ShareEnded:
    """The owner withdrew the share, or deleted the calendar. The texts are those of the offer; "" without an offer.
    ``was``: the status before, as in Mount."""

    share_id: UUID
    revision: int
    access: str
    title: Personal[str]
    owner_name: Personal[str]
    role: str = ""
    was: str = "accepted"


@dataclass(frozen=True, slots=True)
class ShareAccepted:
    share_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class ShareDeclined:
    share_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class MountPropertiesChanged:
    """The sharee's own properties changed. ``props`` has all of them, as in CalendarCreated."""

    share_id: UUID
    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class NoticeDismissed:
    """The sharee dismissed the last notification of this share."""

    share_id: UUID


@dataclass(frozen=True, slots=True)
class OwnerForgotten:
    """The owner was erased: the share ended, and its texts go with them. Nobody is told."""

    share_id: UUID


MountEvent = (
    ShareOffered
    | ShareEnded
    | ShareAccepted
    | ShareDeclined
    | MountPropertiesChanged
    | NoticeDismissed
    | OwnerForgotten
)

"""What can have happened to one share, in the stream of the sharee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class ShareOffered:
    """``revision`` is the owner's count (CalendarShared). ``accepted``: the sharee had accepted before, and is told of
    other access or another name."""

    share_id: UUID
    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: Personal[str]
    owner_name: Personal[str]
    summary: Personal[str]
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class ShareEnded:
    """The owner took the share back, or deleted the calendar. The rest is what was offered; "" where nothing was."""

    share_id: UUID
    revision: int
    access: str
    title: Personal[str]
    owner_name: Personal[str]


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
    """All properties of one's own, as in CalendarCreated."""

    share_id: UUID
    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class NoticeDismissed:
    """The person has seen what was said last of this share."""

    share_id: UUID


MountEvent = ShareOffered | ShareEnded | ShareAccepted | ShareDeclined | MountPropertiesChanged | NoticeDismissed

"""The commands of a calendar's grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShareCalendar:
    calendar_id: UUID
    sharee: UUID
    access: str
    address: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class WithdrawShare:
    calendar_id: UUID
    sharee: UUID


@dataclass(frozen=True, slots=True)
class NoteShareAnswer:
    calendar_id: UUID
    sharee: UUID
    accepted: bool
    number: int
    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class DismissAnswer:
    """``number``: the answer that was seen. A later one stays."""

    calendar_id: UUID
    sharee: UUID
    number: int


@dataclass(frozen=True, slots=True)
class OfferMembership:
    """A manager of a team calendar offers somebody membership, or changes a role. ``by``: the manager; the first member
    makes the team, and is asked by nobody."""

    calendar_id: UUID
    sharee: UUID
    role: str
    address: str
    name: str
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """A manager gives a member, or somebody who is invited, another role."""

    calendar_id: UUID
    sharee: UUID
    role: str
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """A manager takes a member out, or takes an offer back."""

    calendar_id: UUID
    sharee: UUID
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EndTeam:
    """Every membership and offer ends. ``by``: a manager; None: the team has no member any more."""

    calendar_id: UUID
    by: UUID | None


TeamCommand = OfferMembership | ChangeRole | RemoveMember | EndTeam
SharingCommand = ShareCalendar | WithdrawShare | NoteShareAnswer | DismissAnswer

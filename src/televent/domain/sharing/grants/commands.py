"""The commands of a calendar's grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShareCalendar:
    """``role``: that of a member of a team calendar; "": the calendar is shared by its owner."""

    calendar_id: UUID
    sharee: UUID
    access: str
    address: str
    name: str
    summary: str
    role: str = ""


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


SharingCommand = ShareCalendar | WithdrawShare | NoteShareAnswer | DismissAnswer

"""The facts of a calendar's grants, in the stream of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class CalendarShared:
    """A sharee was granted access, or other access than before.

    ``revision`` counts the messages to this sharee about this calendar, withdrawals included. The sharee's side ignores
    a message with an older revision. ``role``: that of a member of a team calendar; "" for a sharee. ``agreed``: this
    is the member who makes the team, and is not asked. None: the fact is older than that question: everybody with
    a role in it is a member.
    """

    calendar_id: UUID
    sharee: UUID
    access: str
    revision: int
    address: Personal[str]
    name: Personal[str]
    summary: Personal[str]
    role: str = ""
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class ShareWithdrawn:
    """``again_at``: the membership of a team calendar is offered to this person from then on; None: at once."""

    calendar_id: UUID
    sharee: UUID
    revision: int
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShareAnswered:
    """The sharee answered; ``number`` counts the answers of that sharee. ``at``: when the answer reached the owner.
    ``name`` is the sharee's, ``title`` the calendar's at that time. ``again_at`` is as in ShareWithdrawn."""

    calendar_id: UUID
    sharee: UUID
    accepted: bool
    number: int
    at: datetime
    name: Personal[str]
    title: Personal[str]
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """The owner's calendar app has shown the sharee's answer."""

    calendar_id: UUID
    sharee: UUID
    number: int


SharingEvent = CalendarShared | ShareWithdrawn | ShareAnswered | AnswerSeen

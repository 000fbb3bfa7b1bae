"""What can be asked of a calendar object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.calendar_object.parked_mail import ParkMail
from televent.ical.itip.message import Message
from televent.ical.objects.calendar_text import CalendarText


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose copy it is: every address that means this person, normalised."""

    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class PutObject:
    """``text`` is valid. ``merge``: the client knows the Schedule-Tag and perhaps not
    the newest text; what it could not know is to be kept (RFC 6638 §3.2.10)."""

    owner: Owner
    calendar_id: UUID
    href: str
    text: CalendarText
    now: datetime
    merge: bool = False


@dataclass(frozen=True, slots=True)
class DeleteObject:
    """``reply`` False: an attendee's copy goes without declining (RFC 6638 §8.1, Schedule-Reply: F)."""

    owner: Owner
    reply: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class MoveObject:
    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class AnswerInvitation:
    owner: Owner
    partstat: str
    recurrence_id: str | None
    comment: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class ReceiveMessage:
    """An iTIP message that came for this owner. ``calendar_id`` and ``href`` are used if it makes a new object.

    Of a letter from an account here more is known than its text says: ``refresh``, it tells only what others answered;
    ``anew``, the owner is to answer it whatever he said before."""

    owner: Owner
    calendar_id: UUID
    href: str
    message: Message
    now: datetime
    refresh: bool = False
    asks_again: bool = False
    sender_name: str | None = None
    """The sender's display name, where the message came with one."""


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """``statuses``: address → SCHEDULE-STATUS code (RFC 6638 §3.2.9)."""

    owner: Owner
    statuses: tuple[tuple[str, str], ...]


CalendarObjectCommand = (
    PutObject | DeleteObject | MoveObject | AnswerInvitation | ReceiveMessage | NoteDelivery | ParkMail
)

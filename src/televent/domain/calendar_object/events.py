"""What can have happened to one person's copy of a calendar object.

A fact that changes the text carries the change itself (``Splice``) and what the index needs to know
about the new text (``Outline``), so that replay never parses iCalendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class Splice:
    """How a text changed: at ``offset`` (octets), ``removed`` octets give way to ``inserted``."""

    offset: int
    removed: int
    inserted: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known about a text without reading it again.

    ``span_start``/``span_end`` are UTC and cover every instance; ``span_end`` None means without end. ``role`` is the
    owner's part in the scheduling of this object ("organizer", "attendee" or "none"), ``partstat`` his own answer.
    """

    component: str
    span_start: datetime
    span_end: datetime | None
    recurs: bool
    sequence: int
    role: str
    organizer: str | None
    partstat: str | None
    status: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest message applied for one address and one occurrence (RFC 5546 §2.1.5)."""

    address: str
    recurrence_id: str | None
    sequence: int
    dtstamp: datetime


@dataclass(frozen=True, slots=True)
class EventCreated:
    calendar_id: UUID
    href: str
    uid: str
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class EventRescheduled:
    """Time, recurrence or place moved: whoever answered is asked again (RFC 6638 §3.2.8)."""

    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class EventRevised:
    """Anything else in the text changed."""

    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class AttendeeInvited:
    address: Personal[str]
    name: Personal[str | None]


@dataclass(frozen=True, slots=True)
class AttendeeRemoved:
    address: Personal[str]


@dataclass(frozen=True, slots=True)
class RsvpGiven:
    """Somebody answered. ``own``: the owner of this copy did; else his answer came to the organizer's copy."""

    attendee: Personal[str]
    partstat: str
    recurrence_id: str | None
    own: bool
    mark: Personal[Mark | None]
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class InvitationReceived:
    """An organizer's REQUEST made or changed this copy. ``asks``: an answer is wanted (again)."""

    calendar_id: UUID
    href: str
    uid: str
    asks: bool
    organizer: Personal[str]
    marks: Personal[tuple[Mark, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]
    quiet: bool = False
    """Nothing but others' answers came with it (RFC 6638 §3.2.10: an "inconsequential" change)."""


@dataclass(frozen=True, slots=True)
class EventCancelled:
    """The organizer cancelled the meeting, an occurrence of it, or this attendee's part in it."""

    recurrence_id: str | None
    marks: Personal[tuple[Mark, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class EventMoved:
    """The resource has another name or stands in another calendar of the same person."""

    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class EventDeleted:
    """The resource is gone; what remains is a tombstone."""


@dataclass(frozen=True, slots=True)
class EventRestored:
    """A deleted event stands again, as it was."""

    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class CounterProposed:
    attendee: Personal[str]
    recurrence_id: str | None
    proposal: Personal[bytes]
    mark: Personal[Mark]


@dataclass(frozen=True, slots=True)
class DeliveryNoted:
    """What became of the letters (RFC 6638 §3.2.9): SCHEDULE-STATUS on the lines concerned."""

    statuses: Personal[tuple[tuple[str, str], ...]]
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class LettersWritten:
    """The change before it was told to others. Their copies take the later DTSTAMP for the newer word (RFC 5546
    §2.1.5), so the next letters about this UID must carry a later one. ``marks``: to which occurrences everybody was
    asked anew, so that no answer to an older SEQUENCE counts."""

    dtstamp: datetime
    marks: Personal[tuple[Mark, ...]] = ()


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message changed no text but is remembered: a CANCEL that came before its REQUEST, or an answer of somebody who
    was not asked. ``reason`` is a word for the journal."""

    reason: str
    marks: Personal[tuple[Mark, ...]]


CalendarObjectEvent = (
    EventCreated
    | EventRescheduled
    | EventRevised
    | AttendeeInvited
    | AttendeeRemoved
    | RsvpGiven
    | InvitationReceived
    | EventCancelled
    | EventMoved
    | EventDeleted
    | EventRestored
    | CounterProposed
    | DeliveryNoted
    | LettersWritten
    | MessageSetAside
)

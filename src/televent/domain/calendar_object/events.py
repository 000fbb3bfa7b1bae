"""What can have happened to one person's copy of a calendar object.

A fact that changes the text carries the change itself (``Splice``) and what the index needs to know
about the new text (``Outline``), so that replay never parses iCalendar. Beside them it says what people are told of the
change (``WhatChanged``, ``People``), so that nobody who reads facts parses iCalendar either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.calendar_object.details import Answered, Details, Occurrence, People, WhatChanged
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class Splice:
    """How a text changed: at ``offset`` (bytes), ``removed`` bytes give way to ``inserted``."""

    offset: int
    removed: int
    inserted: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known about a text without reading it again.

    ``span_start``/``span_end`` are UTC and cover every instance; ``span_end`` None means without end. ``role`` is the
    owner's part in the scheduling of this object ("organizer", "attendee" or "none"), ``partstat`` their own answer.
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
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class EventRescheduled:
    """Time, recurrence or place changed: everybody who answered is asked again (RFC 6638 §3.2.8)."""

    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class EventRevised:
    """Anything else in the text changed."""

    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class AttendeeInvited:
    """Somebody is asked to the organizer's event. ``occurrences``: only to these, at most 10, and ``unlisted``
    others; empty: to all of it."""

    address: Personal[str]
    name: Personal[str | None]
    occurrences: Personal[tuple[Occurrence, ...]] = ()
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class AttendeeRemoved:
    """Somebody is asked no more: to these ``occurrences``, at most 10, and ``unlisted`` others; empty: to the event or
    to the series.

    ``entirely``: to nothing of it. An attendee taken off a series may still be asked to one occurrence of it.
    """

    address: Personal[str]
    name: Personal[str | None]
    occurrences: Personal[tuple[Occurrence, ...]] = ()
    unlisted: int = 0
    entirely: bool = True


@dataclass(frozen=True, slots=True)
class RsvpGiven:
    """Somebody answered. ``own``: the owner of this copy did; else the answer came to the organizer's copy.

    ``was`` is the answer that stood before; ``occurrence`` names ``recurrence_id`` for people.
    """

    attendee: Personal[str]
    partstat: str
    recurrence_id: str | None
    own: bool
    mark: Personal[Mark | None]
    outline: Personal[Outline]
    change: Personal[Splice]
    name: Personal[str | None]
    was: str | None
    occurrence: Personal[Occurrence | None]
    comment: Personal[str | None]


@dataclass(frozen=True, slots=True)
class InvitationReceived:
    """An organizer's REQUEST made or changed this copy. ``asks``: an answer is wanted (again).

    ``organizer_name`` is the sender's name where the message came with one, else the CN of ORGANIZER. ``people`` is
    empty where the message made the copy: then ``what.was`` is None too.
    """

    calendar_id: UUID
    href: str
    uid: str
    asks: bool
    organizer: Personal[str]
    organizer_name: Personal[str | None]
    marks: Personal[tuple[Mark, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]
    people: Personal[People]
    only_answers: bool = False
    """Nothing but others' answers came with it (RFC 6638 §3.2.10: an "inconsequential" change)."""


@dataclass(frozen=True, slots=True)
class EventCancelled:
    """The organizer cancelled the meeting, an occurrence of it, or this attendee's part in it.

    ``what.occurrences`` has what became of each occurrence that was cancelled.
    """

    recurrence_id: str | None
    organizer: Personal[str]
    organizer_name: Personal[str | None]
    marks: Personal[tuple[Mark, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class EventMoved:
    """The resource has another name or stands in another calendar of the same person."""

    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class EventDeleted:
    """The resource is gone; a tombstone remains. ``was`` is what was deleted: the event, or the series."""

    was: Personal[Details | None]


@dataclass(frozen=True, slots=True)
class CounterProposed:
    """An attendee proposes another time or place (RFC 5546 §3.2.7); ``proposal`` is the message itself.

    ``was`` is what stands in the organizer's copy, ``now`` what the attendee proposes.
    """

    attendee: Personal[str]
    recurrence_id: str | None
    proposal: Personal[bytes]
    mark: Personal[Mark]
    name: Personal[str | None]
    occurrence: Personal[Occurrence | None]
    was: Personal[Details | None]
    now: Personal[Details | None]
    comment: Personal[str | None]


@dataclass(frozen=True, slots=True)
class DeliveryNoted:
    """What became of the iTIP messages (RFC 6638 §3.2.9): SCHEDULE-STATUS on the lines concerned."""

    statuses: Personal[tuple[tuple[str, str], ...]]
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class MessagesWritten:
    """The change before it was told to others. Their copies take the later DTSTAMP for the newer word (RFC 5546
    §2.1.5), so the next letters about this UID must carry a later one. ``marks``: to which occurrences everybody was
    asked anew, so that no answer to an older SEQUENCE counts."""

    dtstamp: datetime
    marks: Personal[tuple[Mark, ...]] = ()


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message changed no text but is remembered: a CANCEL that came before its REQUEST, or an answer of somebody who
    was not asked. ``reason`` is a word for the journal; ``uninvited`` are the answers of those who were not asked, and
    ``summary`` is the title of the event that they answered."""

    reason: str
    marks: Personal[tuple[Mark, ...]]
    uninvited: Personal[tuple[Answered, ...]] = ()
    summary: Personal[str] = ""


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
    | CounterProposed
    | DeliveryNoted
    | MessagesWritten
    | MessageSetAside
    | MailParked
)

"""The facts of one person's copy of a calendar object.

A fact that changes the text holds the text edit (``Splice``) and the values that the index needs from the new text
(``Outline``), so that replay never parses iCalendar. Beside them it holds the change as people see it
(``WhatChanged``, ``People``), so that followers do not parse iCalendar either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from televent.domain.calendar_object.details import Answered, Details, Occurrence, People, WhatChanged
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.calendar_object.proposals import ProposalAnswered, ProposalAnswerReceived, TimeProposed
from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a Splice. ``offset`` counts in the text before the change."""

    offset: int
    removed: int
    inserted: bytes


@dataclass(frozen=True, slots=True)
class Splice:
    """A text edit: at ``offset`` (bytes), ``removed`` bytes are replaced by ``inserted``.

    ``more``: the edits after it, in order, where lines between them stayed.
    """

    offset: int
    removed: int
    inserted: bytes
    more: tuple[Edit, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, in order."""
        return (Edit(self.offset, self.removed, self.inserted), *self.more)


@dataclass(frozen=True, slots=True)
class Outline:
    """The values of a text that readers need without parsing it.

    ``span_start`` and ``span_end`` (UTC) cover every instance; ``span_end`` None: without end. ``role`` is the owner's
    role in the meeting: "organizer", "attendee" or "none". ``partstat``: the owner's own answer.
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
    """The newest message that was applied for one address and one occurrence (RFC 5546 §2.1.5).

    ``trust``: how far it was trusted, a value of ``ical.itip.precedence.Trust``. Facts that were stored without it are
    read as T2, the lowest level that is applied: an answer of any level may still replace them.
    """

    address: str
    recurrence_id: str | None
    sequence: int
    dtstamp: datetime
    trust: int = 2


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
    """Time, recurrence or place changed: attendees have to answer again (RFC 6638 §3.2.8)."""

    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class EventRevised:
    """Something else in the text changed."""

    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]


@dataclass(frozen=True, slots=True)
class AttendeeInvited:
    """The organizer invited an attendee.

    ``occurrences``: the invitation is only to these, at most 10, and to ``unlisted`` others. Empty: to the whole event.
    """

    address: Personal[str]
    name: Personal[str | None]
    occurrences: Personal[tuple[Occurrence, ...]] = ()
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class AttendeeRemoved:
    """The organizer removed an attendee.

    ``occurrences``: only from these, at most 10, and from ``unlisted`` others. Empty: from the event or the series.
    ``entirely``: the attendee is invited to nothing of it any more. An attendee who was removed from a series may still
    be invited to one occurrence.
    """

    address: Personal[str]
    name: Personal[str | None]
    occurrences: Personal[tuple[Occurrence, ...]] = ()
    unlisted: int = 0
    entirely: bool = True


@dataclass(frozen=True, slots=True)
class RsvpGiven:
    """An attendee answered. ``own``: the owner of this copy did; else the answer arrived in the organizer's copy.

    ``was`` is the answer before; ``occurrence`` is the occurrence of ``recurrence_id``, for people.
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
    delegated_to: Personal[str | None] = None
    """The address of the delegate, where the answer is DELEGATED (RFC 5545 §3.2.5)."""
    guests: int = 0
    """The number of people whom the attendee brings along; 0 in facts from before it was read."""
    delegate: str = ""
    """The fate of a delegate who is not invited: "waits" for the owner's decision, or "refused"; "" for none."""


@dataclass(frozen=True, slots=True)
class InvitationReceived:
    """An organizer's REQUEST made or changed this copy. ``asks``: the owner has to answer, perhaps again.

    ``organizer_name`` is the sender's name where the message came with one, else the CN of ORGANIZER. Where the message
    made the copy, ``people`` is empty and ``what.was`` is None.
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
    """The message changed only the answers of other attendees (RFC 6638 §3.2.10: an "inconsequential" change)."""


@dataclass(frozen=True, slots=True)
class EventCancelled:
    """The organizer cancelled the meeting, an occurrence of it, or this attendee's part in it.

    ``what.occurrences`` has each cancelled occurrence. ``removed``: the meeting goes on without this attendee.
    """

    recurrence_id: str | None
    organizer: Personal[str]
    organizer_name: Personal[str | None]
    marks: Personal[tuple[Mark, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]
    what: Personal[WhatChanged]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class EventMoved:
    """The resource has another name, or is in another calendar of the same person."""

    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class EventDeleted:
    """The resource was deleted; a tombstone remains. ``was``: the deleted event, or the series."""

    was: Personal[Details | None]


@dataclass(frozen=True, slots=True)
class CounterProposed:
    """An attendee proposes another time or place (RFC 5546 §3.2.7); ``proposal`` is the message itself.

    ``was`` is the event in the organizer's copy, ``now`` the event that the attendee proposes.
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
    outdated: bool = False
    """It answers an older version of the event: all attendees were asked again since."""


@dataclass(frozen=True, slots=True)
class DeliveryNoted:
    """The delivery results of iTIP messages were written into SCHEDULE-STATUS (RFC 6638 §3.2.9)."""

    statuses: Personal[tuple[tuple[str, str], ...]]
    outline: Personal[Outline]
    change: Personal[Splice]


@dataclass(frozen=True, slots=True)
class MessagesWritten:
    """iTIP messages were made for the change recorded before this fact.

    Receivers take the message with the later DTSTAMP for the newer one (RFC 5546 §2.1.5). So the next messages about
    this UID must have a DTSTAMP later than ``dtstamp``. ``marks``: the occurrences for which all attendees were asked
    again; an answer to an older SEQUENCE of them no longer counts.
    """

    dtstamp: datetime
    marks: Personal[tuple[Mark, ...]] = ()


REFUSED_BY_HAND: Final = "refused"
"""The reason in the fact of a refusal that the owner asked for."""


@dataclass(frozen=True, slots=True)
class MessageSetAside:
    """A message changed no text, but its marks are kept.

    It is a CANCEL that arrived before its REQUEST, or an answer of a person who was not invited. ``reason`` is a word
    for the log. ``uninvited``: the answers of people who were not invited; ``summary``: the title of the event;
    ``refused``: they were sent a refusal.
    """

    reason: str
    marks: Personal[tuple[Mark, ...]]
    uninvited: Personal[tuple[Answered, ...]] = ()
    summary: Personal[str] = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """A person of the meeting was erased: a placeholder stands in the text instead of them. Nobody is told.

    ``addresses``: those under which they stood here. The earlier facts of this copy hold them too; both are readable
    with the key of the copy's owner alone.
    """

    addresses: Personal[tuple[str, ...]]
    outline: Personal[Outline]
    change: Personal[Splice]


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
    | TimeProposed
    | ProposalAnswered
    | ProposalAnswerReceived
    | DeliveryNoted
    | MessagesWritten
    | MessageSetAside
    | MailParked
    | PersonForgotten
)

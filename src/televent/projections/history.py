"""The history of one event: a fold over its facts.

The fold reads no calendar text, because the facts hold the changes. ``history_words`` writes an entry as a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from televent.application.event_store.envelope import Envelope
from televent.domain.calendar_object.details import Answered, Details, Guest, Occurrence, People, WhatChanged
from televent.domain.calendar_object.events import (
    REFUSED_BY_HAND,
    AttendeeInvited,
    AttendeeRemoved,
    CalendarObjectEvent,
    CounterProposed,
    DeliveryNoted,
    EventCancelled,
    EventCreated,
    EventDeleted,
    EventMoved,
    EventRescheduled,
    EventRevised,
    InvitationReceived,
    MessageSetAside,
    MessagesWritten,
    PersonForgotten,
    RsvpGiven,
)
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.calendar_object.proposals import ProposalAnswered, ProposalAnswerReceived, TimeProposed

Word = Literal[
    "created",
    "invited",
    "asked-again",
    "moved",
    "repeats",
    "title",
    "place",
    "status",
    "occurrence-added",
    "occurrence-removed",
    "edited",
    "unlisted",
    "guest-invited",
    "guest-removed",
    "answered",
    "answered-uninvited",
    "uninvited-refused",
    "proposed",
    "proposal-accepted",
    "proposal-declined",
    "cancelled",
    "parked",
    "filed",
    "deleted",
    "forgotten",
]
"""The kinds of entries, for programs. ``history_words`` makes sentences of them, for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a history.

    ``at`` (UTC), ``actor`` and ``door`` are those of the fact's envelope. ``by``: the name or address of an organizer
    or attendee elsewhere who caused the change; None: the actor did. ``occurrence`` None: the change is of the whole
    event. ``guest`` and ``answer`` are set for words about people, ``properties`` for "edited". ``count``: the number
    of changes that an "unlisted" entry replaces. ``origin``: the id of the device that the actor used
    (application.origins).
    """

    at: datetime
    actor: str
    door: str
    word: Word
    by: str | None = None
    occurrence: Occurrence | None = None
    was: Details | None = None
    now: Details | None = None
    guest: Guest | None = None
    answer: Answered | None = None
    properties: tuple[str, ...] = ()
    count: int = 0
    origin: UUID | None = None


def history(events: Iterable[tuple[CalendarObjectEvent, Envelope]]) -> list[Entry]:
    """The entries of one event's facts, oldest first."""
    return [entry for fact, envelope in events for entry in entries_of(fact, envelope)]


def entries_of(fact: CalendarObjectEvent, envelope: Envelope) -> list[Entry]:
    """The entries of one fact; none for a fact that changes nothing for people."""
    return list(_entries(fact, Entry(envelope.now, envelope.actor, envelope.door, "edited", origin=envelope.origin)))


def _entries(fact: CalendarObjectEvent, blank: Entry) -> Iterator[Entry]:
    match fact:
        case EventCreated():
            yield replace(blank, word="created", now=_shown(fact.what))
        case EventRescheduled() | EventRevised():
            yield from _changes(fact.what, blank)
        case AttendeeInvited():
            yield replace(
                blank, word="guest-invited", guest=Guest(fact.address, fact.name, fact.occurrences, fact.unlisted)
            )
        case AttendeeRemoved():
            guest = Guest(fact.address, fact.name, fact.occurrences, fact.unlisted, fact.entirely)
            yield replace(blank, word="guest-removed", guest=guest)
        case RsvpGiven():
            answer = Answered(
                fact.attendee,
                fact.name,
                fact.was,
                fact.partstat,
                fact.occurrence,
                fact.comment,
                fact.delegated_to,
                fact.guests,
            )
            by = None if fact.own else fact.name or fact.attendee
            yield replace(blank, word="answered", by=by, answer=answer, occurrence=fact.occurrence)
        case InvitationReceived():
            yield from _invitation(fact, replace(blank, by=fact.organizer_name or fact.organizer or None))
        case EventCancelled():
            yield from _cancelled(fact, replace(blank, by=fact.organizer_name or fact.organizer or None))
        case CounterProposed():
            by = fact.name or fact.attendee
            answer = Answered(fact.attendee, fact.name, None, "TENTATIVE", fact.occurrence, fact.comment)
            about = replace(blank, word="proposed", by=by, occurrence=fact.occurrence)
            yield replace(about, was=fact.was, now=fact.now, answer=answer)
        case TimeProposed():
            answer = Answered(fact.attendee, None, None, "TENTATIVE", fact.occurrence, fact.comment)
            about = replace(blank, word="proposed", occurrence=fact.occurrence, was=fact.was, now=fact.now)
            yield replace(about, answer=answer)
        case ProposalAnswered() | ProposalAnswerReceived():
            yield _proposal_answered(fact, blank)
        case EventMoved():
            yield replace(blank, word="filed")
        case EventDeleted():
            yield replace(blank, word="deleted", was=fact.was)
        case MessageSetAside():
            for answer in fact.uninvited:
                word: Word = "uninvited-refused" if fact.reason == REFUSED_BY_HAND else "answered-uninvited"
                about = replace(blank, word=word, by=answer.name or answer.address)
                yield replace(about, answer=answer, occurrence=answer.occurrence)
        case MailParked():
            yield replace(blank, word="parked", by=fact.sender or "an unknown sender")
        case PersonForgotten():
            yield replace(blank, word="forgotten")
        case DeliveryNoted() | MessagesWritten():
            return
        case _:
            assert_never(fact)


def _proposal_answered(fact: ProposalAnswered | ProposalAnswerReceived, blank: Entry) -> Entry:
    """The proposer is the guest of the entry; its answer has the organizer's comment."""
    by, name = None, None
    if isinstance(fact, ProposalAnswered):
        name = fact.name
    else:
        by = fact.organizer_name or fact.organizer or None
    return replace(
        blank,
        by=by,
        word="proposal-accepted" if fact.accepted else "proposal-declined",
        occurrence=fact.occurrence,
        was=fact.was,
        now=fact.now,
        guest=Guest(fact.attendee, name),
        answer=Answered(fact.attendee, None, None, "TENTATIVE", fact.occurrence, fact.comment),
    )


def _invitation(fact: InvitationReceived, blank: Entry) -> Iterator[Entry]:
    shown = _shown(fact.what)
    if shown is not None and fact.what.was is None and all(each.was is None for each in fact.what.occurrences):
        yield replace(blank, word="invited", now=shown)
        return
    yield from _changes(fact.what, blank)
    yield from _people(fact.people, blank)
    if fact.asks:
        yield replace(blank, word="asked-again")


def _cancelled(fact: EventCancelled, blank: Entry) -> Iterator[Entry]:
    entries = []
    if fact.recurrence_id is not None:
        # Each cancelled occurrence is an entry. Where the rest of a series was cancelled, the new rule is one too.
        for entry in _changes(fact.what, blank):
            gone = entry.word in ("occurrence-removed", "status")
            entries.append(replace(entry, word="cancelled") if gone else entry)
    yield from entries or [replace(blank, word="cancelled", was=fact.what.was, now=fact.what.now)]


def _changes(what: WhatChanged, blank: Entry) -> Iterator[Entry]:
    """An entry for each thing that changed."""
    if what.was is not None and what.now is not None:
        yield from _aspects(what.was, what.now, blank)
    elif what.now is not None:
        yield replace(blank, word="created", now=what.now)
    for each in what.occurrences:
        about = replace(blank, occurrence=each.occurrence)
        if each.was is None:
            yield replace(about, word="occurrence-added", now=each.now)
        elif each.now is None:
            yield replace(about, word="occurrence-removed", was=each.was)
        else:
            yield from _aspects(each.was, each.now, about)
    if what.unlisted:
        yield replace(blank, word="unlisted", count=what.unlisted)
    if what.properties:
        yield replace(blank, word="edited", properties=what.properties)


def _aspects(was: Details, now: Details, blank: Entry) -> Iterator[Entry]:
    about = replace(blank, was=was, now=now)
    if (was.start, was.end) != (now.start, now.end):
        yield replace(about, word="moved")
    if was.rule != now.rule and blank.occurrence is None:
        yield replace(about, word="repeats")
    if was.title != now.title:
        yield replace(about, word="title")
    if was.place != now.place:
        yield replace(about, word="place")
    if was.status != now.status:
        yield replace(about, word="status")


def _people(people: People, blank: Entry) -> Iterator[Entry]:
    for guest in people.invited:
        yield replace(blank, word="guest-invited", guest=guest)
    for guest in people.removed:
        yield replace(blank, word="guest-removed", guest=guest)
    for answer in people.answered:
        about = replace(blank, word="answered", by=answer.name or answer.address)
        yield replace(about, answer=answer, occurrence=answer.occurrence)
    if people.unlisted:
        yield replace(blank, word="unlisted", guest=Guest("", None), count=people.unlisted)


def _shown(what: WhatChanged) -> Details | None:
    """The event itself, or the first occurrence where the text has only occurrences."""
    return what.now or next((each.now for each in what.occurrences if each.now is not None), None)

"""The state of one person's copy of a calendar object, folded from its facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never
from uuid import UUID

from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.events import (
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
    Mark,
    MessageSetAside,
    MessagesWritten,
    Outline,
    PersonForgotten,
    RsvpGiven,
)
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.calendar_object.proposals import (
    ProposalAnswered,
    ProposalAnswerReceived,
    Proposed,
    TimeProposed,
)
from televent.domain.calendar_object.text_change import changed
from televent.ical.objects.calendar_text import EMPTY, CalendarText

MarkKey = tuple[str, str | None]
MAX_PROPOSALS = 200
"""Max proposals that one copy holds: one of each attendee for each occurrence."""


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """State of a calendar object stream. ``outline`` is None until the first fact."""

    calendar_id: UUID | None = None
    href: str = ""
    uid: str = ""
    text: CalendarText = EMPTY
    outline: Outline | None = None
    deleted: bool = False
    schedule_tag: str | None = None
    marks: Mapping[MarkKey, Mark] = field(default_factory=dict)
    written: datetime | None = None
    """DTSTAMP of the last iTIP messages about it."""
    details: Details | None = None
    """The details of the event or the series; None where the text has only occurrences."""
    parked: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When a mail about it was parked last, by reason and sender."""
    proposals: tuple[Proposed, ...] = ()
    """The newest proposal of each attendee for each occurrence; in an attendee's copy, their own."""
    countered: datetime | None = None
    """DTSTAMP of the last COUNTER or DECLINECOUNTER from this copy. ``written`` does not hold it: an answer that is
    later than a REQUEST stands, and a proposal is no answer."""

    @property
    def exists(self) -> bool:
        """True while the resource can be read."""
        return self.outline is not None and not self.deleted

    def dtstamp(self, now: datetime) -> datetime:
        """The DTSTAMP of messages made ``now``: later than all before, in whole seconds (RFC 5545 §3.3.5)."""
        second = now.replace(microsecond=0)
        sent = (each for each in (self.written, self.countered) if each is not None)
        return max([second, *(each + timedelta(seconds=1) for each in sent)])

    def proposal(self, key: str) -> Proposed | None:
        """The proposal with that key; None where there is none, or a newer one replaced it."""
        return next((each for each in self.proposals if each.key == key), None)


def etag_of(text: CalendarText) -> str:
    """The entity tag of a stored text, unquoted. It is a hash, so every node computes the same."""
    return hashlib.sha256(text.raw).hexdigest()[:32]


def knowing(state: CalendarObject, text: CalendarText | None) -> CalendarObject:
    """The same state; it takes ``text`` for its own where the bytes are equal, so that it is not parsed again."""
    return replace(state, text=text) if text is not None and state.text == text else state


def _marked(marks: Mapping[MarkKey, Mark], new: Iterable[Mark]) -> Mapping[MarkKey, Mark]:
    return {**marks, **{(mark.address, mark.recurrence_id): mark for mark in new}}


def _proposed(proposals: tuple[Proposed, ...], new: Proposed) -> tuple[Proposed, ...]:
    """The proposals with a new one in the place of the same attendee's for the same occurrence; the newest ones."""
    place = new.attendee, new.recurrence_id
    refused = next((each.refused for each in proposals if (each.attendee, each.recurrence_id) == place), None)
    others = [each for each in proposals if (each.attendee, each.recurrence_id) != place]
    return (*others, replace(new, refused=refused))[-MAX_PROPOSALS:]


def _answered(proposals: tuple[Proposed, ...], fact: ProposalAnswered | ProposalAnswerReceived) -> tuple[Proposed, ...]:
    place = fact.attendee, fact.recurrence_id
    answer: Literal["accepted", "declined"] = "accepted" if fact.accepted else "declined"
    return tuple(
        replace(each, answer=answer, refused=fact.dtstamp or each.refused)
        if (each.attendee, each.recurrence_id) == place
        else each
        for each in proposals
    )


def evolve(state: CalendarObject, fact: CalendarObjectEvent) -> CalendarObject:
    """The state after one more fact. It only assigns values; it decides nothing."""
    match fact:
        case EventCreated():
            return CalendarObject(
                calendar_id=fact.calendar_id,
                href=fact.href,
                uid=fact.uid,
                text=(text := CalendarText(fact.change.inserted)),
                outline=fact.outline,
                schedule_tag=_tag(fact.outline, text),
                # The UID may be stored again after a deletion. Other people still have the messages of before.
                marks=state.marks,
                written=state.written,
                details=fact.what.now,
                parked=state.parked,
                countered=state.countered,
            )
        case EventRescheduled() | EventRevised():
            text = changed(state.text, fact.change)
            tag = _tag(fact.outline, text)
            return replace(state, text=text, outline=fact.outline, schedule_tag=tag, details=fact.what.now)
        case RsvpGiven():
            text = changed(state.text, fact.change)
            # RFC 6638 §3.2.10: replies of others do not change the organizer's Schedule-Tag. An attendee's own answer
            # does not change it either (ADR 0020), so that a client that has not read the answer can still write.
            marks = _marked(state.marks, (fact.mark,)) if fact.mark else state.marks
            return replace(state, text=text, outline=fact.outline, marks=marks)
        case InvitationReceived():
            text = changed(state.text, fact.change)
            tag = state.schedule_tag if fact.only_answers and state.exists else _tag(fact.outline, text)
            return CalendarObject(
                calendar_id=fact.calendar_id,
                href=fact.href,
                uid=fact.uid,
                text=text,
                outline=fact.outline,
                schedule_tag=tag,
                marks=_marked(state.marks, fact.marks),
                written=state.written,
                details=fact.what.now,
                parked=state.parked,
                proposals=state.proposals,
                countered=state.countered,
            )
        case EventCancelled():
            text = changed(state.text, fact.change)
            return replace(
                state,
                text=text,
                outline=fact.outline,
                schedule_tag=_tag(fact.outline, text),
                marks=_marked(state.marks, fact.marks),
                details=fact.what.now,
            )
        case EventMoved():
            return replace(state, calendar_id=fact.calendar_id, href=fact.href, deleted=False)
        case EventDeleted():
            return replace(state, deleted=True)
        case DeliveryNoted():
            return replace(state, text=changed(state.text, fact.change), outline=fact.outline)
        case CounterProposed():
            # Its mark is not one of ``marks``: an answer that was sent before it may come after it, and counts.
            proposed = Proposed(
                attendee=fact.attendee,
                recurrence_id=fact.recurrence_id,
                sequence=fact.mark.sequence,
                dtstamp=fact.mark.dtstamp,
                was=fact.was,
                now=fact.now,
                name=fact.name,
                comment=fact.comment,
                trust=fact.mark.trust,
                outdated=fact.outdated,
            )
            return replace(state, proposals=_proposed(state.proposals, proposed))
        case TimeProposed():
            proposed = Proposed(
                attendee=fact.attendee,
                recurrence_id=fact.recurrence_id,
                sequence=fact.sequence,
                dtstamp=fact.dtstamp,
                was=fact.was,
                now=fact.now,
                comment=fact.comment,
            )
            return replace(state, proposals=_proposed(state.proposals, proposed), countered=fact.dtstamp)
        case ProposalAnswered():
            proposals = _answered(state.proposals, fact)
            return replace(state, proposals=proposals, countered=fact.dtstamp or state.countered)
        case ProposalAnswerReceived():
            return replace(state, proposals=_answered(state.proposals, fact))
        case MessagesWritten():
            return replace(state, written=fact.dtstamp, marks=_marked(state.marks, fact.marks))
        case MessageSetAside():
            return replace(state, marks=_marked(state.marks, fact.marks))
        case MailParked():
            return replace(state, parked={**state.parked, (fact.reason, fact.sender): fact.at})
        case PersonForgotten():
            return _without(state, fact)
        case AttendeeInvited() | AttendeeRemoved():
            return state
        case _:
            assert_never(fact)


def _without(state: CalendarObject, fact: PersonForgotten) -> CalendarObject:
    text, gone = changed(state.text, fact.change), frozenset(fact.addresses)
    return replace(
        state,
        text=text,
        outline=fact.outline,
        # A new tag: a client that writes its old text back by an old tag would invite the person again.
        schedule_tag=_tag(fact.outline, text),
        marks={key: mark for key, mark in state.marks.items() if key[0] not in gone},
        proposals=tuple(each for each in state.proposals if each.attendee not in gone),
        parked={key: at for key, at in state.parked.items() if key[1] not in gone},
    )


def _tag(outline: Outline, text: CalendarText) -> str | None:
    return etag_of(text) if outline.role != "none" else None

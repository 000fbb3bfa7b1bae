"""Turns facts about proposals of another time into chat messages, for the notices policy."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.chat import MAX_TEXT, CalendarTime
from televent.application.messages.proposals import ProposalDeclinedNotice, ProposalNotice, Slot
from televent.domain.calendar_object.details import Details, When
from televent.domain.calendar_object.events import CounterProposed
from televent.domain.calendar_object.proposals import ProposalAnswerReceived, proposal_key


def proposed(fact: CounterProposed, stream: UUID) -> ProposalNotice:
    """The organizer's message about a proposal. ``stream``: the organizer's copy."""
    return ProposalNotice(
        stream_id=stream,
        proposal=proposal_key(fact.attendee, fact.recurrence_id, fact.mark.dtstamp),
        attendee=fact.attendee,
        attendee_name=fact.name,
        recurrence_id=fact.recurrence_id,
        summary=fact.was.title if fact.was is not None else "",
        was=_slot(fact.was),
        now=_slot(fact.now),
        comment=fact.comment,
    )


def declined(fact: ProposalAnswerReceived, stream: UUID) -> ProposalDeclinedNotice:
    """The attendee's message about the refusal. ``stream``: the attendee's copy."""
    return ProposalDeclinedNotice(
        stream_id=stream,
        organizer=fact.organizer,
        organizer_name=fact.organizer_name,
        recurrence_id=fact.recurrence_id,
        summary=fact.was.title if fact.was is not None else "",
        proposed=_slot(fact.now),
        comment=fact.comment,
    )


def _slot(details: Details | None) -> Slot:
    if details is None:
        return Slot(None, None, None)
    return Slot(_time(details.start), _time(details.end), details.place[:MAX_TEXT] or None)


def _time(when: When | None) -> CalendarTime | None:
    return CalendarTime(when.local, when.zone, when.utc) if when is not None else None

"""Turns attendees' answers and proposals into the values and facts of the organizer's copy."""

from __future__ import annotations

from dataclasses import replace

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.details import Answered, Details
from televent.domain.calendar_object.differences import MAX_TEXT, bounded, details_in, when_of
from televent.domain.calendar_object.events import CalendarObjectEvent, CounterProposed, Mark
from televent.domain.calendar_object.people import answer_in, comment_of, name_of, place_in, short
from televent.domain.calendar_object.state import CalendarObject
from televent.ical.itip.receiving import incoming
from televent.ical.objects.reading import Reading


def answer_of(answer: incoming.Answer, before: Reading | None, sender_name: str | None) -> Answered:
    """An answer in the form that facts store. ``before``: the organizer's text before the answer."""
    line = answer_in(before, answer.address, answer.recurrence_id) if before is not None else None
    return Answered(
        address=answer.address,
        name=short(sender_name) or short(answer.cn) or name_of(line),
        was=line.partstat if line is not None else None,
        now=answer.partstat,
        occurrence=place_in(before, answer.recurrence_id),
        comment=comment_of(answer.comment),
    )


def counter_proposals(
    state: CalendarObject, command: ReceiveMessage, applied: incoming.Applied, news: tuple[Mark, ...]
) -> list[CalendarObjectEvent]:
    """A fact for each new proposal of an attendee."""
    if not news:
        return []
    before = state.text.reading
    facts: list[CalendarObjectEvent] = []
    for mark in news:
        rid = mark.recurrence_id
        proposal = next(each for each in applied.proposals if (each.address, each.recurrence_id) == (mark.address, rid))
        was = details_in(before, rid)
        basis = was or Details(None, None, None, "", "", None)
        now = replace(
            basis,
            start=when_of(proposal.start, proposal.tzid) or basis.start,
            end=when_of(proposal.end, proposal.tzid) or basis.end,
            title=basis.title if proposal.title is None else bounded(proposal.title, MAX_TEXT),
            place=basis.place if proposal.place is None else bounded(proposal.place, MAX_TEXT),
        )
        line = answer_in(before, mark.address, rid)
        facts.append(
            CounterProposed(
                attendee=mark.address,
                recurrence_id=rid,
                proposal=command.message.came,
                mark=mark,
                name=short(command.sender_name) or short(proposal.cn) or name_of(line),
                occurrence=place_in(before, rid),
                was=was,
                now=now,
                comment=comment_of(proposal.comment),
            )
        )
    return facts

"""Turns attendees' answers into the values that facts of the organizer's copy store."""

from __future__ import annotations

from televent.domain.calendar_object.details import Answered
from televent.domain.calendar_object.people import answer_in, comment_of, name_of, place_in, short
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
        delegated_to=short(answer.delegated_to),
        guests=answer.guests,
    )

"""The organizer's refusal of people who answered without an invitation: a CANCEL for each (SPEC B6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from televent.ical.itip.admitting import admit, scheduled_here
from televent.ical.itip.parts import Parts, parts_to_edit, sequence_of
from televent.ical.itip.results import Answer
from televent.ical.itip.sending.outgoing import OutgoingMessage, organizer_messages
from televent.ical.objects.calendar_text import CalendarText


def refusing(
    text: CalendarText, uninvited: Sequence[Answer], *, me: Collection[str], dtstamp: datetime
) -> list[OutgoingMessage]:
    """The CANCELs, of the kind "refuse", that take the event out of the calendars of these people. The event goes on.

    They are what a removed attendee gets, but with the SEQUENCE of the event: with a higher one they would outrank an
    invitation that the organizer sends to the same person later. None for a person who is
    an attendee, and none for an event that another server schedules.
    """
    before = parts_to_edit(text)
    if not scheduled_here(before):
        return []
    for answer in uninvited:
        admit(before, answer)
    wanted = {answer.address for answer in uninvited}
    messages = organizer_messages(CalendarText.of_tree(before.root), text, me=me, dtstamp=dtstamp)
    cancels = [each for each in messages if each.recipient in wanted and each.method == "CANCEL"]
    return [_at_sequence_of(before, each) for each in cancels]


def _at_sequence_of(parts: Parts, message: OutgoingMessage) -> OutgoingMessage:
    sent = parts_to_edit(CalendarText(message.text))
    for rid, component in sent.items():
        component.put("SEQUENCE", str(sequence_of(parts.get(rid) or parts.master)))
    highest = max(sequence_of(component) for _, component in sent.items())
    return replace(message, kind="refuse", sequence=highest, text=CalendarText.of_tree(sent.root).raw)

"""Makes the REPLY of a guest who answers on a page of ours, not in a calendar: RFC 5546 §3.2.3."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from televent.ical.itip.message import Message, enveloped, message_of, only_attendee, only_properties, outward
from televent.ical.itip.parts import is_cancelled, parts_of, sequence_of
from televent.ical.itip.people import attendees_of
from televent.ical.itip.series import described
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import escape

_PROPERTIES: Final = frozenset(
    {"UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "ORGANIZER", "ATTENDEE"}
)


def guest_reply(
    stored: CalendarText,
    *,
    attendee: str,
    partstat: str,
    recurrence_id: str | None,
    comment: str | None,
    dtstamp: datetime,
) -> Message | None:
    """The REPLY of *attendee*, a normalised address, to the organizer's copy *stored* as it is now.

    *recurrence_id* None answers the event; for a guest of single occurrences, all of these. *dtstamp* is aware. None
    where the attendee is not asked to it. Raises IcalError.
    """
    parts = parts_of(stored)
    places: list[str | None] = [recurrence_id]
    if recurrence_id is None and (parts.master is None or attendee not in attendees_of(parts.master)):
        places = [rid for rid, each in parts.overrides.items() if not is_cancelled(each)]
    answers = []
    for place in places:
        event = described(parts, place)
        if event is None or attendee not in attendees_of(event):
            continue
        fresh = only_attendee(only_properties(outward(event, dtstamp), _PROPERTIES), attendee)
        for line in fresh.all("ATTENDEE"):
            fresh.replace(line, line.with_param("PARTSTAT", partstat).with_param("RSVP"))
        fresh.put("SEQUENCE", str(sequence_of(event)))
        if comment is not None:
            fresh.put("COMMENT", escape(comment))
        answers.append(fresh)
    return message_of(enveloped("REPLY", answers, parts)) if answers else None

"""Writes a new event from the values that an EventChange can have, with the lines that a later change would write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from televent.ical.editing.changes import EventChange, write_rule, write_values
from televent.ical.editing.compose import PRODID
from televent.ical.editing.edits import Person, add_attendees
from televent.ical.editing.moving import write_times
from televent.ical.editing.rezoning import write_dates
from televent.ical.itip.parts import parts_to_edit
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.characters import clean_line
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import written

_FRAME = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{prodid}\r\nCALSCALE:GREGORIAN\r\nBEGIN:VEVENT\r\n"
    "UID:{uid}\r\nDTSTAMP:{now}\r\nCREATED:{now}\r\nSEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def draft_event(
    *, uid: str, now: datetime, values: EventChange, organizer: Person | None = None, guests: Sequence[Person] = ()
) -> CalendarText:
    """A new event: CRLF, with the VTIMEZONE that it needs. ``values`` must have ``times``: aware, floating, or dates.

    The same arguments always give the same bytes. Raises IcalError for a value that cannot be written.
    """
    if values.times is None:
        raise InvalidCalendarData("the event has no start")
    parts = parts_to_edit(
        CalendarText(
            _FRAME.format(prodid=PRODID, uid=clean_line(uid), now=written(now.replace(microsecond=0))).encode()
        )
    )
    part = parts.master
    assert part is not None
    start, end = values.times
    write_times(parts, part, start, end)
    if values.rule:
        write_rule(part, values.rule)
    write_dates(parts, "RDATE", values.dates or ())
    write_dates(parts, "EXDATE", values.excluded or ())
    write_values(part, replace(values, status=values.status or "CONFIRMED"))
    text = CalendarText.of_tree(parts.root)
    return add_attendees(text, organizer, guests, now=now) if organizer is not None and guests else text

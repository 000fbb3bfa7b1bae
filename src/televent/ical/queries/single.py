"""Reads a plain event that does not recur without its tree: what words and reminders need of it.

Most new events are such. Every other text gives None, and the caller reads it with CalendarText, which stays the
reference: both read the same (tests/properties/test_plain_single.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from televent.ical.objects.plain_event import PlainEvent, plain_event
from televent.ical.objects.reading import bounds_of
from televent.ical.recurrence.recurrence_set import Occurrence, length_of
from televent.ical.text.tree import Component

_TIMED: Final = ("DTEND", "DURATION", "STATUS", "X-MOZ-LASTACK", "ATTENDEE")
"""The lines of the event on which its end depends, and whether it reminds."""


def plain_single(raw: bytes) -> PlainEvent | None:
    """The event of a plain text; None where it recurs, or the text is not plain."""
    event = plain_event(raw)
    # The reference ends an occurrence with DUE as well, which no event may have.
    return None if event is None or event.recurs or event.all("DUE") else event


def span_of(event: PlainEvent) -> tuple[datetime, datetime]:
    """The span of Reading."""
    return bounds_of((event.start, event.end))


def occurrence_of_plain(event: PlainEvent) -> Occurrence:
    """The one occurrence. Its component has only the lines that reminders depend on."""
    part = Component.new("VEVENT")
    for name in _TIMED:
        part.entries += event.all(name)
    part.entries += event.alarm_parts()
    return Occurrence(None, event.start, length_of(part, event.start, event.end).after(event.start), part)

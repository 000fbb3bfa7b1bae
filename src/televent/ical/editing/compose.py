"""New calendar objects from values: RFC 5545 §3.6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from televent.ical.editing.edits import (
    UTC_NAMES,
    Person,
    add_attendee,
    add_attendees,
    put_moment,
    set_organizer,
    zone_component,
)
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, escape, written

__all__ = ["PRODID", "NewEvent", "Person", "compose_event", "invite"]

PRODID = "-//Televent//Calendar 1.0//EN"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Times are dates (all-day, end exclusive) or aware; ``tzid`` an IANA name in which they are written, or None for
    UTC."""

    uid: str
    dtstamp: datetime
    summary: str
    start: Moment
    end: Moment
    tzid: str | None = None
    sequence: int = 0
    description: str = ""
    location: str = ""
    rrule: str | None = None
    organizer: Person | None = None
    attendees: Sequence[Person] = ()
    alarms: Sequence[int] = ()
    """Minutes before the start."""


def compose_event(event: NewEvent) -> bytes:
    """The text of a new event, CRLF, folded, with the VTIMEZONE it needs."""
    root = Component.new("VCALENDAR")
    root.add(root.make("VERSION", "2.0"))
    root.add(root.make("PRODID", PRODID))
    root.add(root.make("CALSCALE", "GREGORIAN"))
    if event.tzid is not None and event.tzid not in UTC_NAMES and isinstance(event.start, datetime):
        root.add(zone_component(event.tzid, event.start, None))
    part = Component.new("VEVENT")
    part.add(part.make("UID", event.uid))
    part.add(part.make("DTSTAMP", written(event.dtstamp)))
    part.add(part.make("SEQUENCE", str(event.sequence)))
    put_moment(part, "DTSTART", event.start, event.tzid)
    put_moment(part, "DTEND", event.end, event.tzid)
    if event.rrule is not None:
        part.add(part.make("RRULE", event.rrule))
    part.add(part.make("SUMMARY", escape(event.summary)))
    if event.description:
        part.add(part.make("DESCRIPTION", escape(event.description)))
    if event.location:
        part.add(part.make("LOCATION", escape(event.location)))
    part.add(part.make("STATUS", "CONFIRMED"))
    if event.organizer is not None and event.attendees:
        set_organizer(part, event.organizer)
        for person in event.attendees:
            add_attendee(part, person)
    for minutes in event.alarms:
        alarm = Component.new("VALARM")
        alarm.add(alarm.make("ACTION", "DISPLAY"))
        alarm.add(alarm.make("DESCRIPTION", escape(event.summary)))
        alarm.add(alarm.make("TRIGGER", f"-PT{minutes}M"))
        part.add(alarm)
    root.add(part)
    return root.to_bytes()


def invite(text: bytes, organizer: Person, guests: Sequence[Person], dtstamp: datetime) -> bytes:
    """The event with more guests: ``edits.add_attendees``."""
    return add_attendees(text, organizer, guests, now=dtstamp)

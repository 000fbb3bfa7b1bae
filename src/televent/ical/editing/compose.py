"""Composes our own calendar objects with the icalendar library: RFC 5545 §3.6.

A text that came from a client is edited line by line instead (``edits``). Here there is no such text yet, so the
library may choose the spelling: it escapes values, encodes parameters (RFC 6868) and folds lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from televent.ical.editing.edits import Person, add_attendees
from televent.ical.editing.moving import UTC_NAMES
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.rules.rule import parse_rule
from televent.ical.text.characters import clean
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import Moment, normalise_address
from televent.ical.zones.tzid import vtimezone

__all__ = ["PRODID", "NewEvent", "Person", "bytes_of", "compose_event", "invite", "new_calendar", "plain", "recurrence"]

PRODID = "-//Televent//Calendar 1.0//EN"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be written.

    ``start`` and ``end`` are dates (all-day, end exclusive) or aware times. ``tzid`` is the IANA name of the zone in
    which times are written; None means UTC.
    """

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
    """Writes a new event: CRLF, folded at 75 bytes, with the VTIMEZONE it needs.

    The same event always gives the same bytes. Raises InvalidCalendarData for an invalid rule.
    """
    root = new_calendar()
    if event.tzid is not None and event.tzid not in UTC_NAMES and isinstance(event.start, datetime):
        root.add_component(icalendar.Timezone.from_ical(vtimezone(event.tzid, event.start, None)))
    part = icalendar.Event()
    part.add("uid", plain(event.uid))
    part.add("dtstamp", event.dtstamp.astimezone(UTC))
    part.add("sequence", event.sequence)
    part.add("dtstart", _in_zone(event.start, event.tzid))
    part.add("dtend", _in_zone(event.end, event.tzid))
    if event.rrule is not None:
        part.add("rrule", recurrence(event.rrule))
    part.add("summary", plain(event.summary))
    if event.description:
        part.add("description", plain(event.description))
    if event.location:
        part.add("location", plain(event.location))
    part.add("status", "CONFIRMED")
    if event.organizer is not None and event.attendees:
        _add_people(part, event.organizer, event.attendees)
    for minutes in event.alarms:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", plain(event.summary))
        alarm.add("trigger", timedelta(minutes=-minutes))
        part.add_component(alarm)
    root.add_component(part)
    return bytes_of(root)


def invite(text: CalendarText, organizer: Person, guests: Sequence[Person], dtstamp: datetime) -> CalendarText:
    """The event with more guests: ``edits.add_attendees``."""
    return add_attendees(text, organizer, guests, now=dtstamp)


def new_calendar() -> icalendar.Calendar:
    """An empty VCALENDAR with our PRODID."""
    root = icalendar.Calendar()
    root.add("version", "2.0")
    root.add("prodid", PRODID)
    root.add("calscale", "GREGORIAN")
    return root


def bytes_of(root: icalendar.Calendar) -> bytes:
    """The bytes of a calendar, its properties in the order in which they were added."""
    text: bytes = root.to_ical(sorted=False)
    return text


def plain(text: str) -> str:
    """Text without the characters that no calendar text may have; the library would write them."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def recurrence(rule: str) -> icalendar.vRecur:
    """An RRULE value (RFC 5545 §3.3.10). Raises InvalidCalendarData for an invalid rule."""
    parse_rule(rule, None)  # the library would accept "every day" as an empty rule
    try:
        found: icalendar.vRecur = icalendar.vRecur.from_ical(rule)
    except ValueError as error:
        raise InvalidCalendarData(f"this is no recurrence rule: {rule[:60]!r}") from error
    return found


def _in_zone(value: Moment, tzid: str | None) -> Moment:
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC if tzid is None or tzid in UTC_NAMES else ZoneInfo(tzid))


def _add_people(part: icalendar.Event, organizer: Person, guests: Sequence[Person]) -> None:
    """ORGANIZER and ATTENDEE lines. The organizer is the first attendee, has accepted, and is not listed twice."""
    part.add("organizer", _person(organizer, {}))
    part.add("attendee", _person(organizer, {"PARTSTAT": "ACCEPTED", "ROLE": "CHAIR"}))
    for guest in guests:
        if normalise_address(guest.address) != normalise_address(organizer.address):
            asked = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": guest.partstat, "RSVP": "TRUE"}
            part.add("attendee", _person(guest, asked))


def _person(person: Person, params: Mapping[str, str]) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{plain(person.address)}")
    for name, value in params.items():
        address.params[name] = value
    if person.name:
        address.params["CN"] = plain(person.name)
    return address

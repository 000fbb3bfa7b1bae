"""New calendar objects from values: RFC 5545 §3.6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from televent.ical.tree import Component, parse
from televent.ical.values import Moment, escape, written
from televent.ical.zones import vtimezone

PRODID = "-//Televent//Calendar 1.0//EN"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an event; ``address`` is a mail address."""

    address: str
    name: str | None = None
    partstat: str = "NEEDS-ACTION"


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
    description: str = ""
    location: str = ""
    rrule: str | None = None
    organizer: Person | None = None
    attendees: Sequence[Person] = ()
    alarm_minutes: int | None = None


def compose_event(event: NewEvent) -> bytes:
    """The text of a new event, CRLF, folded, with the VTIMEZONE it needs."""
    root = Component.new("VCALENDAR")
    root.add(root.make("VERSION", "2.0"))
    root.add(root.make("PRODID", PRODID))
    root.add(root.make("CALSCALE", "GREGORIAN"))
    zoned = event.tzid is not None and isinstance(event.start, datetime) and event.tzid not in ("UTC", "Etc/UTC")
    if zoned and event.tzid is not None and isinstance(event.start, datetime):
        zone = parse(b"BEGIN:VCALENDAR\r\n" + vtimezone(event.tzid, event.start, None) + b"END:VCALENDAR\r\n")
        root.add(zone.components("VTIMEZONE")[0])
    part = Component.new("VEVENT")
    part.add(part.make("UID", event.uid))
    part.add(part.make("DTSTAMP", written(event.dtstamp)))
    part.add(part.make("SEQUENCE", "0"))
    for name, value in (("DTSTART", event.start), ("DTEND", event.end)):
        add_moment(part, name, value, event.tzid if zoned else None)
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
    if event.alarm_minutes is not None:
        alarm = Component.new("VALARM")
        alarm.add(alarm.make("ACTION", "DISPLAY"))
        alarm.add(alarm.make("DESCRIPTION", escape(event.summary)))
        alarm.add(alarm.make("TRIGGER", f"-PT{event.alarm_minutes}M"))
        part.add(alarm)
    root.add(part)
    return root.to_bytes()


def add_moment(part: Component, name: str, value: Moment, tzid: str | None) -> None:
    """A date or time in the given zone, in UTC without one."""
    if not isinstance(value, datetime):
        part.add(part.make(name, written(value), (("VALUE", ("DATE",)),)))
    elif tzid is not None:
        from zoneinfo import ZoneInfo

        part.add(part.make(name, f"{value.astimezone(ZoneInfo(tzid)):%Y%m%dT%H%M%S}", (("TZID", (tzid,)),)))
    else:
        part.add(part.make(name, written(value.astimezone(UTC))))


def set_organizer(part: Component, person: Person) -> None:
    """ORGANIZER, and the organizer among the attendees as one who comes."""
    named = (("CN", (person.name,)),) if person.name else ()
    part.put("ORGANIZER", f"mailto:{person.address}", named)
    part.add(
        part.make("ATTENDEE", f"mailto:{person.address}", (("PARTSTAT", ("ACCEPTED",)), ("ROLE", ("CHAIR",)), *named))
    )


def add_attendee(part: Component, person: Person) -> None:
    """One more ATTENDEE who is asked to answer."""
    params: list[tuple[str, Sequence[str]]] = [
        ("CUTYPE", ("INDIVIDUAL",)),
        ("ROLE", ("REQ-PARTICIPANT",)),
        ("PARTSTAT", (person.partstat,)),
        ("RSVP", ("TRUE",)),
    ]
    if person.name:
        params.append(("CN", (person.name,)))
    part.add(part.make("ATTENDEE", f"mailto:{person.address}", params))


def invite(text: bytes, organizer: Person, guests: Sequence[Person], dtstamp: datetime) -> bytes:
    """The event with more guests, in the master and in every override. Only those lines change. Somebody invited
    already stays as he is."""
    from televent.ical.reading import address_of

    root = parse(text)
    for part in root.components():
        if part.name not in ("VEVENT", "VTODO", "VJOURNAL"):
            continue
        if part.get("ORGANIZER") is None:
            set_organizer(part, organizer)
        there = {address_of(prop) for prop in part.all("ATTENDEE")}
        for guest in guests:
            if guest.address not in there:
                add_attendee(part, guest)
        part.put("DTSTAMP", written(dtstamp))
    return root.to_bytes()

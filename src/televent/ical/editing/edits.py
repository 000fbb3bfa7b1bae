"""Adds guests to an event and writes the parts of a new one, line by line: RFC 5545 §3.8.

Every line that a change does not concern stays as it came. SEQUENCE is left alone: the planning of a meeting's iTIP
messages raises it where the change asks for it (RFC 5546 §2.1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from televent.ical.itip.parts import Parts, read_parts
from televent.ical.objects.reading import address_of
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component, parse
from televent.ical.text.values import Moment, normalise_address, written
from televent.ical.zones.tzid import vtimezone

Change = Callable[[Component], None]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an event; ``address`` is a mail address."""

    address: str
    name: str | None = None
    partstat: str = "NEEDS-ACTION"


def add_attendees(text: bytes, organizer: Person, guests: Sequence[Person], *, now: datetime) -> bytes:
    """The text with more guests, in the series and in every override. A guest who is invited already stays as they are.
    Raises IcalError for a text that cannot be read."""

    def change(part: Component) -> None:
        if part.get("ORGANIZER") is None:
            set_organizer(part, organizer)
        there = {address_of(prop) for prop in part.all("ATTENDEE")}
        for guest in guests:
            if normalise_address(guest.address) not in there:
                there.add(normalise_address(guest.address))
                add_attendee(part, guest)

    return _edited_everywhere(text, now, change)


def set_organizer(part: Component, person: Person) -> None:
    """ORGANIZER, and the organizer among the attendees as one who comes."""
    named = (("CN", (person.name,)),) if person.name else ()
    part.put("ORGANIZER", f"mailto:{person.address}", named)
    if all(address_of(prop) != normalise_address(person.address) for prop in part.all("ATTENDEE")):
        params = (("PARTSTAT", ("ACCEPTED",)), ("ROLE", ("CHAIR",)), *named)
        part.add(part.make("ATTENDEE", f"mailto:{person.address}", params))


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


def put_moment(part: Component, name: str, value: Moment, tzid: str | None) -> None:
    """A date or an aware time as the one property of that name, in the given zone, in UTC without one."""
    if not isinstance(value, datetime):
        part.put(name, written(value), (("VALUE", ("DATE",)),))
    elif tzid is not None and tzid not in UTC_NAMES:
        part.put(name, f"{value.astimezone(ZoneInfo(tzid)):%Y%m%dT%H%M%S}", (("TZID", (tzid,)),))
    else:
        part.put(name, written(value.astimezone(UTC)))


UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
"""Zones that need no VTIMEZONE: their times are written with Z (RFC 5545 §3.3.5)."""


def zone_component(tzid: str, first: datetime, last: datetime | None) -> Component:
    """The VTIMEZONE of an IANA zone."""
    return parse(b"BEGIN:VCALENDAR\r\n" + vtimezone(tzid, first, last) + b"END:VCALENDAR\r\n").components("VTIMEZONE")[
        0
    ]


def _readable(text: bytes) -> Parts:
    parts = read_parts(text)
    if parts.master is None and not parts.overrides:
        raise InvalidCalendarData("there is nothing to edit")
    return parts


def _edited_everywhere(text: bytes, now: datetime, change: Change) -> bytes:
    parts = _readable(text)
    for _, part in parts.items():
        before = list(part.entries)
        change(part)
        if part.entries != before:
            _stamp(part, now)
    return parts.root.to_bytes()


def _stamp(part: Component, now: datetime) -> None:
    part.put("DTSTAMP", written(now))
    if part.get("LAST-MODIFIED") is not None:
        part.put("LAST-MODIFIED", written(now))

"""A person's changes to an event, made line by line: RFC 5545 §3.8.

Each function takes the stored text and gives the text with the change; every line that the change does not concern
stays as it came, and so does the whole text where it says already what is asked. ``occurrence`` is a canonical
recurrence id: that occurrence gets an override where it has none; None means the series, or the one event. SEQUENCE
is left alone: who plans the meeting's letters raises it where the change asks for it (RFC 5546 §2.1.4).

All raise IcalError for a text that cannot be read, and UnknownOccurrence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from televent.ical.itip.parts import Parts, occurrence, read_parts
from televent.ical.objects.reading import address_of
from televent.ical.text.errors import InvalidCalendarData, InvalidCalendarObject
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import Moment, escape, normalise_address, written
from televent.ical.zones.tzid import vtimezone

Change = Callable[[Component], None]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an event; ``address`` is a mail address."""

    address: str
    name: str | None = None
    partstat: str = "NEEDS-ACTION"


class UnknownOccurrence(InvalidCalendarObject):
    """The series has no such occurrence."""


class SeriesCannotMove(InvalidCalendarObject):
    """The series has occurrences that were changed or left out, or a rule bound to its days: moved as a whole, they
    would name nothing."""


def set_summary(text: bytes, summary: str, *, now: datetime, occurrence: str | None = None) -> bytes:
    """Another title."""
    return _edited(text, occurrence, now, lambda part: _say(part, "SUMMARY", summary))


def set_location(text: bytes, location: str, *, now: datetime, occurrence: str | None = None) -> bytes:
    """Another place; "" takes it away."""
    return _edited(text, occurrence, now, lambda part: _say(part, "LOCATION", location))


def set_description(text: bytes, description: str, *, now: datetime, occurrence: str | None = None) -> bytes:
    """Another description; "" takes it away. The HTML twin that some programs add says the old one and goes."""

    def change(part: Component) -> None:
        _say(part, "DESCRIPTION", description)
        part.drop("X-ALT-DESC")

    return _edited(text, occurrence, now, change)


def set_time(
    text: bytes, start: Moment, end: Moment, *, tzid: str | None, now: datetime, occurrence: str | None = None
) -> bytes:
    """Another time: dates (all-day, ``end`` exclusive) or aware times, written in the IANA zone ``tzid``, in UTC
    without one. Raises SeriesCannotMove."""
    parts = _readable(text)
    part = _part(parts, occurrence)
    if occurrence is None:
        _check_can_move(parts, part, start)
    _need_zone(parts.root, start, tzid)

    def change(part: Component) -> None:
        put_moment(part, "DTSTART", start, tzid)
        part.drop("DURATION")
        put_moment(part, "DTEND", end, tzid)

    return _finished(parts, part, text, now, change)


def add_attendees(text: bytes, organizer: Person, guests: Sequence[Person], *, now: datetime) -> bytes:
    """More guests, in the series and in every override. Somebody invited already stays as he is."""

    def change(part: Component) -> None:
        if part.get("ORGANIZER") is None:
            set_organizer(part, organizer)
        there = {address_of(prop) for prop in part.all("ATTENDEE")}
        for guest in guests:
            if normalise_address(guest.address) not in there:
                there.add(normalise_address(guest.address))
                add_attendee(part, guest)

    return _edited_everywhere(text, now, change)


def remove_attendee(text: bytes, address: str, *, now: datetime) -> bytes:
    """One guest fewer, in the series and in every override."""
    gone = normalise_address(address)

    def change(part: Component) -> None:
        part.remove_if(lambda each: isinstance(each, Property) and each.name == "ATTENDEE" and address_of(each) == gone)

    return _edited_everywhere(text, now, change)


def set_partstat(text: bytes, address: str, partstat: str, *, now: datetime, occurrence: str | None = None) -> bytes:
    """An attendee's answer. He is not asked any more: RSVP goes (RFC 6638 §3.2.2.1)."""
    asked = normalise_address(address)

    def change(part: Component) -> None:
        for prop in part.all("ATTENDEE"):
            if address_of(prop) == asked and (prop.param("PARTSTAT") or "NEEDS-ACTION").upper() != partstat.upper():
                part.replace(prop, prop.with_param("PARTSTAT", partstat.upper()).with_param("RSVP"))

    return _edited(text, occurrence, now, change)


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


def _need_zone(root: Component, start: Moment, tzid: str | None) -> None:
    if tzid is None or tzid in UTC_NAMES or not isinstance(start, datetime):
        return
    if all((each.value("TZID") or "").strip() != tzid for each in root.components("VTIMEZONE")):
        root.entries.insert(len(root.properties), zone_component(tzid, start, None))


def _check_can_move(parts: Parts, master: Component, start: Moment) -> None:
    if any(master.get(name) is not None for name in ("EXDATE", "RDATE")) or parts.overrides:
        raise SeriesCannotMove("a series with changed or left-out occurrences cannot move as a whole")
    before = parts.start(master)
    rule = (master.value("RRULE") or "").upper()
    days = (_day(before), _day(start)) if before is not None else (None, None)
    if rule and (";BY" in f";{rule}" or "UNTIL" in rule) and days[0] != days[1]:
        raise SeriesCannotMove("a series whose rule names its days cannot move to another day")


def _day(value: Moment) -> object:
    return value.date() if isinstance(value, datetime) else value


def _say(part: Component, name: str, said: str) -> None:
    """A TEXT property, its parameters but ALTREP kept: LANGUAGE still holds, the other text's address does not."""
    standing = part.get(name)
    if not said:
        part.drop(name)
    elif standing is None:
        part.put(name, escape(said))
    elif standing.value != escape(said):
        part.put(name, escape(said), [each for each in standing.params if each[0] != "ALTREP"])


def _readable(text: bytes) -> Parts:
    parts = read_parts(text)
    if parts.master is None and not parts.overrides:
        raise InvalidCalendarData("there is nothing to edit")
    return parts


def _part(parts: Parts, rid: str | None) -> Component:
    """The component to edit; a new override for an occurrence that has none."""
    if rid is None:
        return parts.master if parts.master is not None else next(iter(parts.overrides.values()))
    standing = parts.overrides.get(rid)
    if standing is not None:
        return standing
    fresh = occurrence(parts, rid)
    if fresh is None:
        raise UnknownOccurrence(f"there is no occurrence {rid[:20]}")
    parts.root.add(fresh)
    return fresh


def _edited(text: bytes, rid: str | None, now: datetime, change: Change) -> bytes:
    parts = _readable(text)
    return _finished(parts, _part(parts, rid), text, now, change)


def _finished(parts: Parts, part: Component, text: bytes, now: datetime, change: Change) -> bytes:
    before = b"".join(each.raw for each in part.properties)
    change(part)
    if b"".join(each.raw for each in part.properties) == before:
        return text
    _stamp(part, now)
    return parts.root.to_bytes()


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

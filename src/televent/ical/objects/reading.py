"""Reads a calendar object into values: RFC 5545 §3.6, RFC 4791 §4.1."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.recurrence.occurrences import span
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.errors import InvalidCalendarData, InvalidCalendarObject
from televent.ical.text.tree import KINDS, Component, Property
from televent.ical.text.values import Moment, canonical, duration, end_of, normalise_address, unescape
from televent.ical.zones.moments import moment_of, utc_of, zone_of

_READ: Final = frozenset({
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "RECURRENCE-ID", "DTSTART", "DTEND", "DUE", "DURATION",
    "RRULE", "SUMMARY", "LOCATION", "STATUS", "ORGANIZER", "REQUEST-STATUS",
})  # fmt: skip
"""Properties that have a field of their own, or that programs write with every change."""
FARTHEST_WEST, FARTHEST_EAST = timedelta(hours=14), timedelta(hours=14)
"""Max distance of a floating or all-day time from the same wall clock time in UTC."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """An ATTENDEE (§3.8.4.1); ``address`` is normalised."""

    address: str
    cn: str | None = None
    partstat: str = "NEEDS-ACTION"
    role: str = "REQ-PARTICIPANT"
    cutype: str = "INDIVIDUAL"
    rsvp: bool = False
    schedule_agent: str = "SERVER"
    schedule_status: str | None = None
    force_send: str | None = None


@dataclass(frozen=True, slots=True)
class Organizer:
    """The ORGANIZER (§3.8.4.3); ``address`` is normalised."""

    address: str
    cn: str | None = None
    schedule_agent: str = "SERVER"
    sent_by: str | None = None
    schedule_status: str | None = None
    force_send: str | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One component: the master or an override. Times are aware (zoned, UTC), naive (floating) or dates; ``end`` is
    exclusive. ``recurrence_id`` is canonical: an instant in UTC, a date, or a floating time."""

    recurrence_id: str | None
    range_this_and_future: bool
    sequence: int
    dtstamp: datetime | None
    start: Moment | None
    end: Moment | None
    tzid: str | None
    summary: str
    description: str
    location: str
    status: str | None
    transp: str
    rrule: str | None
    attendees: tuple[Attendee, ...]
    exceptions: tuple[tuple[str, str, tzinfo | None], ...] = field(default=(), compare=False, repr=False)
    """Each EXDATE and RDATE line: its name, its value as written, the zone that it names."""
    beside: tuple[Property, ...] = field(default=(), compare=False, repr=False)
    """Every other property that people may care for: not times, title, place, status or people."""
    inside: tuple[tuple[str, bytes], ...] = field(default=(), compare=False, repr=False)
    """Name and text of each sub-component (VALARM and others)."""

    @property
    def unknown_zone(self) -> str | None:
        """The TZID of a start whose zone nobody knows, so that it is read as a floating time; None where all is known.

        A person must be told: the event may be at another time than it seems (SPEC B4).
        """
        floats = isinstance(self.start, datetime) and self.start.tzinfo is None
        return (self.tzid or None) if floats else None


@dataclass(frozen=True, slots=True)
class Reading:
    """One calendar object. ``span`` covers every instance, in UTC; its end is None where it never ends."""

    uid: str
    component: str
    method: str | None
    organizer: Organizer | None
    master: Instance | None
    overrides: tuple[Instance, ...]
    recurs: bool
    span: tuple[datetime, datetime | None]

    def instances(self) -> tuple[Instance, ...]:
        """The master, if there is one, and the overrides."""
        return (self.master, *self.overrides) if self.master is not None else self.overrides

    def attendee(self, addresses: Collection[str]) -> Attendee | None:
        """The attendee with one of these addresses, master first; of several lines the first with an answer."""
        for instance in self.instances():
            lines = [attendee for attendee in instance.attendees if attendee.address in addresses]
            if lines:
                return next((line for line in lines if line.partstat != "NEEDS-ACTION"), lines[0])
        return None


def read_tree(root: Component, every: RecurrenceSet | None = None) -> Reading:
    """Reads a calendar object; ``every`` is its recurrence set, if known. See CalendarText.reading.

    Raises InvalidCalendarObject where UIDs or kinds are mixed, InvalidCalendarData where a value cannot be read.
    """
    parts = [each for each in root.components() if each.name in KINDS]
    if not parts:
        raise InvalidCalendarObject("there is nothing to store: no event, task, journal or free/busy entry")
    kind = parts[0].name
    uids = {(each.value("UID") or "").strip() for each in parts}
    if any(each.name != kind for each in parts):
        raise InvalidCalendarObject("one calendar object holds one kind of component (RFC 4791 §4.1)")
    if len(uids) != 1 or uids == {""}:
        raise InvalidCalendarObject("every component needs the same UID (RFC 4791 §4.1)")
    zones: dict[str, tzinfo | None] = {}
    instances = [_instance(each, root, zones) for each in parts]
    masters = [each for each in instances if each.recurrence_id is None]
    if len(masters) > 1:
        raise InvalidCalendarObject("two components describe the whole series")
    seen = [each.recurrence_id for each in instances]
    if len(set(seen)) != len(seen):
        raise InvalidCalendarObject("two components describe the same occurrence")
    organizer = next((found for each in parts if (found := each.get("ORGANIZER")) is not None), None)
    recurs = any(each.get("RRULE") is not None or each.get("RDATE") is not None for each in parts)
    return Reading(
        uid=uids.pop(),
        component=kind,
        method=(root.value("METHOD") or "").strip().upper() or None,
        organizer=read_organizer(organizer) if organizer is not None else None,
        master=masters[0] if masters else None,
        overrides=tuple(each for each in instances if each.recurrence_id is not None),
        recurs=recurs,
        span=_span(root, instances, recurs, every),
    )


def _instance(part: Component, root: Component, zones: dict[str, tzinfo | None]) -> Instance:
    lines: dict[str, Property] = {}
    attendees: list[Attendee] = []
    exceptions: list[tuple[str, str, tzinfo | None]] = []
    beside: list[Property] = []
    inside: list[tuple[str, bytes]] = []
    for entry in part.entries:
        if not isinstance(entry, Property):
            inside.append((entry.name, entry.to_bytes()))
        elif entry.name == "ATTENDEE":
            attendees.append(entry.once(read_attendee))
        elif entry.name in ("EXDATE", "RDATE"):
            exceptions.append((entry.name, entry.value, zone_of(entry, root, zones)))
        else:
            lines.setdefault(entry.name, entry)
            if entry.name not in _READ:
                beside.append(entry)

    def value(name: str) -> str:
        return lines[name].value if name in lines else ""

    def time(name: str) -> Moment | None:
        if name not in lines:
            return None
        value = moment_of(lines[name], root, zones)
        if value is None:
            raise InvalidCalendarData(f"{name} is no date or time: {lines[name].value[:40]!r}")
        return value

    start, original = time("DTSTART"), time("RECURRENCE-ID")
    if start is None and part.name == "VEVENT" and root.get("METHOD") is None:
        raise InvalidCalendarObject("an event that is no message needs DTSTART (RFC 5545 §3.6.1)")
    until = time("DUE") if part.name == "VTODO" else time("DTEND")
    # A task without DUE and DURATION has no end (§3.6.2); an event has one (§3.6.1).
    open_ended = part.name == "VTODO" and until is None and "DURATION" not in lines
    made = moment_of(lines["DTSTAMP"], root, zones) if "DTSTAMP" in lines else None
    rid = lines.get("RECURRENCE-ID")
    return Instance(
        recurrence_id=canonical(original) if original is not None else None,
        range_this_and_future=rid is not None and (rid.param("RANGE") or "").upper() == "THISANDFUTURE",
        sequence=integer(value("SEQUENCE")),
        dtstamp=utc_of(made) if made is not None else None,
        start=start,
        end=None if open_ended else end_of(start, until, duration(value("DURATION"))),
        tzid=lines["DTSTART"].param("TZID") if "DTSTART" in lines else None,
        summary=unescape(value("SUMMARY")),
        description=unescape(value("DESCRIPTION")),
        location=unescape(value("LOCATION")),
        status=value("STATUS").strip().upper() or None,
        transp=value("TRANSP").strip().upper() or "OPAQUE",
        rrule=value("RRULE") or None,
        attendees=tuple(attendees),
        exceptions=tuple(exceptions),
        beside=tuple(beside),
        inside=tuple(inside),
    )


def integer(value: str) -> int:
    """A SEQUENCE (§3.8.7.4); 0 for what is no number."""
    text = value.strip()
    return min(int(text), 2**63 - 1) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def address_of(prop: Property) -> str:
    """The address of a CAL-ADDRESS property; the EMAIL parameter where the value is no mail address (SPEC B4)."""
    return prop.once(_address)


def _address(prop: Property) -> str:
    address = normalise_address(prop.value)
    email = prop.param("EMAIL")
    return normalise_address(email) if "@" not in address and email else address


def read_attendee(prop: Property) -> Attendee:
    """The attendee of an ATTENDEE line."""
    return Attendee(
        address=address_of(prop),
        cn=prop.param("CN"),
        partstat=(prop.param("PARTSTAT") or "NEEDS-ACTION").upper(),
        role=(prop.param("ROLE") or "REQ-PARTICIPANT").upper(),
        cutype=(prop.param("CUTYPE") or "INDIVIDUAL").upper(),
        rsvp=(prop.param("RSVP") or "").upper() == "TRUE",
        schedule_agent=(prop.param("SCHEDULE-AGENT") or "SERVER").upper(),
        schedule_status=prop.param("SCHEDULE-STATUS"),
        force_send=prop.param("SCHEDULE-FORCE-SEND"),
    )


def read_organizer(prop: Property) -> Organizer:
    """The organizer of an ORGANIZER line."""
    sent_by = prop.param("SENT-BY")
    return Organizer(
        address=address_of(prop),
        cn=prop.param("CN"),
        schedule_agent=(prop.param("SCHEDULE-AGENT") or "SERVER").upper(),
        sent_by=normalise_address(sent_by) if sent_by else None,
        schedule_status=prop.param("SCHEDULE-STATUS"),
        force_send=prop.param("SCHEDULE-FORCE-SEND"),
    )


_ANY_TIME = datetime(1, 1, 2, tzinfo=UTC)


def _span(
    root: Component, instances: list[Instance], recurs: bool, every: RecurrenceSet | None
) -> tuple[datetime, datetime | None]:
    if recurs:
        return span(root if every is None else every)
    ends = [each.end if each.end is not None else end_of(each.start, None, None) for each in instances]
    bounds = [bound for bound in (*(each.start for each in instances), *ends) if bound is not None]
    if not bounds:
        return _ANY_TIME, None  # a task without dates matches every time (RFC 4791 §9.9)
    return bounds_of(bounds)


def bounds_of(moments: Collection[Moment]) -> tuple[datetime, datetime]:
    """The first and the last of these moments in UTC, wherever floating ones and dates are read."""
    widened = [_widened(each) for each in moments]
    return min(early for early, _ in widened), max(late for _, late in widened)


def _widened(value: Moment) -> tuple[datetime, datetime]:
    instant = utc_of(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return instant, instant
    try:
        return instant - FARTHEST_WEST, instant + FARTHEST_EAST
    except OverflowError:
        return instant, instant

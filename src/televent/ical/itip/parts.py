"""The components of one calendar object by occurrence, and their values for iTIP: RFC 5546 §2.1.5, §3.7.1.

An occurrence is named by its canonical recurrence id: the instant in UTC for date-times, the date for all-day
events, the wall clock for floating ones. None names the master.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from televent.ical.itip.moments import Zones, moment_of, span_of, written_zone
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, canonical

SCHEDULED: Final = ("VEVENT", "VTODO", "VJOURNAL")
_NOT_OF_AN_OCCURRENCE: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")


@dataclass(slots=True)
class Parts:
    """The components of one calendar object. They are those of *root*: an edit of one edits *root*."""

    root: Component
    kind: str
    uid: str
    master: Component | None
    overrides: dict[str, Component]
    zones: Zones = field(repr=False)
    _asked: dict[int, dict[str, Property]] = field(default_factory=dict, repr=False)
    _written: dict[tuple[str, int], Component | None] = field(default_factory=dict, repr=False)

    def items(self) -> Iterator[tuple[str | None, Component]]:
        """(occurrence, component): the master first."""
        if self.master is not None:
            yield None, self.master
        yield from self.overrides.items()

    def get(self, rid: str | None) -> Component | None:
        """The occurrence's own component (None: the master); None where it has none."""
        return self.master if rid is None else self.overrides.get(rid)

    def attendees(self, component: Component) -> dict[str, Property]:
        """ATTENDEE lines of one of these components by address, read once. For callers that do not edit them."""
        found = self._asked.get(id(component))
        if found is None:
            found = self._asked[id(component)] = attendees_of(component)
        return found

    def zone_written(self, tzid: str, first: Moment) -> Component | None:
        """A VTIMEZONE for *tzid* with the rules of *first* and later, written once; None where no zone has the name."""
        key = (tzid, first.year)
        if key not in self._written:
            self._written[key] = written_zone(tzid, first)
        found = self._written[key]
        return found.copy() if found is not None else None

    def moment(self, prop: Property) -> Moment | None:
        """The value of a date or date-time property; None where it has no readable one."""
        return moment_of(prop, self.zones)

    def moments(self, component: Component, name: str) -> set[str]:
        """The canonical ids in the EXDATEs or RDATEs (name) of a component; a PERIOD counts by its start."""
        return {canonical(moment) for _, moment in self.listed(component, name)}

    def listed(self, component: Component, name: str) -> Iterator[tuple[Property, Moment]]:
        """Each single value of the properties *name*, with the property that holds it."""
        for prop in component.all(name):
            for value in prop.value.split(","):
                moment = moment_of(prop, self.zones, value.partition("/")[0])
                if moment is not None:
                    yield prop, moment

    def start(self, component: Component) -> Moment | None:
        """DTSTART, or DUE of a to-do that has none."""
        prop = component.get("DTSTART") or component.get("DUE")
        return self.moment(prop) if prop is not None else None

    def times(self, component: Component) -> tuple[Moment | None, Moment | None]:
        """Start and end."""
        return span_of(component, self.zones)

    @staticmethod
    def moment_named(rid: str) -> datetime | None:
        """The instant of a recurrence id, dates and floating times taken as UTC; None for what is none."""
        shape = "%Y%m%d" if "T" not in rid else "%Y%m%dT%H%M%SZ" if rid.endswith("Z") else "%Y%m%dT%H%M%S"
        try:
            return datetime.strptime(rid, shape).replace(tzinfo=UTC)
        except ValueError:
            return None

    def span(self, component: Component) -> tuple[str | None, str | None]:
        """Start and end as canonical ids, so that two spellings of one instant are equal."""
        start, end = span_of(component, self.zones)
        return (canonical(start) if start is not None else None, canonical(end) if end is not None else None)

    def resolve(self, prop: Property) -> str | None:
        """The occurrence that a RECURRENCE-ID names, in the terms of this object's master.

        Exchange names the occurrences of an all-day series by a zoned date-time, Google those of a zoned series
        in UTC (SPEC B4); others send a bare date for a timed series.
        """
        moment = self.moment(prop)
        return self.known_as(moment) if moment is not None else None

    def known_as(self, moment: Moment) -> str:
        """*moment* as an occurrence of this object's master would be named."""
        start = self.start(self.master) if self.master is not None else None
        if start is None:
            return canonical(moment)
        if not isinstance(start, datetime):
            return canonical(moment.date() if isinstance(moment, datetime) else moment)
        if not isinstance(moment, datetime):
            return canonical(datetime.combine(moment, start.timetz()))
        if start.tzinfo is None and moment.tzinfo is not None:
            return canonical(moment.replace(tzinfo=None))
        if start.tzinfo is not None and moment.tzinfo is None:
            return canonical(moment.replace(tzinfo=start.tzinfo))
        return canonical(moment)

    def add(self, rid: str | None, component: Component) -> None:
        """Adds the component of an occurrence; it replaces the one that was there."""
        old = self.get(rid)
        if old is not None:
            self.root.replace(old, component)
        else:
            self.root.add(component)
        if rid is None:
            self.master = component
        else:
            self.overrides[rid] = component

    def remove(self, rid: str | None) -> None:
        """Removes the component of the occurrence, where it has one."""
        old = self.get(rid)
        if old is None:
            return
        self.root.remove(old)
        if rid is None:
            self.master = None
        else:
            del self.overrides[rid]


def parts_of(text: CalendarText) -> Parts:
    """The components of a text, for reading only: they belong to the text and must not be edited. Raises IcalError."""
    return read_parts(text.tree)


def parts_to_edit(text: CalendarText) -> Parts:
    """The components of a copy of a text, for editing. Raises IcalError."""
    return read_parts(text.copy())


def read_parts(root: Component) -> Parts:
    """The components of a tree. The first of two components for one occurrence counts (a second master is no update).

    Raises :class:`InvalidCalendarData` where nothing in it can be scheduled.
    """
    found = [sub for sub in root.components() if sub.name in SCHEDULED]
    if not found:
        raise InvalidCalendarData("There is no event, to-do or journal entry in this object.")
    kind = found[0].name
    uid = uid_of(found[0])
    parts = Parts(root, kind, uid, None, {}, Zones(root))
    same = [each for each in found if each.name == kind and uid_of(each) == uid]
    for component in same:
        if component.get("RECURRENCE-ID") is None and parts.master is None:
            parts.master = component
    for component in same:
        prop = component.get("RECURRENCE-ID")
        rid = parts.resolve(prop) if prop is not None else None
        if rid is not None:
            parts.overrides.setdefault(rid, component)
    return parts


def uid_of(component: Component) -> str:
    """The UID without the blanks that some clients write around it; empty where there is none."""
    prop = component.get("UID")
    return prop.value.strip() if prop is not None else ""


def sequence_of(component: Component | None) -> int:
    """SEQUENCE; 0 where it is missing or no number (RFC 5545 §3.8.7.4)."""
    prop = component.get("SEQUENCE") if component is not None else None
    text = prop.value.strip() if prop is not None else ""
    return int(text) if text.isdigit() and len(text) < 19 else 0


def dtstamp_of(component: Component, zones: Zones) -> datetime | None:
    """DTSTAMP in UTC (a floating one is taken as UTC); None where there is none."""
    prop = component.get("DTSTAMP")
    moment = moment_of(prop, zones) if prop is not None else None
    if not isinstance(moment, datetime):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def text_of(component: Component, name: str) -> str:
    """The raw value of a property; empty where there is none."""
    prop = component.get(name)
    return prop.value if prop is not None else ""


def is_cancelled(component: Component) -> bool:
    """Whether STATUS is CANCELLED."""
    return text_of(component, "STATUS").strip().upper() == "CANCELLED"


def line(name: str, value: str, params: Mapping[str, str] | None = None, ending: bytes = b"\r\n") -> Property:
    """A property whose parameters have one value each."""
    return Property.of(name, value, [(key, (each,)) for key, each in (params or {}).items()], ending=ending)


def spelled(parts: Parts, rid: str) -> tuple[dict[str, str], str] | None:
    """How the master of *parts* writes the occurrence *rid*: parameters and value, of DTSTART's type and TZID.

    None where there is no master, or *rid* is no recurrence id of its kind.
    """
    if parts.master is None:
        return None
    head = parts.master.get("DTSTART") or parts.master.get("DUE")
    start = parts.start(parts.master)
    if head is None or start is None:
        return None
    named = parts.moment_named(rid)
    if named is None:
        return None
    if not isinstance(start, datetime):
        return {"VALUE": "DATE"}, named.strftime("%Y%m%d")
    tzid = head.param("TZID")
    if start.tzinfo is not None and not rid.endswith("Z"):
        return None
    if start.tzinfo is None or head.value.strip().endswith("Z"):
        return {}, rid
    wall = named.astimezone(start.tzinfo)
    return ({"TZID": tzid} if tzid else {}), wall.strftime("%Y%m%dT%H%M%S")


def occurrence(parts: Parts, rid: str) -> Component | None:
    """A component for the occurrence *rid* as the master describes it: an override that changes nothing."""
    spelling = spelled(parts, rid)
    master = parts.master
    if spelling is None or master is None:
        return None
    params, value = spelling
    fresh = master.copy()
    for name in _NOT_OF_AN_OCCURRENCE:
        for prop in fresh.all(name):
            fresh.remove(prop)
    head = master.get("DTSTART") or master.get("DUE")
    start = parts.start(master)
    assert head is not None
    assert start is not None
    moved_to = moment_of(line(head.name, value, params), parts.zones)
    for name in ("DTSTART", "DTEND", "DUE"):
        standing = fresh.get(name)
        if standing is None:
            continue
        shifted: Property | None = line(name, value, params, master.ending)
        if name != head.name:
            shifted = _shifted(standing, start, moved_to) if moved_to is not None else None
        if shifted is not None:
            fresh.replace(standing, shifted)
    fresh.add(line("RECURRENCE-ID", value, params, master.ending))
    return fresh


def _shifted(prop: Property, start: Moment, moved_to: Moment) -> Property | None:
    """The end of an occurrence that starts at *moved_to*: the master's end, moved by the same wall clock time."""
    value = prop.value.strip()
    shape = "%Y%m%d" if "T" not in value else "%Y%m%dT%H%M%SZ" if value.endswith("Z") else "%Y%m%dT%H%M%S"
    try:
        end = datetime.strptime(value, shape)  # noqa: DTZ007 (the wall clock of its TZID)
        by = _wall(moved_to) - _wall(start)
        if value.endswith("Z") and isinstance(start, datetime) and isinstance(moved_to, datetime):
            # Within one zone Python subtracts wall clocks; an end in UTC must move by the real time between the two.
            by = _wall(moved_to.astimezone(UTC)) - _wall(start.astimezone(UTC)) if start.tzinfo else by
        return prop.with_value((end + by).strftime(shape))
    except (ValueError, OverflowError, TypeError):
        return None


def _wall(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 (a wall clock)

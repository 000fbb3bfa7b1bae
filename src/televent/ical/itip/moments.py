"""Dates and times of a component, in the zones that their TZIDs name: RFC 5545 §3.3, SPEC B4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import Moment, duration, end_of, moment
from televent.ical.zones.tzid import resolve, vtimezone


class Zones:
    """The zones that the TZIDs of one object name, each looked up once."""

    def __init__(self, root: Component) -> None:
        self._root = root
        self._known: dict[str, tzinfo | None] = {}

    def get(self, tzid: str) -> tzinfo | None:
        """The zone; None for an unknown one, whose times are then floating."""
        if tzid not in self._known:
            self._known[tzid] = resolve(tzid, self._root)
        return self._known[tzid]


def written_zone(tzid: str, first: Moment) -> Component | None:
    """A VTIMEZONE for *tzid* with the rules of *first* and later; None where no zone has that name."""
    since = datetime(first.year, 1, 1, tzinfo=UTC)
    try:
        written = vtimezone(tzid, since - timedelta(days=366), None)
        return parse(b"BEGIN:VCALENDAR\r\n" + written + b"END:VCALENDAR\r\n").components("VTIMEZONE")[0]
    except (IcalError, KeyError, ValueError, OverflowError, OSError, IndexError):
        return None


def moment_of(prop: Property, zones: Zones, value: str | None = None) -> Moment | None:
    """The DATE or DATE-TIME value of *prop* (or *value*, one of its list); None where it is none.

    A final Z counts before TZID (SPEC B4). Aware for zoned and UTC times, naive for floating ones.
    """
    tzid = prop.param("TZID")
    return moment(prop.value if value is None else value, zones.get(tzid) if tzid else None)


def span_of(component: Component, zones: Zones) -> tuple[Moment | None, Moment | None]:
    """Start and end: DTEND, DUE or DURATION, else the default of RFC 5545 §3.6.1."""
    head = component.get("DTSTART")
    tail = component.get("DTEND") or component.get("DUE")
    start = moment_of(head, zones) if head is not None else None
    end = moment_of(tail, zones) if tail is not None else None
    return start, end_of(start, end, duration(component.value("DURATION") or ""))

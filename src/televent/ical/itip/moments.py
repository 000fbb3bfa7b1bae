"""Dates and times of a component as Python values, whatever zone their TZID names: RFC 5545 §3.3, SPEC B4."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from televent.ical.tree import Component, Property

Moment = datetime | date
_VALUE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?\Z")
_DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?\Z"
)


class Zones:
    """The zones that the TZIDs of one object name, each looked up once."""

    def __init__(self, root: Component) -> None:
        self._root = root
        self._known: dict[str, tzinfo | None] = {}

    def get(self, tzid: str) -> tzinfo | None:
        """The zone; None for one that nobody knows, whose times are then floating."""
        if tzid not in self._known:
            self._known[tzid] = _resolved(tzid, self._root)
        return self._known[tzid]


def _resolved(tzid: str, root: Component) -> tzinfo | None:
    try:
        return ZoneInfo(tzid)
    except Exception:
        return None


def written_zone(tzid: str) -> Component | None:
    """A VTIMEZONE for *tzid* with its real rules; None where the time zone database does not know it."""
    return None


def moment_of(prop: Property, zones: Zones, value: str | None = None) -> Moment | None:
    """The DATE or DATE-TIME that *prop* (or *value*, one of its list) says; None where it says none.

    A final Z counts before TZID (SPEC B4). Aware for zoned and UTC times, naive for floating ones.
    """
    found = _VALUE.match((prop.value if value is None else value).strip())
    if found is None:
        return None
    numbers = [int(each) for each in found.groups()[:6] if each]
    try:
        if found[4] is None:
            return date(numbers[0], numbers[1], numbers[2])
        # Second 60 is a leap second (RFC 5545 §3.3.12): read as the one before.
        year, month, day, hour, minute, second = numbers
        wall = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 (its zone follows)
    except ValueError:
        return None
    if found[7]:
        return wall.replace(tzinfo=UTC)
    tzid = prop.param("TZID")
    return wall.replace(tzinfo=zones.get(tzid) if tzid else None)


def duration_of(value: str) -> timedelta | None:
    """A DURATION value (RFC 5545 §3.3.6); None where it is none."""
    found = _DURATION.match(value.strip().upper())
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def span_of(component: Component, zones: Zones) -> tuple[Moment | None, Moment | None]:
    """Start and end: DTEND, DUE or DURATION, else what RFC 5545 §3.6.1 says of an event without them."""
    head = component.get("DTSTART")
    start = moment_of(head, zones) if head is not None else None
    for name in ("DTEND", "DUE"):
        prop = component.get(name)
        if prop is not None and (end := moment_of(prop, zones)) is not None:
            return start, end
    if start is None:
        return None, None
    length = duration_of(component.value("DURATION") or "")
    if length is None:
        length = timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
    try:
        return start, start + length
    except OverflowError:
        return start, None

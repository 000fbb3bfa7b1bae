"""Removes or adds the VTIMEZONEs of a calendar object: RFC 7809 §3.1.3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from televent.ical.text.errors import IcalError, InvalidCalendarData
from televent.ical.text.tree import Component, parse
from televent.ical.text.values import Moment
from televent.ical.zones.moments import moment_of
from televent.ical.zones.tzid import spelled, standard, vtimezone
from televent.ical.zones.tzid import tzid_of as name_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def by_reference(root: Component) -> bool:
    """Removes the VTIMEZONEs of IANA zones from the tree; False where there are none."""
    known = [each for each in root.components("VTIMEZONE") if standard(name_of(each))]
    for each in known:
        root.remove(each)
    return bool(known)


def in_full(root: Component) -> bool:
    """Adds each missing VTIMEZONE before the components that name it; False where none is missing.

    An unknown zone gets none.
    """
    there = {name_of(each) for each in root.components("VTIMEZONE")}
    since: dict[str, Moment] = {}
    for part in root.components():
        for inner in part.walk() if part.name != "VTIMEZONE" else ():
            for prop in inner.properties:
                tzid = spelled(prop.param("TZID") or "")
                if not tzid or tzid in there:
                    continue
                found = moment_of(prop, root, {}) or _EPOCH
                since[tzid] = min(since.get(tzid, found), found, key=lambda moment: moment.year)
    zones = [zone for tzid, first in since.items() if (zone := zone_component(tzid, first)) is not None]
    place = next((n for n, each in enumerate(root.entries) if isinstance(each, Component)), len(root.entries))
    root.entries[place:place] = zones
    return bool(zones)


def zone_component(tzid: str, first: Moment = _EPOCH) -> Component | None:
    """A VTIMEZONE with the rules of that year and later; None where no zone has that name."""
    text = zone_text(tzid, first)
    return parse(text).components("VTIMEZONE")[0] if text is not None else None


def zone_text(tzid: str, first: Moment = _EPOCH) -> bytes | None:
    """An iCalendar object with that one VTIMEZONE, as in CALDAV:calendar-timezone (RFC 4791 §5.2.2)."""
    try:
        written = vtimezone(tzid, datetime(max(first.year - 1, 1), 1, 1, tzinfo=UTC), None)
    except (KeyError, ValueError, OSError):
        return None
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Televent//Calendar 1.0//EN\r\n"
    return head + written + b"END:VCALENDAR\r\n"


def check_zone(text: bytes) -> None:
    """Raises InvalidCalendarData for a text that is no CALDAV:calendar-timezone (RFC 4791 §5.2.2)."""
    if tzid_of(text) is None:
        raise InvalidCalendarData("an object with exactly one VTIMEZONE is needed")


def tzid_of(text: bytes) -> str | None:
    """The TZID of an iCalendar object that contains one VTIMEZONE and no other component; None for other texts.

    CALDAV:calendar-timezone is such an object (RFC 4791 §5.2.2).
    """
    try:
        root = parse(text)
    except IcalError:
        return None
    zones = root.components("VTIMEZONE")
    if root.name != "VCALENDAR" or len(zones) != 1 or len(root.components()) != 1:
        return None
    return (zones[0].value("TZID") or "").strip() or None

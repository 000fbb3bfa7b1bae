"""Translates vCalendar 1.0 (text/x-vcalendar) into iCalendar 2.0.

Source: versit Consortium, "vCalendar: The Electronic Calendaring and Scheduling Exchange Format, Version 1.0"
(18 September 1996), §2 (encoding, properties) and §3; RFC 5545 for the result. Old phones, organizers and groupware
write vCalendar 1.0, most of them with quoted-printable texts. The translation is pure and bounded. A text whose times
would have to be guessed is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import icalendar

from televent.ical.editing.compose import bytes_of, new_calendar
from televent.ical.itip.normalise import MAX_COMPONENTS, MAX_MESSAGE, decoded
from televent.ical.mending.composing import add, component
from televent.ical.mending.logical_lines import LogicalLine, logical_lines
from televent.ical.mending.vcalendar1_alarms import ALARMS, alarm
from televent.ical.mending.vcalendar1_people import person, status
from televent.ical.mending.vcalendar1_rules import rrule
from televent.ical.mending.vcalendar1_zones import Zone, zone_of
from televent.ical.text.errors import InvalidCalendarData, TooLarge
from televent.ical.text.values import Moment, escape, moment, written

_VERSION_1: Final = re.compile(rb"^VERSION(?:;[^:\r\n]*)?:[ \t]*1\.0[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_VERSION_2: Final = re.compile(rb"^VERSION(?:;[^:\r\n]*)?:[ \t]*2\.0[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_KINDS: Final = frozenset({"VEVENT", "VTODO"})
_TEXTS: Final = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "CLASS"})
_LISTS: Final = frozenset({"CATEGORIES", "RESOURCES"})
_AS_THEY_ARE: Final = frozenset({"UID", "URL", "PRIORITY", "SEQUENCE", "RELATED-TO"})
_STAMPS: Final = {"DCREATED": "CREATED", "LAST-MODIFIED": "LAST-MODIFIED", "COMPLETED": "COMPLETED"}
_NO_STAMP: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""DTSTAMP of a text without any: the earliest time, so that every later message counts as newer."""
MAX_ALARMS: Final = 20
"""Max alarms of one event; further ones are dropped."""


@dataclass(slots=True)
class _Source:
    """A component with its lines."""

    kind: str
    lines: list[LogicalLine] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((line.value for line in self.lines if line.name.upper() == name), None)

    def values(self, name: str) -> list[str]:
        return [line.value for line in self.lines if line.name.upper() == name]


def is_vcalendar1(data: bytes, *, labelled: bool = False) -> bool:
    """True for a text with VERSION:1.0, or without VERSION and labelled text/x-vcalendar."""
    return _VERSION_2.search(data) is None and (labelled or _VERSION_1.search(data) is not None)


def translated(data: bytes, *, method: str | None = None, charset: str | None = None) -> bytes:
    """A vCalendar 1.0 text as one iCalendar 2.0 VCALENDAR. The same text gives the same bytes.

    vCalendar 1.0 has no METHOD. ``method`` is the MIME parameter. Without it a text with an organizer and an unanswered
    attendee is a REQUEST. Raises InvalidCalendarData where the text is no vCalendar or has no equivalent in
    iCalendar, TooLarge beyond our bounds.
    """
    if len(data) > MAX_MESSAGE:
        raise TooLarge(f"more than {MAX_MESSAGE} bytes")
    head, parts = _read(logical_lines(decoded(data, charset), keep_blank=True))
    root = new_calendar()
    try:
        zone = zone_of(head.value("TZ"), head.values("DAYLIGHT"))
        made = [_translated(part, zone) for part in parts]
    except OverflowError as error:
        raise InvalidCalendarData("a time after the last supported day") from error
    itip_method = head.value("METHOD") or method or ("REQUEST" if any(_asks(part) for part in made) else None)
    if itip_method is not None:
        add(root, "METHOD", itip_method.strip().upper())
    if zone is not None and any(_named(part) for part in made):
        root.add_component(zone.component())
    for part in made:
        root.add_component(part)
    return bytes_of(root)


def _read(lines: Sequence[LogicalLine]) -> tuple[_Source, list[_Source]]:
    """The calendar's own lines and its events and to-dos; one that the end of the text cuts off is left out."""
    head, parts = _Source("VCALENDAR"), list[_Source]()
    stack: list[_Source] = []
    for line in lines:
        name, value = line.name.upper(), line.value.strip().upper()
        if name == "BEGIN":
            if not stack and (value != "VCALENDAR" or head.lines):
                continue
            stack.append(head if not stack else _Source(value))
            if len(stack) > 8:
                raise TooLarge("components more than 8 deep")
        elif name == "END":
            if stack and stack[-1].kind == value:
                closed = stack.pop()
                if len(stack) == 1 and closed.kind in _KINDS:
                    parts.append(closed)
        elif stack:
            stack[-1].lines.append(line)
    if not parts:
        raise InvalidCalendarData("no event or to-do in this vCalendar")
    if len(parts) > MAX_COMPONENTS:
        raise TooLarge(f"more than {MAX_COMPONENTS} components")
    return head, parts


def _translated(source: _Source, zone: Zone | None) -> icalendar.Component:
    part = component(source.kind)
    start = _moment(source.value("DTSTART"), "DTSTART")
    if not (source.value("UID") or "").strip():
        content = "\n".join(f"{line.name}{line.params}:{line.value}" for line in source.lines)
        add(part, "UID", f"{hashlib.sha256(content.encode()).hexdigest()[:40]}@vcalendar")
    add(part, "DTSTAMP", written(_stamp(source, zone)))
    # A recurring time keeps its zone; a single one becomes UTC, which every client reads alike.
    repeats = any(source.values(name) for name in ("RRULE", "RDATE"))
    for name in ("DTSTART", "DTEND", "DUE"):
        value = _moment(source.value(name), name)
        if value is not None:
            _put_moments(part, name, [value], zone, repeats)
    for name in ("RDATE", "EXDATE"):
        for listed in source.values(name):
            values = [_moment(each, name) for each in re.split("[;,]", listed) if each.strip()]
            _put_moments(part, name, [each for each in values if each is not None], zone, repeats)
    if source.value("EXRULE") is not None:
        raise InvalidCalendarData("an EXRULE, which iCalendar no longer has (RFC 5545 §A.2)")
    for rule in source.values("RRULE"):
        if start is None:
            raise InvalidCalendarData("a rule without DTSTART")
        naive = start.replace(tzinfo=None) if isinstance(start, datetime) else start
        add(part, "RRULE", rrule(rule, naive, lambda end: _until(end, start, zone)))
    for line in source.lines:
        _put(part, line, source)
    alarms = [line for line in source.lines if line.name.upper() in ALARMS][:MAX_ALARMS]
    for line in alarms:
        found = alarm(line, start, zone, source.value("SUMMARY") or "")
        if found is not None:
            part.add_component(found)
    return part


def _put(part: icalendar.Component, line: LogicalLine, source: _Source) -> None:
    """One property whose meaning does not depend on others."""
    name, value = line.name.upper(), line.value
    if name in _TEXTS:
        add(part, name, escape(_plain(value)))
    elif name in _LISTS:
        add(part, name, ",".join(escape(_plain(each).strip()) for each in re.split(r"(?<!\\);", value) if each.strip()))
    elif name in _AS_THEY_ARE and value.strip():
        add(part, name, value.strip())
    elif name == "TRANSP":
        free = value.strip().upper() not in ("0", "OPAQUE", "")
        add(part, name, "TRANSPARENT" if free else "OPAQUE")
    elif name == "STATUS":
        translated_status = status(value, source.kind)
        if translated_status is not None:
            add(part, name, translated_status)
    elif name == "ATTENDEE":
        for role, address, params in person(line, organized=part.get("ORGANIZER") is not None):
            add(part, role, address, params)
    elif name == "ORGANIZER" and part.get("ORGANIZER") is None:
        # A property of iCalendar, which some programs write into vCalendar 1.0.
        named = LogicalLine(name, f"{line.params};ROLE=ORGANIZER", value)
        for role, address, params in person(named, organized=False)[:1]:
            add(part, role, address, params)
    elif name in _STAMPS:
        when = _moment(value, name)
        if isinstance(when, datetime) and when.tzinfo is not None:
            add(part, _STAMPS[name], written(when))
    elif name.startswith("X-"):
        add(part, name, value)


def _plain(value: str) -> str:
    """A text without the escapes that vCalendar 1.0 programs write; any other backslash stays."""
    return re.sub(r"\\([;,\\nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _moment(value: str | None, name: str) -> Moment | None:
    """The value as a moment, naive for a time in the vCalendar's zone. Raises InvalidCalendarData where it is none."""
    if value is None or not value.strip():
        return None
    text = value.strip().upper()
    midnight = re.sub(r"T240000(?=Z?\Z)", "T000000", text)
    found = moment(midnight)
    if found is None:
        raise InvalidCalendarData(f"{name} is no date or time: {text[:30]!r}")
    return found + timedelta(days=1) if midnight != text else found


def _put_moments(
    part: icalendar.Component, name: str, values: Sequence[Moment], zone: Zone | None, repeats: bool
) -> None:
    """Adds dates as dates and UTC as UTC. Other times get the zone or become UTC; without a zone they float."""
    for value in values:
        if not isinstance(value, datetime):
            add(part, name, written(value), {"VALUE": ["DATE"]})
        elif value.tzinfo is not None or zone is None:
            add(part, name, written(value))
        elif repeats:
            add(part, name, written(value), {"TZID": [zone.tzid]})
        else:
            add(part, name, written(zone.utc(value)))


def _until(end: Moment, start: Moment, zone: Zone | None) -> str:
    """RFC 5545 §3.3.10: a date for dates, floating for floating times, UTC for all others."""
    if not isinstance(start, datetime):
        return written(end)[:8]
    if not isinstance(end, datetime):
        end = datetime(end.year, end.month, end.day, 23, 59, 59)  # noqa: DTZ001 (on the clock of the start)
    if start.tzinfo is None and zone is None:
        return written(end.replace(tzinfo=None))
    if end.tzinfo is None:
        end = zone.utc(end) if zone is not None else end.replace(tzinfo=UTC)
    return written(end)


def _stamp(source: _Source, zone: Zone | None) -> datetime:
    for name in ("LAST-MODIFIED", "DCREATED"):
        found = moment((source.value(name) or "").strip())
        if isinstance(found, datetime):
            return found if found.tzinfo is not None else zone.utc(found) if zone is not None else _NO_STAMP
    return _NO_STAMP


def _asks(part: icalendar.Component) -> bool:
    """True for a meeting with an attendee who has not answered."""
    people = part.get("ATTENDEE", [])
    people = people if isinstance(people, list) else [people]
    return part.get("ORGANIZER") is not None and any(each.params.get("PARTSTAT") == "NEEDS-ACTION" for each in people)


def _named(part: icalendar.Component) -> bool:
    """True where a property names the zone."""
    return any("TZID" in getattr(value, "params", {}) for _, value in part.property_items(recursive=False))

"""Reads the text of one event of a plain form, several times faster than the tree (RFC 5545 §3.1, §3.4, §3.6.1).

Most stored texts have one VEVENT, names in capitals, one kind of line ending and no blank lines. Such a text is cut
into lines by a single search, and only the values that are asked for are read. Every other text gives None, and the
caller reads it with CalendarText, which stays the reference: both read the same (tests/properties/test_plain_event.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final

from televent.ical.objects.reading import Attendee, Organizer, read_attendee, read_organizer
from televent.ical.recurrence.recurrence_set import MAX_DATES
from televent.ical.rules.rule import parse_rule
from televent.ical.text.errors import IcalError
from televent.ical.text.lines import Params, parse_params
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import Moment, duration, end_of, moment
from televent.ical.zones.tzid import known, spelled

MAX_BYTES: Final = 64 * 1024
"""Max bytes of a plain text."""
MAX_KEPT: Final = 4096
"""Max characters of a line, of a rule or of a VTIMEZONE that is read once for all texts that have it."""
MAX_HEAD: Final = 256
"""Max characters of the lines before the event that are read once for all texts that have them."""
MAX_NAME: Final = 255
"""Max characters of a TZID; a longer one is unknown."""
_LINE: Final = re.compile(r"^([A-Z0-9_.\-]+)(?::(.*)|(;.*))$", re.MULTILINE)
# Up to the next begin or end: a text with many components that end in another spelling would be searched to its end
# from the beginning of each.
_ZONE: Final = re.compile(r"\nBEGIN:VTIMEZONE(?:\n(?!BEGIN:VTIMEZONE\n|END:VTIMEZONE\n).*+)++\nEND:VTIMEZONE(?=\n)")
_ALARM: Final = re.compile(r"\nBEGIN:VALARM((?:\n(?!BEGIN:|END:).*+)++)\nEND:VALARM(?=\n)")
_ONE: Final = re.compile(r";([A-Z0-9\-]+)=([A-Za-z0-9/_+.\-]+):")
_FIRST: Final = "BEGIN:VCALENDAR\n"
_EVENT: Final = "\nBEGIN:VEVENT\n"
_LAST: Final = "\nEND:VEVENT\nEND:VCALENDAR\n"

Line = tuple[str, str, str]
"""A line's name; its value, where it has no parameters; else the rest of it, which begins with a semicolon."""
Lines = dict[str, Line]
"""The first line of each name."""


class PlainEvent:
    """The one VEVENT of a plain text. ``start`` and ``end`` are those of Instance; ``end`` is exclusive."""

    __slots__ = ("_every", "_first", "alarms", "end", "recurs", "start", "tzid", "uid")

    uid: str
    start: Moment
    end: Moment
    tzid: str | None
    recurs: bool
    alarms: tuple[Lines, ...]
    _every: list[Line]
    _first: Lines

    def value(self, name: str) -> str:
        """The raw value of the first property of that name; "" where there is none."""
        line = self._first.get(name)
        if line is None:
            return ""
        return line[1] if not line[2] else _parsed(line[2])[1]

    def all(self, name: str) -> list[Property]:
        """Every property of that name."""
        if name not in self._first:
            return []
        return [_property(each) for each in self._every if each[0] == name]

    def attendees(self) -> list[Attendee]:
        """The ATTENDEE lines."""
        if "ATTENDEE" not in self._first:
            return []
        return [_attendee(_rest(each)) for each in self._every if each[0] == "ATTENDEE"]

    def organizer(self) -> Organizer | None:
        """The ORGANIZER."""
        line = self._first.get("ORGANIZER")
        return None if line is None else _organizer(_rest(line))

    def moments(self, name: str) -> list[Moment]:
        """The values of all lines of dates or times (EXDATE, RDATE); a PERIOD counts by its start."""
        found = []
        for each in self.all(name):
            zone = _zone(each.param("TZID"))
            read = (moment(value.partition("/")[0], zone) for value in each.value.split(","))
            found += [value for value in read if value is not None]
        return found

    def alarm_lines(self) -> Sequence[tuple[str, str, str | None]]:
        """ACTION, TRIGGER and RELATED of each VALARM that has a TRIGGER."""
        found = []
        for alarm in self.alarms:
            trigger = alarm.get("TRIGGER")
            if trigger is not None:
                line, action = _property(trigger), alarm.get("ACTION")
                found.append((_value(action) if action is not None else "", line.value, line.param("RELATED")))
        return found

    def alarm_parts(self) -> list[Component]:
        """The VALARMs, each with the first property of each name."""
        found = []
        for alarm in self.alarms:
            part = Component.new("VALARM")
            part.entries += map(_property, alarm.values())
            found.append(part)
        return found


def plain_event(raw: bytes) -> PlainEvent | None:
    """The event of a text; None where the text is not plain, also where the reference would refuse it."""
    cut = _cut(raw)
    if cut is None:
        return None
    block, alarms = cut
    every: list[Line] = _LINE.findall(block)
    if len(every) != block.count("\n") + 1:
        return None
    # The first of two lines with one name counts.
    first = {each[0]: each for each in reversed(every)}
    if "RECURRENCE-ID" in first or "BEGIN" in first or "END" in first:
        return None
    event = PlainEvent()
    event._every, event._first, event.alarms = every, first, alarms
    event.uid = event.value("UID").strip()
    return event if event.uid and _timed(event, first) else None


def _cut(raw: bytes) -> tuple[str, tuple[Lines, ...]] | None:
    """The lines of the VEVENT, and its alarms."""
    if len(raw) > MAX_BYTES:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.startswith(_FIRST) or "\r" in text or "\n\n" in text:
        return None
    text = text.replace("\n ", "").replace("\n\t", "")
    if "\nBEGIN:VTIMEZONE\n" in text:
        if not all(map(_sound_zone, _ZONE.findall(text))):
            return None
        text = _ZONE.sub("", text)
    head, found, block = text.partition(_EVENT)
    if not found or not block.endswith(_LAST) or not _sound_head(head):
        return None
    block = block[: -len(_LAST)]
    if "\nBEGIN:VALARM\n" not in block:
        return block, ()
    alarms = [_alarm(each[1:]) for each in _ALARM.findall(block + "\n")]
    if None in alarms:
        return None
    return _ALARM.sub("", block + "\n")[:-1], tuple(alarms)  # type: ignore[arg-type]


def _sound_head(head: str) -> bool:
    return _sound_head_once(head) if len(head) <= MAX_HEAD else _sound_lines(head[len(_FIRST) :])


@lru_cache(maxsize=512)
def _sound_head_once(head: str) -> bool:
    """Whether a VCALENDAR may begin so. A program writes the same lines into each of its texts."""
    return _sound_lines(head[len(_FIRST) :])


def _sound_lines(text: str) -> bool:
    """Whether these are content lines, and no component begins or ends in them."""
    found = _LINE.findall(text)
    return len(found) == text.count("\n") + 1 and not any(each[0] in ("BEGIN", "END") for each in found)


def _alarm(text: str) -> Lines | None:
    if not _sound_lines(text):
        return None
    return {each[0]: each for each in reversed(_LINE.findall(text))}


def _sound_zone(block: str) -> bool:
    return _sound_zone_once(block) if len(block) <= MAX_KEPT else False


@lru_cache(maxsize=512)
def _sound_zone_once(block: str) -> bool:
    """Whether it is a VTIMEZONE that can be parsed. Calendar apps write the same one into each of their texts."""
    try:
        root = parse(f"BEGIN:VCALENDAR{block}\nEND:VCALENDAR\n".encode())
    except IcalError:
        return False
    return [each.name for each in root.components()] == ["VTIMEZONE"]


def _timed(event: PlainEvent, first: Lines) -> bool:
    """Reads the times of an event; False where the reference would refuse them, or needs the text's own VTIMEZONE."""
    head = first.get("DTSTART")
    if head is None:
        return False
    zones_known, event.tzid, start = _moment(head)
    if start is None or not zones_known:
        return False
    until: Moment | None = None
    tail = first.get("DTEND")
    if tail is not None:
        zones_known, _, until = _moment(tail)
        if until is None or not zones_known:
            return False
    length = first.get("DURATION")
    event.start = start
    end = end_of(start, until, duration(_value(length)) if length is not None else None)
    assert end is not None
    event.end = end
    event.recurs = "RRULE" in first or "RDATE" in first
    return _sound_series(event, first) if event.recurs or "EXDATE" in first else True


def _moment(line: Line) -> tuple[bool, str | None, Moment | None]:
    """Whether the line's zone is known without a VTIMEZONE; the zone's name; the value."""
    if not line[2]:
        return True, None, moment(line[1])
    params, value = _parsed(line[2])
    tzid = _param(params, "TZID")
    zone = _zone(tzid)
    return tzid is None or zone is not None, tzid, moment(value, zone)


def _sound_series(event: PlainEvent, first: Lines) -> bool:
    """Whether the reference would read the rules and dates of the series, and no zone is only known to the text."""
    dates = 0
    for name in ("RDATE", "EXDATE"):
        for each in event.all(name):
            tzid = each.param("TZID")
            if tzid is not None and _zone(tzid) is None:
                return False
            dates += each.value.count(",") + 1
    if dates > MAX_DATES:
        return False
    if "RRULE" not in first:
        return True
    zone = event.start.tzinfo if isinstance(event.start, datetime) else None
    return all(_sound_rule(each.value, zone) for each in event.all("RRULE"))


def _sound_rule(text: str, zone: tzinfo | None) -> bool:
    return len(text) <= MAX_KEPT and _sound_rule_once(text, zone)


@lru_cache(maxsize=1024)
def _sound_rule_once(text: str, zone: tzinfo | None) -> bool:
    try:
        parse_rule(text, zone)
    except IcalError:
        return False
    return True


def _zone(tzid: str | None) -> tzinfo | None:
    """The zone that everybody knows by that TZID; None also for one that is only in the text."""
    name = spelled(tzid) if tzid is not None else ""
    return known(name) if name and len(name) <= MAX_NAME else None


def _value(line: Line) -> str:
    return _parsed(line[2])[1] if line[2] else line[1]


def _rest(line: Line) -> str:
    """All of a line after its name."""
    return line[2] or f":{line[1]}"


def _parsed(rest: str) -> tuple[Params, str]:
    """``parse_params``; at once for a single parameter without escapes, quotation marks and blanks."""
    one = _ONE.match(rest)
    return (((one[1], (one[2],)),), rest[one.end() :]) if one is not None else parse_params(rest)


def _param(params: Params, name: str) -> str | None:
    return next((values[0] for key, values in params if key == name and values), None)


def _property(line: Line) -> Property:
    return Property(b"", _rest(line).encode(), line[0], 0)


def _attendee(rest: str) -> Attendee:
    return _attendee_once(rest) if len(rest) <= MAX_KEPT else read_attendee(_property(("ATTENDEE", "", rest)))


@lru_cache(maxsize=4096)
def _attendee_once(rest: str) -> Attendee:
    """An attendee. The copies of a meeting have the same lines."""
    return read_attendee(Property(b"", rest.encode(), "ATTENDEE", 0))


def _organizer(rest: str) -> Organizer:
    return read_organizer(Property(b"", rest.encode(), "ORGANIZER", 0))

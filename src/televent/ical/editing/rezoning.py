"""Gives an event another time zone, with the wall clock that it has, and sets the single dates of a series.

RFC 5545 §3.2.19, §3.8.5. All times of the series get the zone together: a RECURRENCE-ID or EXDATE names an occurrence
on the wall clock of the series.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from televent.ical.editing.moving import add_zone, spelling_of, write_times
from televent.ical.itip.parts import Parts
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, moment, written
from televent.ical.text.wall_clock import in_zone, wall_in
from televent.ical.zones.tzid import known

_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")


def zone_named(name: str) -> tzinfo | None:
    """The zone of an IANA name; None for "", which makes times floating. Raises InvalidCalendarData."""
    if not name:
        return None
    zone = known(name)
    if zone is None:
        raise InvalidCalendarData(f"there is no time zone {name[:60]!r}")
    return zone


def set_zone(parts: Parts, name: str, only: Component | None = None) -> None:
    """Writes the times in the zone of that name, "" for floating times. ``only``: the times of one occurrence, which
    still has the name that the series gives it. Raises InvalidCalendarData."""
    new = zone_named(name)
    model = only or parts.master or next(iter(parts.overrides.values()))
    start = parts.start(model)
    if not isinstance(start, datetime):
        return
    names = _TIMES if only is None else _TIMES[:2]
    for part in [only] if only is not None else [each for _, each in parts.items()]:
        for prop in [each for each in part.properties if each.name in names]:
            part.replace(prop, _relabelled(parts, prop, start.tzinfo, new))
        for rule in part.all("RRULE") if only is None else []:
            part.replace(rule, rule.with_value(_until(rule.value, start.tzinfo, new)))
    if isinstance(new, ZoneInfo):
        add_zone(parts, new.key, start)
    parts.overrides = {parts.resolve(each.all("RECURRENCE-ID")[0]) or "": each for each in parts.overrides.values()}


def set_end_zone(parts: Parts, name: str) -> None:
    """Writes the end of the event, or of the series, in a zone of its own. Raises InvalidCalendarData."""
    zone = zone_named(name)
    part = parts.master or next(iter(parts.overrides.values()))
    start, end = parts.times(part)
    if zone is None or not isinstance(end, datetime) or end.tzinfo is None or start is None:
        return
    write_times(parts, part, start, end.astimezone(zone))


def write_dates(parts: Parts, name: str, dates: Sequence[Moment]) -> None:
    """Sets the RDATEs or EXDATEs (``name``) of the series, written as its start is."""
    master = parts.master
    head = master.get("DTSTART") if master is not None else None
    if master is None or head is None:
        raise InvalidCalendarData("the event has no start")
    if sorted(written(each) for _, each in parts.listed(master, name)) == sorted(map(written, dates)):
        return
    master.drop(name)
    for each in dates:
        params, value = spelling_of(each)
        master.add(master.make(name, value, params))


def _relabelled(parts: Parts, prop: Property, old: tzinfo | None, new: tzinfo | None) -> Property:
    tzid = prop.param("TZID")
    zone = parts.zones.get(tzid) if tzid else None
    values = []
    for value in prop.value.split(","):
        first, slash, second = value.partition("/")
        moments = [moment(each, zone) for each in (first, second)]
        shown = [
            _written(each, old, new) if isinstance(each, datetime) else text
            for each, text in zip(moments, (first, second), strict=True)
        ]
        values.append(f"{shown[0]}{slash}{shown[1]}")
    line = prop.with_value(",".join(values))
    if not isinstance(moment(prop.value.split(",")[0].partition("/")[0]), datetime):
        return line
    zoned = isinstance(new, ZoneInfo) and new.key not in ("UTC", "Etc/UTC")
    return line.with_param("TZID", new.key) if zoned and isinstance(new, ZoneInfo) else line.with_param("TZID")


def _written(value: datetime, old: tzinfo | None, new: tzinfo | None) -> str:
    """The value with the same wall clock in the zone ``new``."""
    wall = wall_in(value, old) if value.tzinfo is not None and old is not None else value.replace(tzinfo=None)
    if new is None:
        return spelling_of(wall)[1]
    return spelling_of(in_zone(wall, new))[1]


def _until(rule: str, old: tzinfo | None, new: tzinfo | None) -> str:
    """The rule with its UNTIL at the same wall clock (§3.3.10: in UTC where the series has a zone)."""
    fields = []
    for field in rule.split(";"):
        name, equals, value = field.partition("=")
        until = moment(value) if name.strip().upper() == "UNTIL" else None
        if isinstance(until, datetime):
            wall = wall_in(until, old) if until.tzinfo is not None and old is not None else until.replace(tzinfo=None)
            value = spelling_of(wall if new is None else in_zone(wall, new).astimezone(UTC))[1]
        fields.append(f"{name}{equals}{value}")
    return ";".join(fields)

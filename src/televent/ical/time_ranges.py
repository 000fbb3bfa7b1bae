"""Time ranges of a filter: the tables of RFC 4791 §9.9."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from televent.ical.errors import TooManyInstances
from televent.ical.reading import moment_of, utc_of
from televent.ical.recurrence import Occurrence, each_occurrence, touches
from televent.ical.tree import Component, Property
from televent.ical.values import Moment, duration, end_of, moment, period
from televent.ical.wall_clock import FIRST, LAST, moved
from televent.ical.zones import resolve


@dataclass(frozen=True, slots=True)
class TimeRange:
    """[start, end), aware UTC; None is open (§9.9)."""

    start: datetime | None
    end: datetime | None


def describing(root: Component, name: str, span: TimeRange, zone: tzinfo) -> list[Component]:
    """The components that describe what happens in the range, each once."""
    start, end = bounds(span)
    parts = root.components(name)
    found: list[Component] = []
    if name == "VEVENT":
        # RFC 6638 §2.3: a message about an event need not say when it is; it always matches.
        found = [each for each in parts if each.get("DTSTART") is None]
    if name == "VTODO":
        found = [each for each in parts if _untimed(each) and _todo_in_time(root, each, start, end, zone)]
    # An endless series is asked only until each component that may describe it has been found.
    wanted = [each for each in parts if not _untimed(each) and not (name == "VJOURNAL" and each.get("DTSTART") is None)]
    second = timedelta(seconds=1)
    try:
        for occurrence in each_occurrence(root, moved(start, -second), moved(end, second), floating_zone=zone):
            part = occurrence.component
            if any(part is each for each in wanted) and _overlaps(occurrence, start, end, zone):
                found.append(part)
                wanted = [each for each in wanted if each is not part]
                if not wanted:
                    break
    except TooManyInstances:
        if not found:
            raise
    return found


def _untimed(part: Component) -> bool:
    return part.name == "VTODO" and part.get("DTSTART") is None


def _overlaps(occurrence: Occurrence, start: datetime, end: datetime, zone: tzinfo) -> bool:
    """The tables of §9.9 for an instance that has a start. Those for tasks count the end itself in."""
    part = occurrence.component
    first, last = utc_of(occurrence.start, zone), utc_of(occurrence.end, zone)
    if part.name == "VTODO" and part.get("DUE") is not None:
        return (start < last or start <= first) and (end > first or end >= last)
    if part.name == "VTODO" and part.get("DURATION") is not None:
        return start <= last and (end > first or end >= last)
    if part.name == "VTODO":
        return start <= first < end
    return touches(occurrence.start, occurrence.end, start, end, zone)


def in_time(root: Component, parent: Component, part: Component, span: TimeRange, zone: tzinfo) -> bool:
    start, end = bounds(span)
    if part.name == "VFREEBUSY":
        return _free_busy_in_time(root, part, start, end, zone)
    if part.name == "VALARM":
        return _alarm_in_time(root, parent, part, start, end, zone)
    return part.name != "VTIMEZONE"


def _todo_in_time(root: Component, part: Component, start: datetime, end: datetime, zone: tzinfo) -> bool:
    """The table of §9.9 for a task without DTSTART."""
    due, completed, created = (_instant(root, part, name, zone) for name in ("DUE", "COMPLETED", "CREATED"))
    if due is not None:
        return start < due and end >= due
    if completed is not None and created is not None:
        return (start <= created or start <= completed) and (end >= created or end >= completed)
    if completed is not None:
        return start <= completed and end >= completed
    return end > created if created is not None else True


def _free_busy_in_time(root: Component, part: Component, start: datetime, end: datetime, zone: tzinfo) -> bool:
    first, last = _instant(root, part, "DTSTART", zone), _instant(root, part, "DTEND", zone)
    if first is not None and last is not None:
        return start <= last and end > first
    periods = (period(each) for prop in part.all("FREEBUSY") for each in prop.value.split(","))
    return any(start < utc_of(each[1], zone) and end > utc_of(each[0], zone) for each in periods if each is not None)


def _alarm_in_time(
    root: Component, parent: Component, alarm: Component, start: datetime, end: datetime, zone: tzinfo
) -> bool:
    """A trigger, or a repetition of it, falls into the range, for some instance of the event (§9.9)."""
    trigger = alarm.get("TRIGGER")
    if trigger is None:
        return False
    repeat = duration(alarm.value("DURATION") or "") or timedelta(0)
    count = (alarm.value("REPEAT") or "").strip()
    times = min(int(count), 100) if count.isascii() and count.isdigit() and len(count) < 6 and repeat else 0
    offsets = [repeat * n for n in range(times + 1)]
    absolute = moment(trigger.value)
    if absolute is not None:
        return any(start <= moved(utc_of(absolute, zone), offset) < end for offset in offsets)
    before = duration(trigger.value)
    if before is None:
        return False
    at_end = (trigger.param("RELATED") or "START").upper() == "END"
    reach = abs(before) + abs(offsets[-1]) + timedelta(days=1)
    for occurrence in each_occurrence(root, moved(start, -reach), moved(end, reach), floating_zone=zone):
        if occurrence.component is not parent:
            continue
        anchor = moved(utc_of(occurrence.end if at_end else occurrence.start, zone), before)
        if any(start <= moved(anchor, offset) < end for offset in offsets):
            return True
    return False


def prop_in_time(root: Component, prop: Property, span: TimeRange, zone: tzinfo) -> bool:
    """One of the property's values is in the range; of a period, some part of it."""
    start, end = bounds(span)
    tzid = prop.param("TZID")
    named = resolve(tzid, root) if tzid is not None else None
    for text in prop.value.split(","):
        value, both = moment(text, named), period(text, named)
        if value is not None and start <= utc_of(value, zone) < end:
            return True
        if both is not None and touches(*both, start, end, zone):
            return True
    return False


def effective_end_matches(root: Component, part: Component, name: str, span: TimeRange, zone: tzinfo) -> bool:
    """A range asks for the end that DTSTART and DURATION make, where DTEND or DUE is not written (§9.9)."""
    head, length = part.get("DTSTART"), duration(part.value("DURATION") or "")
    if (part.name, name) not in (("VEVENT", "DTEND"), ("VTODO", "DUE")) or head is None or length is None:
        return False
    value = end_of(moment_of(head, root, {}), None, length)
    start, end = bounds(span)
    return value is not None and start <= utc_of(value, zone) < end


def _instant(root: Component, part: Component, name: str, zone: tzinfo) -> datetime | None:
    prop = part.get(name)
    value: Moment | None = moment_of(prop, root, {}) if prop is not None else None
    return utc_of(value, zone) if value is not None else None


def bounds(span: TimeRange) -> tuple[datetime, datetime]:
    return span.start or FIRST, span.end or LAST

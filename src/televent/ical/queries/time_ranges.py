"""Time ranges of a filter: the tables of RFC 4791 §9.9."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from televent.ical.objects.alarms import Alarm, read_alarm
from televent.ical.recurrence.occurrences import Occurrence, touches
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, duration, end_of, moment, period
from televent.ical.text.wall_clock import FIRST, LAST, moved
from televent.ical.zones.moments import moment_of, utc_of
from televent.ical.zones.tzid import resolve

_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """[start, end), aware UTC; None is open (§9.9)."""

    start: datetime | None
    end: datetime | None


class FilteredObject:
    """One object during one filter: its recurrence set is read once and all ranges of the filter share one budget.

    Floating times are read in ``zone``.
    """

    def __init__(self, root: Component, zone: tzinfo) -> None:
        self.root, self.zone = root, zone
        self._every: RecurrenceSet | None = None

    @property
    def every(self) -> RecurrenceSet:
        """The recurrence set of the object. Raises IcalError."""
        if self._every is None:
            self._every = RecurrenceSet(self.root)
        return self._every

    def within(self, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """The occurrences in [start, end), in no order. Raises TooManyInstances."""
        for occurrence in self.every.instances(start, end):
            if touches(occurrence.start, occurrence.end, start, end, self.zone):
                yield occurrence

    def of(self, part: Component, start: datetime, end: datetime) -> Iterator[tuple[Moment, Moment]]:
        """Start and end of each occurrence of the component in [start, end), and of some outside.

        Raises TooManyInstances.
        """
        every = self.every
        if part.get("RECURRENCE-ID") is not None:
            first, last = every.times(part)
            if first is not None and last is not None:
                yield first, last
            if not any(later.component is part for later in every.later):
                return
        for _, occurrence in every.planned(start, end):
            if occurrence.component is part:
                yield occurrence.start, occurrence.end


def describing(target: FilteredObject, name: str, span: TimeRange) -> list[Component]:
    """The components that describe an occurrence in the range, each once."""
    start, end = bounds(span)
    root, zone = target.root, target.zone
    parts = root.components(name)
    found: list[Component] = []
    if name == "VEVENT":
        # RFC 6638 §2.3: an iTIP message may lack DTSTART; it always matches.
        found = [each for each in parts if each.get("DTSTART") is None]
    if name == "VTODO":
        found = [each for each in parts if _untimed(each) and _todo_in_time(root, each, start, end, zone)]
    # The expansion of an endless series stops once each of these components was found.
    wanted = [each for each in parts if not _untimed(each) and not (name == "VJOURNAL" and each.get("DTSTART") is None)]
    missing = {id(each) for each in wanted}
    second = timedelta(seconds=1)
    try:
        for occurrence in target.within(moved(start, -second), moved(end, second)):
            part = occurrence.component
            if id(part) in missing and _overlaps(occurrence, start, end, zone):
                found.append(part)
                missing.remove(id(part))
                if not missing:
                    break
    except TooManyInstances:
        if not found:
            raise
    return found


def _untimed(part: Component) -> bool:
    return part.name == "VTODO" and part.get("DTSTART") is None


def _overlaps(occurrence: Occurrence, start: datetime, end: datetime, zone: tzinfo) -> bool:
    """The tables of §9.9 for an instance with a start. Those for tasks include the end itself."""
    part = occurrence.component
    first, last = utc_of(occurrence.start, zone), utc_of(occurrence.end, zone)
    if part.name == "VTODO" and part.get("DUE") is not None:
        return (start < last or start <= first) and (end > first or end >= last)
    if part.name == "VTODO" and part.get("DURATION") is not None:
        return start <= last and (end > first or end >= last)
    if part.name == "VTODO":
        return start <= first < end
    return touches(occurrence.start, occurrence.end, start, end, zone)


def in_time(target: FilteredObject, parent: Component, parts: list[Component], span: TimeRange) -> list[Component]:
    """The components of ``parts`` that are in the range. They are in ``parent`` and have one name."""
    start, end = bounds(span)
    if parts and parts[0].name == "VFREEBUSY":
        return [each for each in parts if _free_busy_in_time(target.root, each, start, end, target.zone)]
    if parts and parts[0].name == "VALARM":
        return _alarms_in_time(target, parent, parts, start, end)
    return [each for each in parts if each.name != "VTIMEZONE"]


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


def _is_due(alarm: Alarm, anchor: datetime, start: datetime, end: datetime) -> bool:
    """Whether one of an alarm's times is in [start, end); ``anchor`` is the first."""
    number = max(-((anchor - start) // alarm.repeat), 0) if alarm.repeat else 0
    return number <= alarm.times and start <= moved(anchor, alarm.repeat * number) < end


def _alarms_in_time(
    target: FilteredObject, parent: Component, alarms: list[Component], start: datetime, end: datetime
) -> list[Component]:
    """The alarms with a trigger or a repetition in the range, for any instance of the event (§9.9)."""
    read = [each for each in map(read_alarm, alarms) if each is not None]
    found = {
        id(each.part)
        for each in read
        if each.absolute is not None and _is_due(each, moved(utc_of(each.absolute, target.zone), _NOTHING), start, end)
    }
    waiting = [each for each in read if each.absolute is None]
    if waiting:
        reach = max(abs(each.after) + each.repeat * each.times for each in waiting) + timedelta(days=1)
        for first, last in target.of(parent, moved(start, -reach), moved(end, reach)):
            target.every.budget.spend(len(waiting))
            ends = utc_of(first, target.zone), utc_of(last, target.zone)
            found |= {
                id(each.part) for each in waiting if _is_due(each, moved(ends[each.at_end], each.after), start, end)
            }
            waiting = [each for each in waiting if id(each.part) not in found]
            if not waiting:
                break
    return [each for each in alarms if id(each) in found]


def prop_in_time(root: Component, prop: Property, span: TimeRange, zone: tzinfo) -> bool:
    """True where a value of the property is in the range, or a part of a period."""
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
    """True where the end that DTSTART and DURATION give is in the range; it stands in for DTEND or DUE (§9.9)."""
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
    """Start and end of the range; FIRST and LAST where it is open."""
    return span.start or FIRST, span.end or LAST

"""Does a calendar object match a filter? RFC 4791 §9.7–§9.9.

Filters are values; the door reads them from XML. ``required_span`` tells an index which objects can match at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from typing import Final
from unicodedata import normalize

from televent.ical.errors import TooManyInstances
from televent.ical.reading import moment_of, utc_of
from televent.ical.recurrence import FIRST, LAST, Occurrence, each_occurrence, moved, touches
from televent.ical.tree import Component, Property
from televent.ical.values import Moment, duration, end_of, moment, unescape

COLLATIONS: Final = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


class UnsupportedCollation(Exception):
    """CALDAV:supported-collation (RFC 4791 §7.5.1)."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """[start, end), aware UTC; None is open (§9.9)."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A substring (§9.7.5)."""

    text: str
    collation: str = "i;ascii-casemap"
    negate: bool = False

    def __post_init__(self) -> None:
        if self.collation not in COLLATIONS and self.collation != "default":
            raise UnsupportedCollation(self.collation)

    def matches(self, value: str) -> bool:
        return (_folded(self.text, self.collation) in _folded(value, self.collation)) != self.negate


@dataclass(frozen=True, slots=True)
class ParamFilter:
    name: str
    is_not_defined: bool = False
    text: TextMatch | None = None


@dataclass(frozen=True, slots=True)
class PropFilter:
    """``any_of``: calendar-query-extended's test="anyof"."""

    name: str
    is_not_defined: bool = False
    time_range: TimeRange | None = None
    text: TextMatch | None = None
    params: tuple[ParamFilter, ...] = ()
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class CompFilter:
    name: str
    is_not_defined: bool = False
    time_range: TimeRange | None = None
    props: tuple[PropFilter, ...] = ()
    comps: tuple[CompFilter, ...] = ()
    any_of: bool = False


def matches(root: Component, wanted: CompFilter, floating_zone: tzinfo = UTC) -> bool:
    """``wanted`` is the filter's outermost comp-filter, which names VCALENDAR."""
    if wanted.name.upper() != root.name:
        return wanted.is_not_defined
    return not wanted.is_not_defined and _inside(root, root, wanted, floating_zone)


def required_span(wanted: CompFilter) -> tuple[datetime | None, datetime | None]:
    """Outside this no object can match; (None, None) where the filter says nothing about time."""
    if wanted.any_of:
        return None, None
    spans = [(each.time_range.start, each.time_range.end) for each in wanted.comps if each.time_range is not None]
    if len(spans) != 1 or any(each.is_not_defined for each in wanted.comps):
        return None, None
    return spans[0]


def required_component(wanted: CompFilter) -> str | None:
    """The one kind of component that can match, if the filter names one."""
    kinds = {each.name.upper() for each in wanted.comps if not each.is_not_defined}
    return kinds.pop() if len(kinds) == 1 and not wanted.any_of else None


def _inside(root: Component, part: Component, wanted: CompFilter, zone: tzinfo) -> bool:
    results = chain(
        (_prop_matches(root, part, each, zone) for each in wanted.props),
        (_comp_matches(root, part, each, zone) for each in wanted.comps),
    )
    if not wanted.props and not wanted.comps:
        return True
    return any(results) if wanted.any_of else all(results)


def _comp_matches(root: Component, part: Component, wanted: CompFilter, zone: tzinfo) -> bool:
    name = wanted.name.upper()
    candidates = part.components(name)
    if wanted.is_not_defined:
        return not candidates
    if wanted.time_range is not None:
        candidates = [each for each in candidates if _in_time(root, part, each, wanted.time_range, zone)]
        if part.name == "VCALENDAR" and name in ("VEVENT", "VTODO", "VJOURNAL"):
            # The series and its overrides are one object: the range is that of any instance, the other conditions
            # are those of the component that describes it.
            candidates = _describing(root, name, wanted.time_range, zone)
    return any(_inside(root, each, wanted, zone) for each in candidates)


def _describing(root: Component, name: str, span: TimeRange, zone: tzinfo) -> list[Component]:
    """The components that describe what happens in the range, each once."""
    start, end = _bounds(span)
    parts = root.components(name)
    found: list[Component] = []
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


def _in_time(root: Component, parent: Component, part: Component, span: TimeRange, zone: tzinfo) -> bool:
    start, end = _bounds(span)
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
    for prop in part.all("FREEBUSY"):
        for period in prop.value.split(","):
            begin, _, rest = period.partition("/")
            opened, length = moment(begin), duration(rest)
            closed = moment(rest)
            if opened is None:
                continue
            until = utc_of(closed) if closed is not None else moved(utc_of(opened), length or timedelta(0))
            if start < until and end > utc_of(opened):
                return True
    return False


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


def _prop_matches(root: Component, part: Component, wanted: PropFilter, zone: tzinfo) -> bool:
    candidates = part.all(wanted.name.upper())
    if wanted.is_not_defined:
        return not candidates
    if not candidates and wanted.time_range is not None and wanted.text is None and not wanted.params:
        return _effective_end_matches(root, part, wanted.name.upper(), wanted.time_range, zone)
    return any(_one_prop_matches(root, each, wanted, zone) for each in candidates)


def _effective_end_matches(root: Component, part: Component, name: str, span: TimeRange, zone: tzinfo) -> bool:
    """A range asks for the end that DTSTART and DURATION make, where DTEND or DUE is not written (§9.9)."""
    head, length = part.get("DTSTART"), duration(part.value("DURATION") or "")
    if (part.name, name) not in (("VEVENT", "DTEND"), ("VTODO", "DUE")) or head is None or length is None:
        return False
    value = end_of(moment_of(head, root, {}), None, length)
    start, end = _bounds(span)
    return value is not None and start <= utc_of(value, zone) < end


def _one_prop_matches(root: Component, prop: Property, wanted: PropFilter, zone: tzinfo) -> bool:
    tests: list[bool] = []
    if wanted.time_range is not None:
        start, end = _bounds(wanted.time_range)
        value = moment_of(prop, root, {})
        tests.append(value is not None and start <= utc_of(value, zone) < end)
    if wanted.text is not None:
        tests.append(wanted.text.matches(unescape(prop.value)))
    for each in wanted.params:
        values = prop.param_values(each.name.upper())
        if each.is_not_defined:
            tests.append(not values)
        elif each.text is not None:
            tests.append(any(each.text.matches(value) for value in values))
        else:
            tests.append(bool(values))
    if not tests:
        return True
    return any(tests) if wanted.any_of else all(tests)


def _instant(root: Component, part: Component, name: str, zone: tzinfo) -> datetime | None:
    prop = part.get(name)
    value: Moment | None = moment_of(prop, root, {}) if prop is not None else None
    return utc_of(value, zone) if value is not None else None


def _bounds(span: TimeRange) -> tuple[datetime, datetime]:
    return span.start or FIRST, span.end or LAST


def _folded(text: str, collation: str) -> str:
    if collation == "i;octet":
        return text
    if collation == "i;unicode-casemap":
        # RFC 5051 compares decomposed characters: é as one character and as two is the same.
        return normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(each.lower() if each.isascii() else each for each in text)

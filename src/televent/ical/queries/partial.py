"""Selects the parts of a calendar object that a client requests: CALDAV:calendar-data, RFC 4791 §9.6."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from televent.ical.recurrence.occurrences import Occurrence, occurrences, touches
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, period, written
from televent.ical.zones.moments import moment_of, utc_of

MAX_EXPANDED = 3_000
"""Max instances of an expansion."""
MAX_COPIED = 100_000
"""Max lines that an expansion repeats: else a small text with a thousand alarms and a rule becomes gigabytes."""
MAX_BYTES = 4_000_000
"""Max bytes that an expansion repeats."""


@dataclass(frozen=True, slots=True)
class CompSpec:
    """The properties and components to return (§9.6.1). None: all. A property maps to True if its value is wanted."""

    name: str
    props: dict[str, bool] | None = None
    comps: tuple[CompSpec, ...] | None = None


@dataclass(frozen=True, slots=True)
class DataSpec:
    """A parsed calendar-data element; ranges are (start, end), aware UTC."""

    comp: CompSpec | None = None
    expand: tuple[datetime, datetime] | None = None
    limit_recurrence: tuple[datetime, datetime] | None = None
    limit_freebusy: tuple[datetime, datetime] | None = None

    @property
    def whole(self) -> bool:
        """True where the whole object is requested."""
        return self == DataSpec()


def select(root: Component, spec: DataSpec, floating_zone: tzinfo = UTC) -> bytes:
    """The requested text; ``root`` is not changed. Raises TooManyInstances for too large an expansion."""
    tree = root.copy()
    if spec.expand is not None:
        tree = _expanded(tree, *spec.expand, floating_zone)
    elif spec.limit_recurrence is not None:
        _limit_recurrence(tree, *spec.limit_recurrence, floating_zone)
    if spec.limit_freebusy is not None:
        _limit_freebusy(tree, *spec.limit_freebusy)
    if spec.comp is not None:
        _prune(tree, spec.comp)
    return tree.to_bytes()


def _expanded(tree: Component, start: datetime, end: datetime, zone: tzinfo) -> Component:
    """Each instance as a component in UTC, without rules or time zones (§9.6.5). Components without time stay."""
    instances = occurrences(tree, start, end, floating_zone=zone, limit=MAX_EXPANDED)
    parts = tree.components()
    recurs = any(each.get(name) is not None for each in parts for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    timeless = [each for each in parts if each.name != "VTIMEZONE" and not any(map(each.get, ("DTSTART", "DUE")))]
    tree.remove_if(lambda each: isinstance(each, Component))
    for each in timeless:
        tree.add(each)
    again = _RepeatedCopies()
    for occurrence in instances:
        again.use(occurrence.component)
        tree.add(_single(occurrence, recurs))
    return tree


class _RepeatedCopies:
    """Counts the lines and bytes that are written more than once. The first copy of a component is free."""

    def __init__(self) -> None:
        self._sizes: dict[int, tuple[int, int]] = {}
        self._lines = self._bytes = 0

    def use(self, part: Component) -> None:
        """Counts one copy of a component. Raises TooManyInstances past the limits."""
        known = self._sizes.get(id(part))
        if known is None:
            self._sizes[id(part)] = sum(len(each.entries) + 1 for each in part.walk()), len(part.to_bytes())
            return
        self._lines, self._bytes = self._lines + known[0], self._bytes + known[1]
        if self._lines > MAX_COPIED or self._bytes > MAX_BYTES:
            raise TooManyInstances("the expanded text would be too long")


def _single(occurrence: Occurrence, recurs: bool) -> Component:
    part = occurrence.component.copy()
    dated = part.get("DTEND") or part.get("DUE")
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"):
        part.drop(name)
    if part.get("DTSTART") is not None:
        _put_moment(part, "DTSTART", occurrence.start)
    if dated is not None:
        _put_moment(part, dated.name, occurrence.end)
    if recurs and occurrence.recurrence_id is not None:
        dates = (("VALUE", ("DATE",)),) if len(occurrence.recurrence_id) == 8 else ()
        part.put("RECURRENCE-ID", occurrence.recurrence_id, dates)
    return part


def _put_moment(part: Component, name: str, value: Moment) -> None:
    dates = (("VALUE", ("DATE",)),) if not isinstance(value, datetime) else ()
    part.put(name, written(value), dates)


def _limit_recurrence(tree: Component, start: datetime, end: datetime, zone: tzinfo) -> None:
    """Keeps only overrides that are in the range, or whose original time is (§9.6.6)."""
    every = RecurrenceSet(tree)
    length = every.series.length if every.series is not None else None
    for part in tree.components():
        rid = part.get("RECURRENCE-ID")
        original = moment_of(rid, tree, {}) if rid is not None else None
        first, last = every.times(part)
        if rid is None or original is None:
            continue
        planned = length.after(original) if length is not None else original
        here = first is not None and last is not None and touches(first, last, start, end, zone)
        there = touches(original, planned, start, end, zone)
        future = (rid.param("RANGE") or "").upper() == "THISANDFUTURE" and utc_of(original, zone) < end
        if not (here or there or future):
            tree.remove(part)


def _limit_freebusy(tree: Component, start: datetime, end: datetime) -> None:
    """Keeps only periods in the range (§9.6.7). Unreadable values stay."""
    for part in tree.components("VFREEBUSY"):
        for prop in part.all("FREEBUSY"):
            values = prop.value.split(",")
            kept = [each for each in values if _in_range(each, start, end)]
            if not kept:
                part.remove(prop)
            elif len(kept) < len(values):
                part.replace(prop, prop.with_value(",".join(kept)))


def _in_range(text: str, start: datetime, end: datetime) -> bool:
    found = period(text)
    return found is None or touches(*found, start, end, UTC)


def _prune(part: Component, spec: CompSpec) -> None:
    if spec.props is not None:
        for prop in part.properties:
            wanted = spec.props.get(prop.name)
            if wanted is None:
                part.remove(prop)
            elif not wanted:
                part.replace(prop, prop.with_value(""))
    if spec.comps is not None:
        by_name = {each.name.upper(): each for each in spec.comps}
        for child in part.components():
            if child.name in by_name:
                _prune(child, by_name[child.name])
            else:
                part.remove(child)

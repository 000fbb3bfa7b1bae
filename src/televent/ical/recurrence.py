"""When does a calendar object happen? RFC 5545 §3.8.5; RFC 4791 §9.6.5, §9.9.

A rule runs on the wall clock of the event's zone, so that a meeting at nine stays at nine over a clock change. A time
that a clock change skips is read with the offset before it (§3.3.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.errors import TooManyInstances
from televent.ical.expansion import expand
from televent.ical.reading import KINDS, moment_of, utc_of
from televent.ical.rule import Rule, parse_rule
from televent.ical.tree import Component, parse
from televent.ical.values import Moment, canonical, duration, end_of, moment

MARGIN: Final = timedelta(hours=15)
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9998, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instance. ``recurrence_id`` is canonical, None for what does not recur; ``component`` describes it: its
    override, or the master, whose times are those of the series."""

    recurrence_id: str | None
    start: Moment
    end: Moment
    component: Component

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, datetime)


@dataclass(slots=True)
class _Series:
    master: Component
    start: Moment
    length: timedelta
    zone: tzinfo | None
    rules: list[Rule]
    extra: list[tuple[Moment, timedelta | None]]
    excluded: set[str]


class _Object:
    """A calendar object taken apart for expansion."""

    def __init__(self, root: Component) -> None:
        self.root = root
        self.zones: dict[str, tzinfo | None] = {}
        self.series: _Series | None = None
        self.overrides: dict[str, Component] = {}
        self.later: list[tuple[Moment, Component]] = []
        for part in root.components():
            if part.name not in KINDS:
                continue
            rid = part.get("RECURRENCE-ID")
            original = moment_of(rid, root, self.zones) if rid is not None else None
            if rid is None or original is None:
                self.series = self.series or self._series(part)
                continue
            self.overrides[canonical(original)] = part
            if (rid.param("RANGE") or "").upper() == "THISANDFUTURE":
                self.later.append((original, part))

    def times(self, part: Component) -> tuple[Moment | None, Moment | None]:
        """Start and end of one component."""
        head = part.get("DTSTART")
        start = moment_of(head, self.root, self.zones) if head is not None else None
        tail = part.get("DTEND") or part.get("DUE")
        end = moment_of(tail, self.root, self.zones) if tail is not None else None
        if start is None:
            return end, end
        return start, end_of(start, end, duration(part.value("DURATION") or ""))

    def _series(self, part: Component) -> _Series | None:
        start, end = self.times(part)
        if start is None or end is None:
            return None
        zone = start.tzinfo if isinstance(start, datetime) else None
        rules = [parse_rule(each.value, zone) for each in part.all("RRULE")]
        extra: list[tuple[Moment, timedelta | None]] = []
        for prop in part.all("RDATE"):
            tzid = prop.param("TZID")
            place = self.zones.get(tzid) if tzid else None
            if tzid and tzid not in self.zones:
                moment_of(prop.with_value(prop.value.split(",")[0].split("/")[0]), self.root, self.zones)
                place = self.zones.get(tzid)
            for value in prop.value.split(",")[:2000]:
                first, slash, second = value.partition("/")
                when = moment(first, place)
                if when is not None:
                    extra.append((when, _period_length(when, second, place) if slash else None))
        excluded = set()
        for prop in part.all("EXDATE"):
            for value in prop.value.split(",")[:5000]:
                when = moment_of(prop.with_value(value), self.root, self.zones)
                if when is not None:
                    excluded.add(canonical(when))
        return _Series(part, start, _length(start, end), zone, rules, extra, excluded)


def occurrences(
    root: Component | bytes,
    start: datetime,
    end: datetime,
    *,
    floating_zone: tzinfo = UTC,
    limit: int = 10_000,
) -> list[Occurrence]:
    """What happens in [start, end) (aware), earliest first. Floating times and dates are read in ``floating_zone``.

    Raises TooManyInstances past ``limit``, or where a rule costs more than it may; InvalidCalendarData for a rule that
    is none.
    """
    tree = parse(root) if isinstance(root, bytes) else root
    thing = _Object(tree)
    found: list[Occurrence] = []
    for occurrence in _instances(thing, start, end, floating_zone):
        if touches(occurrence.start, occurrence.end, start, end, floating_zone):
            found.append(occurrence)
            if len(found) > limit:
                raise TooManyInstances(f"more than {limit} instances")
    return sorted(found, key=lambda each: utc_of(each.start, floating_zone))


def touches(first: Moment, last: Moment, start: datetime, end: datetime, floating_zone: tzinfo) -> bool:
    """Does [first, last) overlap [start, end)? An instant is in its own moment (RFC 4791 §9.9)."""
    begin, finish = utc_of(first, floating_zone), utc_of(last, floating_zone)
    if finish <= begin:
        return start <= begin < end
    return begin < end and finish > start


def span(root: Component) -> tuple[datetime, datetime | None]:
    """UTC bounds of every instance, floating times widened; None where it never ends, or where finding the end costs
    too much."""
    thing = _Object(root)
    starts: list[datetime] = []
    ends: list[datetime] = []
    endless = False
    for part in [*thing.overrides.values(), *([thing.series.master] if thing.series else [])]:
        for value in thing.times(part):
            if value is not None:
                starts.append(utc_of(value) - _slack(value))
                ends.append(utc_of(value) + _slack(value))
    series = thing.series
    if series is not None:
        for when, length in series.extra:
            starts.append(utc_of(when) - _slack(when))
            ends.append(utc_of(when) + _slack(when) + (series.length if length is None else length))
        for rule in series.rules:
            last = _last(rule, series)
            endless = endless or last is None
            if last is not None:
                ends.append(min(last, LAST - timedelta(days=3)) + _slack(series.start) + series.length)
    if not starts:
        return FIRST, None
    return max(min(starts), FIRST), None if endless or not ends else max(ends)


def _last(rule: Rule, series: _Series) -> datetime | None:
    """No later than this does the rule's last instance start; None: endless."""
    if rule.until is not None:
        # Some write 99991231 for "never": there is no day after it.
        return _aware(min(rule.until, LAST.replace(tzinfo=None)), series.zone) + timedelta(days=1)
    if rule.count is None:
        return None
    try:
        wall = _wall(series.start)
        *_, final = expand(rule, wall, wall, datetime(9998, 1, 1))  # noqa: DTZ001
    except (TooManyInstances, ValueError):
        return None
    return _aware(final, series.zone)


def _instances(thing: _Object, start: datetime, end: datetime, floating: tzinfo) -> Iterator[Occurrence]:
    series = thing.series
    seen: set[str] = set()
    recurs = series is not None and bool(series.rules or series.extra)
    for rid, part in thing.overrides.items():
        first, last = thing.times(part)
        if first is not None and last is not None:
            seen.add(rid)
            yield Occurrence(rid, first, last, part)
    if series is None:
        return
    if not recurs:
        yield Occurrence(None, series.start, _plus(series.start, series.length), series.master)
        return
    reach = max([series.length, *(length for _, length in series.extra if length is not None)])
    for when, length in _starts(series, start - reach - MARGIN, end + MARGIN):
        rid = canonical(when)
        if rid in seen or rid in series.excluded:
            continue
        seen.add(rid)
        yield _shifted(thing, rid, when, series.length if length is None else length, series.master)


def _starts(series: _Series, after: datetime, before: datetime) -> Iterator[tuple[Moment, timedelta | None]]:
    # DTSTART is always the first instance, whether or not the rule produces it (§3.8.5.3).
    yield series.start, None
    yield from series.extra
    if not series.rules:
        return
    low, high = (_local(each, series.zone) for each in (max(after, FIRST), min(before, LAST)))
    for rule in series.rules:
        for wall in expand(rule, _wall(series.start), low, high):
            if not isinstance(series.start, datetime):
                yield wall.date(), None
            else:
                yield wall.replace(tzinfo=series.zone), None


def _shifted(thing: _Object, rid: str, when: Moment, length: timedelta, master: Component) -> Occurrence:
    """An instance after an override with RANGE=THISANDFUTURE is that override, moved by as much (§3.2.13)."""
    governing = None
    for original, part in thing.later:
        if utc_of(original) <= utc_of(when) and (governing is None or utc_of(original) > utc_of(governing[0])):
            governing = (original, part)
    if governing is None:
        return Occurrence(rid, when, _plus(when, length), master)
    first, last = thing.times(governing[1])
    if first is None or last is None:
        return Occurrence(rid, when, _plus(when, length), master)
    begin = _plus(when, utc_of(first) - utc_of(governing[0]))
    return Occurrence(rid, begin, _plus(begin, _length(first, last)), governing[1])


def _length(start: Moment, end: Moment) -> timedelta:
    return max(utc_of(end) - utc_of(start), timedelta(0))


def _period_length(start: Moment, text: str, zone: tzinfo | None) -> timedelta | None:
    length = duration(text)
    if length is not None:
        return length
    end = moment(text, zone)
    return _length(start, end) if end is not None else None


def _plus(when: Moment, length: timedelta) -> Moment:
    """Exact time, also across a clock change: an hour is an hour."""
    try:
        if isinstance(when, datetime) and when.tzinfo is not None:
            return (when.astimezone(UTC) + length).astimezone(when.tzinfo)
        return when + length
    except OverflowError:
        return when


def _wall(value: Moment) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return value.replace(tzinfo=None)


def _aware(wall: datetime, zone: tzinfo | None) -> datetime:
    try:
        return wall.replace(tzinfo=zone or UTC).astimezone(UTC)
    except OverflowError:
        return LAST


def _local(instant: datetime, zone: tzinfo | None) -> datetime:
    return instant.astimezone(zone or UTC).replace(tzinfo=None)


def _slack(value: Moment) -> timedelta:
    return timedelta(0) if isinstance(value, datetime) and value.tzinfo is not None else timedelta(hours=14)

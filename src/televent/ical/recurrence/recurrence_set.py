"""The recurrence set of a calendar object: RFC 5545 §3.8.4.4, §3.8.5.

A rule runs on the wall clock of the event's zone, so that a meeting at nine stays at nine over a clock change. A time
that a clock change skips is read with the offset before it (§3.3.5).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge
from itertools import chain
from typing import Final

from televent.ical.rules.expansion import Budget, expand
from televent.ical.rules.rule import Rule, parse_rule
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import KINDS, Component, Property
from televent.ical.text.values import Moment, canonical, duration, end_of, moment
from televent.ical.text.wall_clock import FIRST, in_zone, moved, plus, wall_in, wall_of
from televent.ical.zones.moments import moment_of, utc_of
from televent.ical.zones.tzid import ObservedZone

MARGIN: Final = timedelta(hours=15)
MAX_DATES: Final = 4_000
"""Max RDATEs and EXDATEs of one object."""
INSTANCE_WORK: Final = 3
"""Steps of an expansion that an instance costs, besides the step for its day."""
OWN_ZONE_WORK: Final = 8
"""Steps that an instance costs in a zone that only its VTIMEZONE defines: it needs about four look-ups."""
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instance. ``recurrence_id`` is canonical, None for an object that does not recur.

    ``component`` describes the instance: its override, or the master, whose own times are those of the series.
    """

    recurrence_id: str | None
    start: Moment
    end: Moment
    component: Component


@dataclass(frozen=True, slots=True)
class Length:
    """The length of each instance. DURATION gives ``nominal`` days on the wall clock, DTEND gives ``exact`` time
    (§3.8.5.3)."""

    exact: timedelta
    nominal: timedelta | None = None

    def after(self, start: Moment) -> Moment:
        """The end of an instance that starts at ``start``."""
        if self.nominal is not None:
            return end_of(start, None, self.nominal) or start
        return plus(start, self.exact)


@dataclass(frozen=True, slots=True)
class Series:
    """The values of the master."""

    master: Component
    start: Moment
    length: Length
    zone: tzinfo | None
    rules: tuple[Rule, ...]
    extra: tuple[tuple[Moment, Length | None], ...]
    excluded: frozenset[str]
    excluded_days: frozenset[date]

    @property
    def recurs(self) -> bool:
        """True where the series has a rule or an RDATE."""
        return bool(self.rules or self.extra)


@dataclass(frozen=True, slots=True)
class ThisAndFuture:
    """An override with RANGE=THISANDFUTURE (§3.2.13)."""

    original: Moment
    component: Component
    start: Moment
    length: Length


_Start = tuple[Moment, Length | None, bool]
"""Start, own length (None: that of the series), and True if a rule gives it."""


class RecurrenceSet:
    """The recurrence set of a calendar object.

    Raises InvalidCalendarData for an invalid rule, TooManyInstances for more single dates than :data:`MAX_DATES`.
    """

    def __init__(self, root: Component) -> None:
        self.root = root
        self.budget = Budget()
        self._zones: dict[str, tzinfo | None] = {}
        self._dates = 0
        self.series: Series | None = None
        self.overrides: dict[str, Component] = {}
        self.later: list[ThisAndFuture] = []
        named: list[tuple[Moment, Component, bool]] = []
        for part in root.components():
            if part.name not in KINDS:
                continue
            rid = part.get("RECURRENCE-ID")
            original = moment_of(rid, root, self._zones) if rid is not None else None
            if rid is None or original is None:
                self.series = self.series or self._series(part)
                continue
            self.overrides[canonical(original)] = part
            named.append((original, part, (rid.param("RANGE") or "").upper() == "THISANDFUTURE"))
        self._covered: set[str] = set()
        self._covered_days: set[date] = set()
        for original, part, future in named:
            start, end = self.times(part)
            if start is None or end is None:
                continue
            self._cover(original)
            if future:
                self.later.append(ThisAndFuture(original, part, start, length_of(part, start, end)))
        self.later.sort(key=lambda each: utc_of(each.original))
        self._later_from = [utc_of(each.original) for each in self.later]

    @property
    def shift(self) -> timedelta:
        """Max time by which an override moves the instances after it."""
        return max((abs(utc_of(each.start) - utc_of(each.original)) for each in self.later), default=_NOTHING)

    @property
    def longest(self) -> timedelta:
        """Max length of an instance of the series, without clock changes."""
        lengths = [each.length.exact for each in self.later]
        if self.series is not None:
            lengths += [self.series.length.exact, *(each.exact for _, each in self.series.extra if each is not None)]
        return max(lengths, default=_NOTHING)

    def times(self, part: Component) -> tuple[Moment | None, Moment | None]:
        """Start and end of one component."""
        head = part.get("DTSTART")
        start = moment_of(head, self.root, self._zones) if head is not None else None
        tail = part.get("DTEND") or part.get("DUE")
        end = moment_of(tail, self.root, self._zones) if tail is not None else None
        if start is None:
            return end, end
        return start, end_of(start, end, duration(part.value("DURATION") or ""))

    def instances(self, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """All instances in [start, end), and some outside: overrides, then RDATEs, then those of rules, ascending.

        Raises TooManyInstances where a rule costs too much.
        """
        yield from self.changed()
        for _, occurrence in self.planned(start, end):
            yield occurrence

    def single(self) -> Iterator[Occurrence]:
        """The instances without a rule: overrides, the start, RDATEs."""
        yield from self.changed()
        yield from (each for _, each in self._planned(self._single()))

    def ruled(self, start: datetime, end: datetime) -> Iterator[tuple[Moment | None, Occurrence]]:
        """The instances of rules in [start, end), and some outside, each with its planned time, ascending."""
        yield from self._planned(self._by_rule(*self._reach(start, end)))

    def changed(self) -> Iterator[Occurrence]:
        """The instances that overrides describe."""
        for rid, part in self.overrides.items():
            first, last = self.times(part)
            if first is not None and last is not None:
                yield Occurrence(rid, first, last, part)

    def planned(self, start: datetime, end: datetime) -> Iterator[tuple[Moment | None, Occurrence]]:
        """The instances of the series without overrides; those of rules ascend and have their planned time."""
        yield from self._planned(chain(self._single(), self._by_rule(*self._reach(start, end))))

    def _planned(self, starts: Iterable[_Start]) -> Iterator[tuple[Moment | None, Occurrence]]:
        series = self.series
        if series is None:
            return
        seen = set(self._covered)
        work = OWN_ZONE_WORK if isinstance(series.zone, ObservedZone) else INSTANCE_WORK
        for when, length, ruled in starts:
            if not series.recurs:
                yield None, Occurrence(None, when, series.length.after(when), series.master)
                continue
            if ruled:
                self.budget.spend(work)
            rid = canonical(when)
            if rid in seen or rid in series.excluded or self._named_by_day(series, when):
                continue
            seen.add(rid)
            yield when if ruled else None, self._instance(series, rid, when, length)

    def _reach(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        reach = self.shift + MARGIN
        return moved(start, -reach - self.longest), moved(end, reach)

    def _single(self) -> Iterator[_Start]:
        # DTSTART is always the first instance, whether or not the rule produces it (§3.8.5.3).
        if self.series is not None:
            yield self.series.start, None, False
            yield from ((when, length, False) for when, length in self.series.extra)

    def _by_rule(self, after: datetime, before: datetime) -> Iterator[_Start]:
        series = self.series
        if series is None:
            return
        low, high = (each.astimezone(series.zone or UTC).replace(tzinfo=None) for each in (after, before))
        for found in merge(*(expand(rule, wall_of(series.start), low, high, self.budget) for rule in series.rules)):
            yield (in_zone(found, series.zone) if isinstance(series.start, datetime) else found.date()), None, True

    def _named_by_day(self, series: Series, when: Moment) -> bool:
        if not (series.excluded_days or self._covered_days):
            return False
        day = when.date() if isinstance(when, datetime) else when
        return day in series.excluded_days or day in self._covered_days

    def _instance(self, series: Series, rid: str, when: Moment, length: Length | None) -> Occurrence:
        """After an override with RANGE=THISANDFUTURE an instance is that override, moved by as much."""
        instant = utc_of(when) if self.later else FIRST
        place = bisect_right(self._later_from, instant)
        governing = self.later[place - 1] if place else None
        if governing is None:
            return Occurrence(rid, when, (length or series.length).after(when), series.master)
        start = _shifted(when, governing, series.zone)
        return Occurrence(rid, start, governing.length.after(start), governing.component)

    def _series(self, part: Component) -> Series | None:
        start, end = self.times(part)
        if start is None or end is None:
            return None
        zone = start.tzinfo if isinstance(start, datetime) else None
        extra: list[tuple[Moment, Length | None]] = []
        for prop in part.all("RDATE"):
            for text in self._values(prop):
                first, slash, second = text.partition("/")
                when = self._moment(prop, first)
                if when is not None:
                    extra.append((when, self._period_length(prop, when, second) if slash else None))
        excluded: set[str] = set()
        days: set[date] = set()
        for prop in part.all("EXDATE"):
            for text in self._values(prop):
                when = self._moment(prop, text)
                if when is not None:
                    _name(when, start, zone, excluded, days)
        return Series(
            part,
            start,
            length_of(part, start, end),
            zone,
            tuple(parse_rule(each.value, zone) for each in part.all("RRULE")),
            tuple(extra),
            frozenset(excluded),
            frozenset(days),
        )

    def _cover(self, original: Moment) -> None:
        self._covered.add(canonical(original))
        if self.series is not None:
            _name(original, self.series.start, self.series.zone, self._covered, self._covered_days)

    def _values(self, prop: Property) -> list[str]:
        values = prop.value.split(",")
        self._dates += len(values)
        if self._dates > MAX_DATES:
            raise TooManyInstances(f"more than {MAX_DATES} single dates")
        return values

    def _moment(self, prop: Property, text: str) -> Moment | None:
        tzid = prop.param("TZID")
        if tzid is not None and tzid not in self._zones:
            moment_of(prop, self.root, self._zones)  # looks the zone up
        return moment(text, self._zones[tzid] if tzid is not None else None)

    def _period_length(self, prop: Property, start: Moment, text: str) -> Length | None:
        length, end = duration(text), self._moment(prop, text)
        if length is not None:
            return Length(max(length, _NOTHING), max(length, _NOTHING))
        return Length(max(utc_of(end) - utc_of(start), _NOTHING)) if end is not None else None


def _name(when: Moment, start: Moment, zone: tzinfo | None, names: set[str], days: set[date]) -> None:
    """Adds the names of an instance to *names* and *days*. Clients may name it in another type than DTSTART has.

    Exchange names the days of an all-day series by a time (SPEC B4). Others name a timed instance by its day, or
    without its zone.
    """
    names.add(canonical(when))
    if not isinstance(start, datetime):
        names.add(canonical(when.date() if isinstance(when, datetime) else when))
    elif not isinstance(when, datetime):
        days.add(when)
    elif when.tzinfo is None and zone is not None:
        names.add(canonical(in_zone(when, zone)))


def length_of(part: Component, start: Moment, end: Moment) -> Length:
    """The length of each instance of a component with that start and end."""
    exact = max(utc_of(end) - utc_of(start), _NOTHING)
    nominal = duration(part.value("DURATION") or "")
    dated = part.get("DTEND") is not None or part.get("DUE") is not None
    return Length(exact, nominal if nominal is not None and not dated else None)


def _shifted(when: Moment, later: ThisAndFuture, zone: tzinfo | None) -> Moment:
    """*when* moved by the override's distance from its original time on the wall clock, in the override's zone."""
    first, original = later.start, later.original
    if not isinstance(first, datetime):
        return wall_of(when).date() + (first - wall_of(original).date())
    if not isinstance(when, datetime) or not isinstance(original, datetime):
        days = first.date() - wall_of(original).date()
        return in_zone(datetime.combine(wall_of(when).date() + days, time()), None).replace(
            hour=first.hour, minute=first.minute, second=first.second, tzinfo=first.tzinfo
        )
    place = first.tzinfo or zone or UTC
    distance = wall_in(first, place) - wall_in(original, place)
    try:
        return in_zone(wall_in(when, place) + distance, place if when.tzinfo is not None else None)
    except OverflowError:
        return when

"""Finds the occurrences of a calendar object: RFC 5545 §3.8.5; RFC 4791 §9.6.5, §9.9."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.recurrence.recurrence_set import Occurrence, RecurrenceSet, Series
from televent.ical.rules.expansion import Budget, expand, last_of_count
from televent.ical.rules.rule import Rule
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment
from televent.ical.text.wall_clock import FIRST, LAST, in_zone, moved, wall_of
from televent.ical.zones.moments import utc_of

__all__ = [
    "FIRST",
    "LAST",
    "Occurrence",
    "each_occurrence",
    "moved",
    "next_occurrence",
    "occurrences",
    "span",
    "touches",
]


def occurrences(
    root: Component,
    start: datetime,
    end: datetime,
    *,
    floating_zone: tzinfo = UTC,
    limit: int = 10_000,
) -> list[Occurrence]:
    """The occurrences in [start, end) (aware), earliest first. Floating times and dates are read in ``floating_zone``.

    Raises TooManyInstances past ``limit``, or where a rule costs too much; InvalidCalendarData for an invalid rule.
    """
    found: list[Occurrence] = []
    for occurrence in each_occurrence(root, start, end, floating_zone=floating_zone):
        found.append(occurrence)
        if len(found) > limit:
            raise TooManyInstances(f"more than {limit} instances")
    return sorted(found, key=lambda each: utc_of(each.start, floating_zone))


def each_occurrence(
    root: Component, start: datetime, end: datetime, *, floating_zone: tzinfo = UTC
) -> Iterator[Occurrence]:
    """The occurrences one by one and in no order, for a caller that stops early; an endless series never ends here."""
    start, end = moved(start, timedelta(0)), moved(end, timedelta(0))
    for occurrence in RecurrenceSet(root).instances(start, end):
        if touches(occurrence.start, occurrence.end, start, end, floating_zone):
            yield occurrence


def next_occurrence(root: Component, after: datetime, *, floating_zone: tzinfo = UTC) -> Occurrence | None:
    """The first occurrence that starts later than ``after`` (aware); None where there is none.

    Raises TooManyInstances where the search costs too much, InvalidCalendarData for an invalid rule.
    """
    every = RecurrenceSet(root)
    after = moved(after, timedelta(0))

    def earliest(some: Iterable[Occurrence], end: datetime) -> tuple[datetime, int, Occurrence] | None:
        starts = ((utc_of(each.start, floating_zone), number, each) for number, each in enumerate(some))
        return min((each for each in starts if after < each[0] < end), default=None)

    # Overrides, the start and RDATEs are read once.
    single = earliest(every.single(), LAST)
    # The search range grows until it has an instance, so that a rule for every second and one for leap days both cost
    # little.
    for length in _SEARCH_RANGES:
        end = moved(after, length)
        found = earliest((each for _, each in every.ruled(after, end)), end)
        if found is not None:
            return found[2] if single is None or found[0] < single[0] else single[2]
        if single is not None and single[0] < end:
            return single[2]
    return None


_SEARCH_RANGES: Final = (
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=32),
    timedelta(days=1024),
    timedelta(days=16 * 366),
    timedelta(days=400 * 366),
    LAST - FIRST,
)


def touches(first: Moment, last: Moment, start: datetime, end: datetime, floating_zone: tzinfo) -> bool:
    """True where [first, last) overlaps [start, end). An instant overlaps where it is inside (RFC 4791 §9.9)."""
    begin, finish = utc_of(first, floating_zone), utc_of(last, floating_zone)
    if finish <= begin:
        return start <= begin < end
    return begin < end and finish > start


def span(of: Component | RecurrenceSet) -> tuple[datetime, datetime | None]:
    """UTC bounds of all instances, floating times widened.

    The end is None where the series never ends, or where finding its end costs too much.
    """
    every = RecurrenceSet(of) if isinstance(of, Component) else of
    every.budget = Budget()
    bounds: list[tuple[datetime, datetime]] = []
    series = every.series
    for part in [*every.overrides.values(), *([series.master] if series else [])]:
        first, last = every.times(part)
        if first is not None and last is not None:
            bounds.append(_widened(first, last, timedelta(0)))
    endless = False
    if series is not None:
        # One hour more: a day of 24 hours may last 25 at a clock change.
        room = every.longest + every.shift + timedelta(hours=1 if series.recurs else 0)
        for when, _ in series.extra:
            bounds.append(_widened(when, when, room))
        for rule in series.rules:
            final = _last(rule, series, every.budget)
            endless = endless or final is None
            if final is not None:
                bounds.append(_widened(final, final, room))
    if not bounds:
        return FIRST, None
    return moved(min(first for first, _ in bounds), -every.shift), None if endless else max(last for _, last in bounds)


def _widened(first: Moment, last: Moment, room: timedelta) -> tuple[datetime, datetime]:
    slack = timedelta(0) if isinstance(first, datetime) and first.tzinfo is not None else timedelta(hours=14)
    return moved(utc_of(first), -slack), moved(utc_of(last), slack + room)


def _last(rule: Rule, series: Series, budget: Budget) -> Moment | None:
    """An upper bound of the start of the rule's last instance; None: endless."""
    start = wall_of(series.start)
    if rule.until is not None:
        # Some clients write 99991231 for "never", which has no next day in datetime.
        last = max(min(rule.until, LAST.replace(tzinfo=None)), start)
    elif rule.count is None:
        return None
    elif (final := last_of_count(rule, start)) is not None:
        last = max(min(final, LAST.replace(tzinfo=None)), start)
    else:
        try:
            last = max(deque(expand(rule, start, start, LAST.replace(tzinfo=None), budget), maxlen=1), default=start)
        except TooManyInstances:
            return None
    return in_zone(last, series.zone) if isinstance(series.start, datetime) else last.date()

"""Computes the index entry of a calendar object's times, so that a time-range query need not read its text.

The entry depends on the text alone (RFC 4791 §9.9 defines the query, ADR 0015 has the reasons). Where a time is not
certain, the entry has the range in which it may be; the query then reads the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from typing import Final

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.queries.freebusy import fbtype_of
from televent.ical.recurrence.recurrence_set import MARGIN, RecurrenceSet, Series
from televent.ical.rules.expansion import Budget, expand
from televent.ical.text.errors import IcalError, TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment
from televent.ical.text.wall_clock import FIRST, LAST, in_zone, moved, wall_in, wall_of
from televent.ical.zones.moments import moment_of, utc_of

Range = tuple[datetime | None, datetime | None]
"""[start, end), aware; None is open. Equal start and end mean that instant."""

MAX_KEPT: Final = 400
"""Max instances indexed per series; later ones are indexed as "may be at any time"."""
MAX_YEARS: Final = timedelta(days=150 * 366)
"""Max time after the start of a series in which its instances are indexed."""
_MAX_WORK: Final = 4_000
"""Max steps to expand a series for the index."""
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_MAX_FLOAT: Final = timedelta(hours=14)
"""Max distance of a floating or all-day time from the same wall clock time in UTC."""
_WHOLE_WITHIN: Final = _MAX_FLOAT + timedelta(hours=10)
"""Min distance from both ends at which an expanded range has all instances in every zone."""
_MAX_CLOCK_CHANGE: Final = timedelta(hours=3)
"""Max shift of a clock change."""
EDITION: Final = 2
"""Version of the index entry: raise it when the same text gives another entry. Older rows are then indexed again."""
BEHIND, AHEAD = timedelta(days=45), timedelta(days=365)
"""Time before and after the beginning of a season in which a long series is indexed besides its start."""
_MAX_PER_SEASON: Final = 450
"""Max instances indexed for a season."""
FREE: Final = "FREE"
ALL_YEAR: Final = (1, 366)
_END: Final = LAST.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Occurs:
    """The index entry of one object.

    ``firm``: ranges in which it happens. ``floats``: ranges of wall clock time in which it happens, written as UTC.
    ``loose``: ranges in which it may happen. ``fbtype``: BUSY, BUSY-TENTATIVE or FREE for all instances; None: read the
    text. ``days``: the first and the last day of the year, from 1, that an instance has; (1, 366) for all. ``season``:
    the season for which the entry is valid; 0: always.
    """

    firm: tuple[Range, ...] = ()
    floats: tuple[Range, ...] = ()
    loose: tuple[Range, ...] = ()
    fbtype: str | None = None
    days: tuple[int, int] = ALL_YEAR
    season: int = 0

    @property
    def span(self) -> Range | None:
        """The range that covers all instances, floating times widened; None where there are none."""
        floats = [(_later(start, -_MAX_FLOAT), _later(end, _MAX_FLOAT)) for start, end in self.floats]
        every = [*self.firm, *floats, *self.loose]
        if not every:
            return None
        starts, ends = [start for start, _ in every], [end for _, end in every]
        first = None if None in starts else min(each for each in starts if each is not None)
        last = None if None in ends else max(each for each in ends if each is not None)
        return first, last


def occurs(
    text: CalendarText,
    *,
    role: str = "none",
    partstat: str | None = None,
    organizer: str | None = None,
    last: datetime | None = None,
    season: int = 0,
) -> Occurs:
    """The index entry of a text. A text that cannot be read may happen at any time.

    ``role``, ``partstat`` and ``organizer`` are the owner's in the text. ``last`` is the end of its last instance, as
    in its outline. ``season``: see season_of; 0: none.
    """
    try:
        root, every = text.tree, text.recurrence
    except IcalError:
        return Occurs(loose=((None, last),))
    if not root.components("VEVENT"):
        return Occurs(loose=tuple(_tasks(root, every, last)))
    firm, floats, loose, season = _events(every, last, season)
    if any(each.get("DTSTART") is None for each in root.components("VEVENT")):
        # Only an iTIP message may lack DTSTART; it matches any time (RFC 6638 §2.3).
        loose.append((None, None))
    series = every.series
    days = _days_of_the_year([*firm, *floats], series, endless=bool(loose)) if series and series.recurs else None
    fbtype = _fbtype(root, role, partstat, organizer)
    return Occurs(tuple(firm), tuple(floats), tuple(loose), fbtype, days or ALL_YEAR, season)


def season_of(at: datetime) -> int:
    """The number of the quarter of a year, counted from the year 0."""
    return at.year * 4 + (at.month - 1) // 3


def wall_ranges(start: datetime | None, end: datetime | None, zone: tzinfo | None) -> tuple[Range | None, Range]:
    """A range in wall clock time of the zone, written as UTC, twice.

    A floating time within the first is certainly in the range; one outside the second certainly is not. Without a zone
    the first is None.
    """
    low = _shown(start, zone) if start is not None else None
    high = _shown(end, zone) if end is not None else None
    room = _MAX_CLOCK_CHANGE if zone is not None else _MAX_FLOAT + _MAX_CLOCK_CHANGE
    wide = (_later(low, -room), _later(high, room))
    within = (_later(low, room), _later(high, -room))
    if zone is None or (within[0] is not None and within[1] is not None and within[0] >= within[1]):
        return None, wide
    return within, wide


def days_asked(start: datetime | None, end: datetime | None) -> list[tuple[int, int]]:
    """The days of the year, from 1, that a range covers, as one or two intervals, with two more days on each side."""
    if start is None or end is None or end - start > 360 * _DAY:
        return [ALL_YEAR]
    first, last = (moved(start, -2 * _DAY).timetuple().tm_yday, moved(end, 2 * _DAY).timetuple().tm_yday)
    return [(first, last)] if first <= last else [(1, last), (first, 366)]


def _shown(instant: datetime, zone: tzinfo | None) -> datetime:
    return wall_in(moved(instant, timedelta(0)), zone or UTC).replace(tzinfo=UTC)


def _later(when: datetime | None, length: timedelta) -> datetime | None:
    return None if when is None else moved(when, length)


def _events(
    every: RecurrenceSet, last: datetime | None, season: int = 0
) -> tuple[list[Range], list[Range], list[Range], int]:
    """firm, floats and loose, and the season if the entry depends on it, else 0."""
    firm: list[Range] = []
    floats: list[Range] = []
    loose: list[Range] = []

    def keep(start: Moment, end: Moment) -> None:
        if isinstance(start, datetime) and start.tzinfo is not None:
            firm.append((utc_of(start), utc_of(end)))
        else:
            floats.append((_labelled(start), _labelled(end)))

    for occurrence in every.changed():
        keep(occurrence.start, occurrence.end)
    series = every.series
    if series is None:
        return firm, floats, loose, 0
    every.budget = Budget(_MAX_WORK)
    horizon = moved(utc_of(series.start), MAX_YEARS)
    reached = FIRST
    kept = 0
    try:
        for planned, start, end in _planned(every, series):
            if planned is not None:
                reached = utc_of(planned)
                kept += 1
                if kept > MAX_KEPT or reached > horizon:
                    raise TooManyInstances("the rest")
            keep(start, end)
    except TooManyInstances:
        # Instances of rules ascend from here. An override with RANGE moves later ones by the shift at most.
        tail = moved(max(reached, utc_of(series.start)), -every.shift - _MAX_FLOAT)
        if last is not None and last <= tail:
            return firm, floats, loose, 0
        low, high = _season(season)
        low = max(low, tail)
        over = last is not None and last <= low
        if over or high - low <= 2 * _WHOLE_WITHIN:
            # There is no season, the series ends before it, or the indexed start covers it.
            loose.append((tail, last))
            return firm, floats, loose, 0 if over else season
        found = _season_instances(every, series, low, high)
        if found is None:
            loose.append((tail, last))
            return firm, floats, loose, 0
        for start, end in found:
            keep(start, end)
        # Instances before the tail are indexed already, so a range that begins there needs no distance from its start.
        low, high = low if low == tail else low + _WHOLE_WITHIN, high - _WHOLE_WITHIN
        loose += [each for each in ((tail, low), (high, last)) if each[1] is None or each[0] < each[1]]
        return firm, floats, loose, season
    return firm, floats, loose, 0


def _season(season: int) -> tuple[datetime, datetime]:
    if not season:
        return FIRST, FIRST
    begin = datetime(season // 4, season % 4 * 3 + 1, 1, tzinfo=UTC)
    return moved(begin, -BEHIND), moved(begin, AHEAD)


def _season_instances(
    every: RecurrenceSet, series: Series, low: datetime, high: datetime
) -> list[tuple[Moment, Moment]] | None:
    """All instances of rules from ``low`` to ``high``, and some outside. None: too many."""
    every.budget = Budget(_MAX_WORK)
    found: list[tuple[Moment, Moment]] = []
    try:
        for _, start, end in _ruled(every, series, low, high):
            found.append((start, end))
            if len(found) > _MAX_PER_SEASON:
                return None
    except TooManyInstances:
        return None
    return found


def _planned(every: RecurrenceSet, series: Series) -> Iterator[tuple[Moment | None, Moment, Moment]]:
    """Each instance: its planned time (None: by no rule), start and end."""
    if not _plain(every, series):
        for planned, each in every.planned(FIRST, LAST):
            yield planned, each.start, each.end
        return
    yield None, series.start, series.length.after(series.start)
    yield from _ruled(every, series, utc_of(series.start), LAST)


def _ruled(
    every: RecurrenceSet, series: Series, low: datetime, high: datetime
) -> Iterator[tuple[Moment | None, Moment, Moment]]:
    """The same for instances of rules from ``low`` to ``high``, and some outside."""
    if not _plain(every, series):
        for planned, each in every.ruled(low, high):
            yield planned, each.start, each.end
        return
    # A faster way to the same result: nearly every series is plain, and each PUT waits for this.
    start, zone, after = wall_of(series.start), series.zone, series.length.after
    first, last = (wall_in(each, zone or UTC) for each in (moved(low, -every.longest - MARGIN), moved(high, MARGIN)))
    for found in merge(*(expand(rule, start, first, last, every.budget) for rule in series.rules)):
        when = in_zone(found, zone)
        yield when, when, after(when)


def _plain(every: RecurrenceSet, series: Series) -> bool:
    """True where no override, RDATE or EXDATE changes the instances of the rules."""
    changed = every.overrides or series.excluded or series.excluded_days or series.extra
    return not changed and series.recurs and isinstance(series.start, datetime)


def _tasks(root: Component, every: RecurrenceSet, last: datetime | None) -> Iterator[Range]:
    """Ranges of tasks and journals. The tables of §9.9 include some ends, so these ranges are never certain."""
    for part in root.components():
        if part.name == "VTODO" and part.get("DTSTART") is None:
            yield _undated(root, part)
    firm, floats, loose, _ = _events(every, last)
    timed = [each for each in root.components() if each.get("DTSTART") is not None]
    if not timed:
        return
    yield from ((_later(start, -_SECOND), _later(end, _SECOND)) for start, end in firm)
    yield from ((_later(start, -_MAX_FLOAT - _SECOND), _later(end, _MAX_FLOAT + _SECOND)) for start, end in floats)
    yield from loose


def _undated(root: Component, part: Component) -> Range:
    """The range of a task without DTSTART, by the last five rows of its table in §9.9."""
    due, completed, created = (_instant(root, part, name) for name in ("DUE", "COMPLETED", "CREATED"))
    given = [due] if due is not None else [each for each in (completed, created) if each is not None]
    if not given:
        return None, None
    first = _later(min(each[0] for each in given), -_SECOND)
    return first, None if due is None and completed is None else _later(max(each[1] for each in given), _SECOND)


def _instant(root: Component, part: Component, name: str) -> tuple[datetime, datetime] | None:
    prop = part.get(name)
    value = moment_of(prop, root, {}) if prop is not None else None
    if value is None:
        return None
    room = _MAX_FLOAT if not isinstance(value, datetime) or value.tzinfo is None else timedelta(0)
    return moved(utc_of(value), -room), moved(utc_of(value), room)


def _labelled(value: Moment) -> datetime:
    return moved(wall_of(value).replace(tzinfo=UTC), timedelta(0))


def _fbtype(root: Component, role: str, partstat: str | None, organizer: str | None) -> str | None:
    """The FBTYPE of all instances; None where they may differ."""
    parts = root.components("VEVENT")
    people = [address_of(each) for part in parts for each in part.all("ATTENDEE")]
    me: frozenset[str] = frozenset()
    if people:
        if role == "organizer" and organizer is not None:
            listed = [any(address_of(each) == organizer for each in part.all("ATTENDEE")) for part in parts]
            if not all(listed):
                return None
            me = frozenset({organizer})
        elif role == "attendee" and partstat is not None and len(parts) == 1:
            return fbtype_of(parts[0], me, partstat) or FREE
        else:
            return None
    kinds = {fbtype_of(part, me) or FREE for part in parts}
    return kinds.pop() if len(kinds) == 1 else None


def _days_of_the_year(ranges: list[Range], series: Series, *, endless: bool) -> tuple[int, int] | None:
    """The days of the year on which a yearly series happens, such as a birthday; None where they are not limited."""
    low, high = 366, 1
    for start, end in ranges:
        if start is None or end is None or start.year != end.year:
            return None
        low, high = min(low, start.timetuple().tm_yday), max(high, end.timetuple().tm_yday)
    if not endless:
        return (low, high) if low <= high else None
    # An endless YEARLY rule stays on its days, with a leap day or a week more or less.
    if any(rule.freq != "YEARLY" for rule in series.rules) or len(ranges) < 20:
        return None
    if high - low > 31 or low <= 8 or high >= 358:
        return None
    return low - 8, high + 8

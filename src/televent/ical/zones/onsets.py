"""Computes the onsets of a VTIMEZONE's observances, year by year: RFC 5545 §3.6.5.

Each time of an event needs the offset of its zone. So a zone's rule must cost less than an event's rule: it is prepared
once, each of its years is expanded once, and parts that no zone needs (times of the day, seconds) are not read.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from televent.ical.rules.expansion import Budget, Expansion, expand
from televent.ical.rules.rule import Rule, parse_rule
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.text.values import moment, offset, unescape

MAX_DATES: Final = 2_000
"""Max RDATEs of one zone."""
MAX_DAYS: Final = 500
"""Max days a year that all rules of a zone test: sixteen rules of one month each."""
MAX_RULES: Final = 64
"""Max rules of one zone; further ones are not read."""
_MAX_OBSERVANCE_RULES: Final = 4
"""Max rules of one observance; it should have one (§3.6.5)."""
_MAX_COUNT_WORK: Final = 5_000
"""Max steps to expand all rules of a zone that have a COUNT."""
_MAX_YEARS_BACK: Final = 12
"""Max years, times the interval, to search back for an onset: enough for 29 February."""
_CACHED_YEARS: Final = 400
_END: Final = datetime(9998, 12, 30)  # noqa: DTZ001 (wall clock)


@dataclass(slots=True)
class ZoneLimits:
    """The limits that all observances of one zone share; later ones get the rest."""

    dates: int = MAX_DATES
    days: int = MAX_DAYS
    rules: int = MAX_RULES
    counting: Budget = field(default_factory=lambda: Budget(_MAX_COUNT_WORK))


class YearlyRule:
    """A YEARLY or MONTHLY rule of an observance that starts at ``start`` (wall clock)."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule, self._start = rule, start
        self._expansion = Expansion(rule, start, Budget())
        self._months = sorted(self._expansion.months) or list(range(1, 13))
        self._years: dict[int, list[datetime]] = {}

    @property
    def days(self) -> int:
        """The number of days that are tested for a year."""
        return 31 * len(self._months)

    def in_year(self, year: int) -> list[datetime]:
        """The onsets in that year, ascending, in wall clock time."""
        found = self._years.get(year)
        if found is None:
            if len(self._years) >= _CACHED_YEARS:
                self._years.clear()
            until = self._rule.until or _END
            times = (datetime.combine(day, self._start.time()) for day in self._days(year))
            found = self._years[year] = [each for each in times if self._start <= each <= until]
        return found

    def last_before(self, low: datetime) -> datetime | None:
        """The last onset before ``low``; None where there is none."""
        last = min(low, self._rule.until or low).year
        first = max(self._start.year, last - _MAX_YEARS_BACK * min(self._rule.interval, 10))
        for year in range(last, first - 1, -1):
            found = self.in_year(year)
            place = bisect_left(found, low)
            if place:
                return found[place - 1]
        return None

    def _days(self, year: int) -> Iterator[date]:
        rule, start = self._rule, self._start
        if rule.freq == "YEARLY":
            if not (year - start.year) % rule.interval:
                yield from self._placed([day for month in self._months for day in self._fitting(year, month)])
            return
        origin = start.year * 12 + start.month
        for month in self._months:
            if not (year * 12 + month - origin) % rule.interval:
                yield from self._placed(self._fitting(year, month))

    def _fitting(self, year: int, month: int) -> list[date]:
        every = (date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))
        return [day for day in every if self._expansion.fits(day)]

    def _placed(self, days: list[date]) -> list[date]:
        if self._expansion.positions is None:
            return days
        return [days[place] for place in self._expansion.places(len(days))]


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT part. ``start`` and ``dates`` are wall clock times in ``before``, the offset that ends."""

    start: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool
    rules: tuple[YearlyRule, ...]
    dates: tuple[datetime, ...]
    """Ascending; the start is one of them."""

    def onsets(self, first: int, last: int) -> Iterator[datetime]:
        """The onsets from the beginning of the year *first* to the end of *last*, in no order, naive UTC."""
        low, high = datetime(first, 1, 1), datetime(last, 12, 31, 23, 59, 59)  # noqa: DTZ001 (wall clock)
        for each in self.dates[bisect_left(self.dates, low) :]:
            if each > high:
                break
            yield less(each, self.before)
        for rule in self.rules:
            for year in range(first, last + 1):
                yield from (less(each, self.before) for each in rule.in_year(year))

    def last_before(self, low: datetime) -> datetime | None:
        """The last onset before ``low`` (wall clock), naive UTC; None where there is none."""
        place = bisect_left(self.dates, low)
        found = [self.dates[place - 1]] if place else []
        found += [each for rule in self.rules if (each := rule.last_before(low)) is not None]
        return less(max(found), self.before) if found else None


def observance_of(part: Component, limits: ZoneLimits) -> Observance | None:
    """Reads a STANDARD or DAYLIGHT part; None where it cannot be read.

    A rule past the limits, or of a kind that zones do not use, is left out; the onset at DTSTART stays.
    """
    start = moment((part.value("DTSTART") or "").strip().removesuffix("Z"))
    after, before = offset(part.value("TZOFFSETTO") or ""), offset(part.value("TZOFFSETFROM") or "")
    if not isinstance(start, datetime) or after is None:
        return None
    before = after if before is None else before
    dates = {start, *_dates(part, before, limits)}
    rules: list[YearlyRule] = []
    for line in part.all("RRULE")[:_MAX_OBSERVANCE_RULES]:
        if limits.rules <= 0:
            break
        limits.rules -= 1
        try:
            rule = parse_rule(line.value, timezone(before))
            if rule.count is not None:
                dates.update(expand(rule, start, start, _END, limits.counting))
                continue
        except IcalError:
            continue
        own = YearlyRule(rule, start) if _of_a_zone(rule, start) else None
        if own is not None and own.days <= limits.days:
            limits.days -= own.days
            rules.append(own)
    name = unescape(part.value("TZNAME") or "")
    return Observance(start, before, after, name, part.name == "DAYLIGHT", tuple(rules), tuple(sorted(dates)))


def _of_a_zone(rule: Rule, start: datetime) -> bool:
    own = {"BYHOUR": start.hour, "BYMINUTE": start.minute, "BYSECOND": start.second}
    return rule.freq in ("YEARLY", "MONTHLY") and all(
        rule.by.get(name, (value,)) == (value,) for name, value in own.items()
    )


def _dates(part: Component, before: timedelta, limits: ZoneLimits) -> Iterator[datetime]:
    for line in part.all("RDATE"):
        for text in line.value.split(",", limits.dates)[: limits.dates]:
            limits.dates -= 1
            when = moment(text.partition("/")[0])
            if isinstance(when, datetime):
                yield less(when.replace(tzinfo=None), -before) if when.tzinfo is UTC else when


def less(when: datetime, length: timedelta) -> datetime:
    """*when* minus *length*, both naive, limited to the range of datetime."""
    try:
        return when - length
    except OverflowError:
        return datetime.min if length > timedelta(0) else datetime.max  # noqa: DTZ901 (wall clock)

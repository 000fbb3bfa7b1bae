"""When an observance of a VTIMEZONE sets in, year by year: RFC 5545 §3.6.5.

A zone is asked for the offset of each of its times, so a rule of its own must not cost what a rule of an event may: it
is taken apart once, a year of it is looked at once, and what no zone needs (times of the day, seconds) is not read.
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
"""RDATEs of one zone."""
MAX_DAYS: Final = 500
"""Days that all rules of a zone may look at in one year: sixteen rules of one month each."""
MAX_RULES: Final = 64
"""Rules of one zone that are read at all."""
_RULES: Final = 4
"""Of one observance; it should have one (§3.6.5)."""
_COUNTED: Final = 5_000
"""What the rules of a zone that have a COUNT may cost together, in steps of an expansion."""
_WAITING: Final = 12
"""Years, times the interval, that a rule is looked back for: not even 29 February waits longer."""
_CACHED_YEARS: Final = 400
_END: Final = datetime(9998, 12, 30)  # noqa: DTZ001 (wall clock)


@dataclass(slots=True)
class Allowance:
    """What the parts of one zone may use together; who comes later gets what is left."""

    dates: int = MAX_DATES
    days: int = MAX_DAYS
    rules: int = MAX_RULES
    counting: Budget = field(default_factory=lambda: Budget(_COUNTED))


class YearlyRule:
    """A YEARLY or MONTHLY rule of an observance that starts at ``start`` (wall clock)."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule, self._start = rule, start
        self._expansion = Expansion(rule, start, Budget())
        self._months = sorted(self._expansion.months) or list(range(1, 13))
        self._years: dict[int, list[datetime]] = {}

    @property
    def days(self) -> int:
        """How many days are looked at for a year."""
        return 31 * len(self._months)

    def in_year(self, year: int) -> list[datetime]:
        """Its onsets in that year, ascending, on the wall clock."""
        found = self._years.get(year)
        if found is None:
            if len(self._years) >= _CACHED_YEARS:
                self._years.clear()
            until = self._rule.until or _END
            times = (datetime.combine(day, self._start.time()) for day in self._days(year))
            found = self._years[year] = [each for each in times if self._start <= each <= until]
        return found

    def last_before(self, low: datetime) -> datetime | None:
        """Its last onset before ``low``."""
        last = min(low, self._rule.until or low).year
        first = max(self._start.year, last - _WAITING * min(self._rule.interval, 10))
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
    """A STANDARD or DAYLIGHT part. ``start`` and ``dates`` are wall clock times by ``before``, the offset that ends."""

    start: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool
    rules: tuple[YearlyRule, ...]
    dates: tuple[datetime, ...]
    """Ascending; the start is one of them."""

    def onsets(self, first: int, last: int) -> Iterator[datetime]:
        """Its onsets from the beginning of one year to the end of another, in no order, in UTC without a zone."""
        low, high = datetime(first, 1, 1), datetime(last, 12, 31, 23, 59, 59)  # noqa: DTZ001 (wall clock)
        for each in self.dates[bisect_left(self.dates, low) :]:
            if each > high:
                break
            yield less(each, self.before)
        for rule in self.rules:
            for year in range(first, last + 1):
                yield from (less(each, self.before) for each in rule.in_year(year))

    def last_before(self, low: datetime) -> datetime | None:
        """Its last onset before ``low`` (wall clock), in UTC without a zone."""
        place = bisect_left(self.dates, low)
        found = [self.dates[place - 1]] if place else []
        found += [each for rule in self.rules if (each := rule.last_before(low)) is not None]
        return less(max(found), self.before) if found else None


def observance_of(part: Component, allowance: Allowance) -> Observance | None:
    """What a STANDARD or DAYLIGHT part says; None where that cannot be understood. A rule that no zone has, or one more
    than a zone may have, leaves the first onset."""
    start = moment((part.value("DTSTART") or "").strip().removesuffix("Z"))
    after, before = offset(part.value("TZOFFSETTO") or ""), offset(part.value("TZOFFSETFROM") or "")
    if not isinstance(start, datetime) or after is None:
        return None
    before = after if before is None else before
    dates = {start, *_dates(part, before, allowance)}
    rules: list[YearlyRule] = []
    for line in part.all("RRULE")[:_RULES]:
        if allowance.rules <= 0:
            break
        allowance.rules -= 1
        try:
            rule = parse_rule(line.value, timezone(before))
            if rule.count is not None:
                dates.update(expand(rule, start, start, _END, allowance.counting))
                continue
        except IcalError:
            continue
        own = YearlyRule(rule, start) if _of_a_zone(rule, start) else None
        if own is not None and own.days <= allowance.days:
            allowance.days -= own.days
            rules.append(own)
    name = unescape(part.value("TZNAME") or "")
    return Observance(start, before, after, name, part.name == "DAYLIGHT", tuple(rules), tuple(sorted(dates)))


def _of_a_zone(rule: Rule, start: datetime) -> bool:
    own = {"BYHOUR": start.hour, "BYMINUTE": start.minute, "BYSECOND": start.second}
    return rule.freq in ("YEARLY", "MONTHLY") and all(
        rule.by.get(name, (value,)) == (value,) for name, value in own.items()
    )


def _dates(part: Component, before: timedelta, allowance: Allowance) -> Iterator[datetime]:
    for line in part.all("RDATE"):
        for text in line.value.split(",", allowance.dates)[: allowance.dates]:
            allowance.dates -= 1
            when = moment(text.partition("/")[0])
            if isinstance(when, datetime):
                yield less(when.replace(tzinfo=None), -before) if when.tzinfo is UTC else when


def less(when: datetime, length: timedelta) -> datetime:
    """Earlier by so much, as far as there is time (a wall clock or UTC, without a zone)."""
    try:
        return when - length
    except OverflowError:
        return datetime.min if length > timedelta(0) else datetime.max  # noqa: DTZ901 (wall clock)

"""Expands RRULE within bounds: RFC 5545 §3.3.10.

Times here are naive: a rule runs on the wall clock of its event's zone. Each period (year, month, week, day) is a set
of days, which every BYxxx part filters; then the times of day are filtered. The work is counted: a rule that never
matches, or matches every second, ends in TooManyInstances and does not block a worker.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from typing import Final

from televent.ical.rules.rule import Rule
from televent.ical.text.errors import TooManyInstances

MAX_WORK: Final = 15_000
"""Max steps (days and times tested) in one expansion of all rules together: some tens of milliseconds."""

_STEP: Final = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_DAY: Final = 86_400
_UNIT: Final = {
    **{freq: timedelta(seconds=step) for freq, step in _STEP.items()},
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_LAST: Final = date(9998, 12, 31).toordinal()


class Budget:
    """The steps that an expansion may still use; rules that are expanded together share one budget."""

    __slots__ = ("left",)

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = work

    def spend(self, work: int) -> None:
        """Uses *work* steps. Raises TooManyInstances when none are left."""
        self.left -= work
        if self.left < 0:
            raise TooManyInstances("the recurrence rule is too costly to expand")


def expand(
    rule: Rule, start: datetime, after: datetime, before: datetime, budget: Budget | None = None
) -> Iterator[datetime]:
    """The rule's times in [after, before), ascending. ``start`` is among them only if the rule matches it.

    Raises TooManyInstances when the work exceeds the budget.
    """
    final, count = last_of_count(rule, start), rule.count
    until = rule.until
    if final is not None:
        until, count = final if until is None else min(until, final), None
    # COUNT counts from the start; without it the expansion may begin at the window.
    near = start if count is not None else max(start, after)
    high = before if until is None else min(before, _next_second(until))
    produced = 0
    for found in Expansion(rule, start, budget or Budget()).times(near, high):
        if found < start:
            continue
        produced += 1
        if found >= high or (count is not None and produced > count):
            return
        if found >= after:
            yield found


def last_of_count(rule: Rule, start: datetime) -> datetime | None:
    """The last time of a rule with COUNT, where each step gives one instance, so that none must be expanded.

    None where the rule must be expanded, or has no COUNT.
    """
    unit = _UNIT.get(rule.freq)
    if rule.count is None or unit is None or rule.by or rule.days:
        return None
    try:
        return start + (rule.count - 1) * rule.interval * unit
    except OverflowError:
        return datetime.max if rule.count else datetime.min  # noqa: DTZ901 (wall clock)


class Expansion:
    """A rule prepared for expansion: sets of its days and times, and its budget."""

    def __init__(self, rule: Rule, start: datetime, budget: Budget) -> None:
        by = rule.by
        self.rule, self.start, self._spend = rule, start, budget.spend
        self.months, self.month_days = frozenset(by.get("BYMONTH", ())), frozenset(by.get("BYMONTHDAY", ()))
        self.year_days, self.weeks = frozenset(by.get("BYYEARDAY", ())), frozenset(by.get("BYWEEKNO", ()))
        self.positions = by.get("BYSETPOS")
        ordinals = rule.freq in ("MONTHLY", "YEARLY")  # other rules have no ordinals: the weekday alone counts
        self.weekdays = frozenset(day for n, day in rule.days if n == 0 or not ordinals)
        self.nth = frozenset(each for each in rule.days if each[0] != 0) if ordinals else frozenset()
        self.by_year = rule.freq == "YEARLY" and not self.months
        no_days = not (self.month_days or rule.days or self.weeks or self.year_days)
        if no_days and rule.freq == "YEARLY":
            self.months, self.month_days = self.months or frozenset({start.month}), frozenset({start.day})
        elif no_days and rule.freq == "MONTHLY":
            self.month_days = frozenset({start.day})
        same_weekday = rule.freq == "WEEKLY" or (rule.freq == "YEARLY" and self.weeks)
        if same_weekday and not (rule.days or self.month_days or self.year_days):
            self.weekdays = frozenset({start.weekday()})

    def times(self, near: datetime, high: datetime) -> Iterator[datetime]:
        """The rule's times, ascending, from before ``near`` to after ``high``."""
        step = _STEP.get(self.rule.freq)
        clock = self._times_of_day() if step is None else []
        for days in self._periods(near, high):
            self._spend(1 + len(days) // 2)
            chosen = [day for day in days if self.fits(day)]
            if step is not None:
                for day in chosen:
                    yield from self._times_by_frequency(day, step)
                continue
            if self.positions is None:
                for day in chosen:
                    self._spend(len(clock))
                    yield from (datetime.combine(day, each) for each in clock)
            elif chosen:
                yield from self._at_positions(chosen, clock)

    # ---- days
    def _periods(self, near: datetime, high: datetime) -> Iterator[list[date]]:
        """The days of each period that may match, in step with the start, from a period at or before ``near``."""
        start, interval = self.start, self.rule.interval
        if self.rule.freq == "YEARLY":
            first = start.year + max(0, near.year - 1 - start.year) // interval * interval
            for year in range(first, min(high.year + 1, 9998) + 1, interval):
                months = sorted(self.months) or range(1, 13)
                yield [day for month in months for day in _month(year, month)]
        elif self.rule.freq == "MONTHLY":
            origin = start.year * 12 + start.month - 1
            first = origin + max(0, near.year * 12 + near.month - 2 - origin) // interval * interval
            for number in range(first, min(high.year * 12 + high.month, 9998 * 12), interval):
                year, zero = divmod(number, 12)
                yield _month(year, zero + 1) if not self.months or zero + 1 in self.months else []
        elif self.rule.freq == "WEEKLY":
            week = start.date().toordinal() - (start.weekday() - self.rule.wkst) % 7
            first = week + max(0, near.date().toordinal() - 7 - week) // (7 * interval) * 7 * interval
            for number in range(first, min(high.date().toordinal() + 1, _LAST - 7), 7 * interval):
                yield [date.fromordinal(number + each) for each in range(7) if number + each > 0]
        else:
            yield from self._single_days(near, high)

    def _single_days(self, near: datetime, high: datetime) -> Iterator[list[date]]:
        start, freq, interval = self.start, self.rule.freq, self.rule.interval
        # An interval of hours, minutes or seconds that is longer than a day skips whole days.
        every = interval if freq == "DAILY" else 1
        pace = _STEP.get(freq, _DAY) * interval
        origin, end = start.date().toordinal(), min(high.date().toordinal() + 1, _LAST)
        number = origin + max(0, near.date().toordinal() - 1 - origin) // every * every
        while number < end:
            day = date.fromordinal(number)
            if self.months and day.month not in self.months:
                self._spend(1)
                skip = calendar.monthrange(day.year, day.month)[1] - day.day + 1
                number += max(every, -(-skip // every) * every)
                continue
            if pace > _DAY and freq != "DAILY":
                wait = self._first_offset(day, _STEP[freq]) // _DAY
                if wait > 0:
                    self._spend(1)
                    number += wait
                    continue
            yield [day]
            number += every

    def fits(self, day: date) -> bool:
        """True where the day matches every BYxxx part."""
        if self.months and day.month not in self.months:
            return False
        if self.month_days and day.day not in self.month_days:
            length = calendar.monthrange(day.year, day.month)[1]
            if day.day - length - 1 not in self.month_days:
                return False
        if self.year_days:
            number = day.timetuple().tm_yday
            if number not in self.year_days and number - _year_length(day.year) - 1 not in self.year_days:
                return False
        if self.weeks and not self._week_fits(day):
            return False
        if self.weekdays or self.nth:
            weekday = day.weekday()
            return weekday in self.weekdays or (bool(self.nth) and self._nth_fits(day, weekday))
        return True

    def _nth_fits(self, day: date, weekday: int) -> bool:
        """An ordinal counts within the month, or within the year for YEARLY without BYMONTH."""
        if self.by_year:
            place, length = day.timetuple().tm_yday, _year_length(day.year)
        else:
            place, length = day.day, calendar.monthrange(day.year, day.month)[1]
        return ((place - 1) // 7 + 1, weekday) in self.nth or (-((length - place) // 7) - 1, weekday) in self.nth

    def _week_fits(self, day: date) -> bool:
        """True where the day is in a week of BYWEEKNO. Weeks count as in ISO 8601, but begin on WKST.

        Week 1 has at least four days of its year; days around New Year may be in a week of the next or previous year.
        """
        wkst, year = self.rule.wkst, day.year
        if day < _week_one(year, wkst):
            year -= 1
        elif day >= _week_one(year + 1, wkst):
            year += 1
        first = _week_one(year, wkst)
        number, total = (day - first).days // 7 + 1, (_week_one(year + 1, wkst) - first).days // 7
        return number in self.weeks or number - total - 1 in self.weeks

    # ---- times
    def _times_of_day(self) -> list[time]:
        by, start = self.rule.by, self.start
        hours, minutes, seconds = (
            sorted({min(each, 59) if name == "BYSECOND" else each for each in by.get(name, (own,))})
            for name, own in (("BYHOUR", start.hour), ("BYMINUTE", start.minute), ("BYSECOND", start.second))
        )
        size = len(hours) * len(minutes) * len(seconds)
        self._spend(size // 4)
        if size > MAX_WORK:
            raise TooManyInstances("the recurrence rule has too many times a day")
        return [time(*each) for each in product(hours, minutes, seconds)]

    def _first_offset(self, day: date, step: int) -> int:
        """Seconds from midnight to the next time that is in step with the start."""
        pace = step * self.rule.interval
        base = self.start
        if step > 1:
            base = base.replace(second=0) if step == 60 else base.replace(minute=0, second=0)
        return int((base - datetime.combine(day, time())).total_seconds()) % pace

    def _times_by_frequency(self, day: date, step: int) -> Iterator[datetime]:
        """Times of one day for HOURLY, MINUTELY and SECONDLY."""
        by, start, pace = self.rule.by, self.start, step * self.rule.interval
        offset = self._first_offset(day, step)
        hours = sorted(by.get("BYHOUR", ())) or range(24)
        self._spend(len(hours) // 2)
        for hour in dict.fromkeys(hours):
            # Only times in step with the start are tested; an hour that BYHOUR leaves out costs nothing.
            first = hour * 3600 + (offset - hour * 3600) % pace
            for second in range(first, (hour + 1) * 3600, pace):
                self._spend(1)
                minute, rest = second // 60 % 60, second % 60
                if step < 3600 and "BYMINUTE" in by and minute not in by["BYMINUTE"]:
                    continue
                if step < 60 and "BYSECOND" in by and rest not in by["BYSECOND"]:
                    continue
                minutes = sorted(set(by.get("BYMINUTE", (start.minute,)))) if step == 3600 else [minute]
                inner = by.get("BYSECOND", (start.second,)) if step >= 60 else (rest,)
                seconds = sorted({min(each, 59) for each in inner})
                found = [datetime.combine(day, time(hour, m, s)) for m in minutes for s in seconds]
                self._spend(len(found) - 1)
                yield from found if self.positions is None else [found[each] for each in self.places(len(found))]

    # ---- positions
    def _at_positions(self, days: list[date], clock: list[time]) -> Iterator[datetime]:
        """The times at the BYSETPOS positions, found by counting, without computing every time of the period."""
        places = self.places(len(days) * len(clock))
        self._spend(len(places))
        for place in places:
            day, of_day = divmod(place, len(clock))
            yield datetime.combine(days[day], clock[of_day])

    def places(self, size: int) -> list[int]:
        """The BYSETPOS positions as indexes of a list of that size."""
        places = {each - 1 if each > 0 else size + each for each in self.positions or ()}
        return sorted(each for each in places if 0 <= each < size)


@lru_cache(maxsize=2048)
def _week_one(year: int, wkst: int) -> date:
    new_year = date(year, 1, 1)
    offset = (new_year.weekday() - wkst) % 7
    if offset > 3:
        return new_year + timedelta(days=7 - offset)
    # The week of 1 January of the year 1 would begin before the first date of Python.
    return new_year - timedelta(days=offset) if year > 1 else new_year


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]


def _year_length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _next_second(when: datetime) -> datetime:
    try:
        return when + timedelta(microseconds=1)
    except OverflowError:
        return when

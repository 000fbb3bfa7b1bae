"""RRULE: RFC 5545 §3.3.10, expanded within bounds.

Times here are naive: a rule runs on the wall clock of its event's zone. Each period (year, month, week, day) is a set
of days that every BYxxx part filters; the times of day are filtered in turn. The work is counted, so that a rule that
never matches, or matches every second, ends in TooManyInstances and not in a stuck worker.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.errors import InvalidCalendarData, TooManyInstances
from televent.ical.values import moment

FREQUENCIES: Final = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_STEP: Final = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_WORK: Final = 120_000
"""Days and times looked at in one expansion: tens of milliseconds."""

_RANGES: Final = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed RRULE. ``until`` is naive in the event's zone, and inclusive."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    wkst: int = 0
    by: dict[str, tuple[int, ...]] = field(default_factory=dict)
    days: tuple[tuple[int, int], ...] = ()
    """BYDAY as (ordinal, weekday); ordinal 0: every such day."""


def parse_rule(text: str, zone: tzinfo | None) -> Rule:
    """Raises InvalidCalendarData for what is no rule, TooManyInstances never: see ``expand``."""
    parts: dict[str, str] = {}
    for part in text.strip().rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise InvalidCalendarData(f"RRULE has a part without a value: {part[:30]!r}")
        parts[name.strip().upper()] = value.strip().upper()
    freq = parts.get("FREQ", "")
    if freq not in FREQUENCIES:
        raise InvalidCalendarData(f"RRULE has no known FREQ: {freq[:20]!r}")
    by = {name: _numbers(name, parts[name]) for name in _RANGES if name in parts}
    return Rule(
        freq=freq,
        interval=max(1, _number("INTERVAL", parts.get("INTERVAL", "1"))),
        count=_number("COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        wkst=_weekday(parts.get("WKST", "MO")),
        by=by,
        days=tuple(_ordinal_day(each) for each in parts.get("BYDAY", "").split(",") if each),
    )


def expand(rule: Rule, start: datetime, after: datetime, before: datetime) -> Iterator[datetime]:
    """The rule's times in [after, before), ascending. The first is not ``start`` unless the rule says so.

    Raises TooManyInstances when the work outgrows its bound.
    """
    budget = [MAX_WORK]
    last = min(before - timedelta(microseconds=1), rule.until) if rule.until is not None else None
    produced = 0
    for found in _all(rule, start, start if rule.count is not None else max(start, after), before, budget):
        if found < start:
            continue
        produced += 1
        if found >= before or (last is not None and found > last) or (rule.count is not None and produced > rule.count):
            return
        if found >= after:
            yield found


def _all(rule: Rule, start: datetime, near: datetime, before: datetime, budget: list[int]) -> Iterator[datetime]:
    position = rule.by.get("BYSETPOS")
    step = _STEP.get(rule.freq)
    for days in _periods(rule, start, near, before):
        _spend(budget, len(days))
        chosen = [day for day in days if _day_fits(rule, day, start)]
        if step is not None:
            for day in chosen:
                yield from _times_of_frequency(rule, start, day, step, budget)
            continue
        times = _times_of_day(rule, start)
        _spend(budget, len(chosen) * len(times))
        found = [datetime(day.year, day.month, day.day, *time) for day in chosen for time in times]  # noqa: DTZ001
        yield from _at_positions(found, position) if position else found


def _periods(rule: Rule, start: datetime, near: datetime, before: datetime) -> Iterator[list[date]]:
    """The days of each period, from one that is not later than ``near``, in step with ``start``."""
    interval = rule.interval
    if rule.freq == "YEARLY":
        first = start.year + max(0, near.year - 1 - start.year) // interval * interval
        for year in range(first, min(before.year + 1, 9998) + 1, interval):
            day = date(year, 1, 1)
            yield [day + timedelta(days=each) for each in range(366 if calendar.isleap(year) else 365)]
    elif rule.freq == "MONTHLY":
        origin = start.year * 12 + start.month - 1
        first = origin + max(0, near.year * 12 + near.month - 2 - origin) // interval * interval
        for month in range(first, min(before.year * 12 + before.month, 9998 * 12), interval):
            year, zero = divmod(month, 12)
            yield [date(year, zero + 1, day + 1) for day in range(calendar.monthrange(year, zero + 1)[1])]
    elif rule.freq == "WEEKLY":
        monday = start.date().toordinal() - (start.weekday() - rule.wkst) % 7
        first = monday + max(0, near.date().toordinal() - 7 - monday) // (7 * interval) * 7 * interval
        for week in range(max(1, first), min(before.date().toordinal() + 1, _LAST - 7), 7 * interval):
            yield [date.fromordinal(week + each) for each in range(7)]
    else:
        every = interval if rule.freq == "DAILY" else 1
        origin = start.date().toordinal()
        first = origin + max(0, near.date().toordinal() - 1 - origin) // every * every
        for day_number in range(first, min(before.date().toordinal() + 1, _LAST), every):
            yield [date.fromordinal(day_number)]


_LAST: Final = date(9998, 12, 31).toordinal()


def _day_fits(rule: Rule, day: date, start: datetime) -> bool:
    by = rule.by
    months, month_days = by.get("BYMONTH"), by.get("BYMONTHDAY")
    free = not (month_days or rule.days or "BYWEEKNO" in by or "BYYEARDAY" in by)
    if free and rule.freq == "YEARLY":
        months, month_days = months or (start.month,), (start.day,)
    elif free and rule.freq == "MONTHLY":
        month_days = (start.day,)
    if months and day.month not in months:
        return False
    if month_days:
        length = calendar.monthrange(day.year, day.month)[1]
        if day.day not in month_days and day.day - length - 1 not in month_days:
            return False
    year_days = by.get("BYYEARDAY")
    if year_days:
        length, number = 366 if calendar.isleap(day.year) else 365, day.timetuple().tm_yday
        if number not in year_days and number - length - 1 not in year_days:
            return False
    if "BYWEEKNO" in by and not _week_fits(rule, day):
        return False
    if rule.days:
        return any(weekday == day.weekday() and (n == 0 or _nth(rule, day, n)) for n, weekday in rule.days)
    if rule.freq == "WEEKLY" or (rule.freq == "YEARLY" and "BYWEEKNO" in by and not month_days and not year_days):
        return day.weekday() == start.weekday()
    return True


def _nth(rule: Rule, day: date, n: int) -> bool:
    """Is this the n-th such weekday of its month (MONTHLY, or YEARLY with BYMONTH), else of its year?"""
    if rule.freq == "MONTHLY" or (rule.freq == "YEARLY" and "BYMONTH" in rule.by):
        place, length = day.day, calendar.monthrange(day.year, day.month)[1]
    elif rule.freq == "YEARLY":
        place, length = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    else:
        return True  # RFC 5545: no ordinal outside MONTHLY and YEARLY; what is meant is the weekday
    return (place - 1) // 7 + 1 == n if n > 0 else (length - place) // 7 + 1 == -n


def _week_fits(rule: Rule, day: date) -> bool:
    """BYWEEKNO by ISO 8601 with the week starting on WKST: week 1 has at least four days of the year."""
    wanted = rule.by["BYWEEKNO"]
    first = _week_one(day.year, rule.wkst)
    following = _week_one(day.year + 1, rule.wkst)
    number = (day - first).days // 7 + 1
    total = (following - first).days // 7
    if day < first or day >= following:
        return False  # belongs to a week of the neighbouring year
    return number in wanted or number - total - 1 in wanted


def _week_one(year: int, wkst: int) -> date:
    new_year = date(year, 1, 1)
    offset = (new_year.weekday() - wkst) % 7
    return new_year - timedelta(days=offset) if offset <= 3 else new_year + timedelta(days=7 - offset)


def _times_of_day(rule: Rule, start: datetime) -> list[tuple[int, int, int]]:
    hours = rule.by.get("BYHOUR") or (start.hour,)
    minutes = rule.by.get("BYMINUTE") or (start.minute,)
    seconds = rule.by.get("BYSECOND") or (start.second,)
    return sorted({(h, m, min(s, 59)) for h in hours for m in minutes for s in seconds})


def _times_of_frequency(rule: Rule, start: datetime, day: date, step: int, budget: list[int]) -> Iterator[datetime]:
    """Times of one day in step with ``start`` for HOURLY, MINUTELY and SECONDLY."""
    by, pace = rule.by, step * rule.interval
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    base = start
    if step > 1:
        base = start.replace(second=0) if step == 60 else start.replace(minute=0, second=0)
    offset = -int((midnight - base).total_seconds()) % pace
    inner_minutes = by.get("BYMINUTE") or (start.minute,) if step == 3600 else None
    inner_seconds = by.get("BYSECOND") or (start.second,) if step >= 60 else None
    for second in range(offset, 86_400, pace):
        _spend(budget, 4)
        hour, rest = divmod(second, 3600)
        minute, sec = divmod(rest, 60)
        if "BYHOUR" in by and hour not in by["BYHOUR"]:
            continue
        if step < 3600 and "BYMINUTE" in by and minute not in by["BYMINUTE"]:
            continue
        if step < 60 and "BYSECOND" in by and sec not in by["BYSECOND"]:
            continue
        found = [
            midnight.replace(hour=hour, minute=m, second=min(s, 59))
            for m in sorted(set(inner_minutes or (minute,)))
            for s in sorted(set(inner_seconds or (sec,)))
        ]
        yield from _at_positions(found, by["BYSETPOS"]) if "BYSETPOS" in by else found


def _at_positions(found: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    size = len(found)
    places = {each - 1 if each > 0 else size + each for each in positions}
    return [found[place] for place in sorted(places) if 0 <= place < size]


def _spend(budget: list[int], work: int) -> None:
    budget[0] -= max(work, 1)
    if budget[0] < 0:
        raise TooManyInstances("the recurrence rule is too costly to expand")


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise InvalidCalendarData(f"RRULE: {name} is no number: {text[:20]!r}")
    return int(text)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    low, high = _RANGES[name]
    numbers = []
    for each in text.split(","):
        sign, digits = (-1, each[1:]) if each.startswith("-") else (1, each.removeprefix("+"))
        value = sign * _number(name, digits)
        if not low <= value <= high or (low < 0 and value == 0):
            raise InvalidCalendarData(f"RRULE: {name}={value} is out of range")
        numbers.append(value)
    return tuple(numbers)


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise InvalidCalendarData(f"RRULE: {text[:10]!r} is no weekday")
    return WEEKDAYS.index(text)


def _ordinal_day(text: str) -> tuple[int, int]:
    ordinal, weekday = text[:-2], _weekday(text[-2:])
    if not ordinal:
        return 0, weekday
    sign = -1 if ordinal.startswith("-") else 1
    return sign * _number("BYDAY", ordinal.lstrip("+-")), weekday


def _until(text: str, zone: tzinfo | None) -> datetime:
    value = moment(text)
    if value is None:
        raise InvalidCalendarData(f"RRULE: UNTIL is no date or time: {text[:20]!r}")
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, 23, 59, 59)  # noqa: DTZ001
    if value.tzinfo is not None:
        value = value.astimezone(zone) if zone is not None else value
    return value.replace(tzinfo=None)

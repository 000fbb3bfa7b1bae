"""Finds the first day of a repetition."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from televent.phrases.grammar.days import months_after
from televent.phrases.grammar.values import Rule
from televent.phrases.grammar.weekday_lists import DAYS


def first_instance(rule: Rule, day: date, *, after_today: bool) -> date:
    """The first day of the rule, ``day`` or later; later where the time of ``day`` is over. Raises ValueError."""
    if after_today:
        day += timedelta(days=1)
    if rule.once and rule.freq == "DAILY":
        return day + timedelta(days=rule.interval)
    if rule.freq == "MONTHLY" and rule.monthday:
        wanted = rule.monthday
        return _first_of(
            day, lambda month: _length(month) if wanted < 0 else wanted if wanted <= _length(month) else None
        )
    if rule.freq == "MONTHLY" and rule.byday:
        return _first_of(day, lambda month: _nth(month, rule.byday[0]))
    if rule.byday:
        return next(each for each in (day + timedelta(days=n) for n in range(7)) if DAYS[each.weekday()] in rule.byday)
    return day


def _first_of(day: date, number_in: Callable[[date], int | None]) -> date:
    for months in range(24):
        month = months_after(day.replace(day=1), months)
        number = number_in(month)
        if number and number <= _length(month) and month.replace(day=number) >= day:
            return month.replace(day=number)
    raise ValueError(day)


def _nth(month: date, byday: str) -> int | None:
    number, weekday = int(byday[:-2]), DAYS.index(byday[-2:])
    if number < 0:
        last = month.replace(day=_length(month))
        return last.day - (last.weekday() - weekday) % 7
    day = 1 + (weekday - month.weekday()) % 7 + 7 * (number - 1)
    return day if day <= _length(month) else None


def _length(month: date) -> int:
    return monthrange(month.year, month.month)[1]

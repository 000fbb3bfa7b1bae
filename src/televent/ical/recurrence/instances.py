"""Limits the number of instances of a series: RFC 4791 §5.2.8. They are counted only where the rule may exceed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.rules.expansion import expand
from televent.ical.rules.rule import Rule
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.wall_clock import LAST, wall_of

MAX_INSTANCES: Final = 40_000
"""Max instances of a series: one a day for a hundred years."""
_FOREVER: Final = timedelta(days=100 * 366)
_YEAR: Final = timedelta(days=366)
_A_DAY: Final = {"HOURLY": 24, "MINUTELY": 24 * 60, "SECONDLY": 24 * 3600}
_UNITS: Final = {"HOURLY": ("BYMINUTE", "BYSECOND"), "MINUTELY": ("BYSECOND",), "SECONDLY": ()}


def check_instances(every: RecurrenceSet, limit: int = MAX_INSTANCES) -> None:
    """Raises TooManyInstances for a series with more than ``limit`` instances.

    A series without end may have ``limit`` instances in its first year. So may one whose end is more than a hundred
    years away: some clients write 99991231 for "never".
    """
    series = every.series
    if series is None:
        return
    known = len(series.extra) + len(every.overrides)
    start = wall_of(series.start)
    end = min(LAST.replace(tzinfo=None), start + _FOREVER) if start.year < 9800 else LAST.replace(tzinfo=None)
    for rule in series.rules:
        if rule.count is not None:
            known += rule.count
            continue
        until = rule.until if rule.until is not None and rule.until < end else start + min(_YEAR, end - start)
        most = _at_most(rule, start, until)
        if known + most <= limit or not (rule.by or rule.days):
            known += most
            continue
        for _ in expand(rule, start, start, until, every.budget):
            known += 1
            if known > limit:
                break
    if known > limit:
        raise TooManyInstances(f"more than {limit} instances")


def _at_most(rule: Rule, start: datetime, until: datetime) -> int:
    """An upper bound of the number of instances, from the max number of times a day."""
    days = max((until - start).days, 0) // (rule.interval if rule.freq == "DAILY" else 1) + 1
    units = _UNITS.get(rule.freq, ("BYHOUR", "BYMINUTE", "BYSECOND"))
    times = -(-_A_DAY.get(rule.freq, 1) // (rule.interval if rule.freq in _A_DAY else 1))
    for unit in units:
        times *= max(len(rule.by.get(unit, ())), 1)
    return days * times

"""Counts to an end: the last day that a sentence names, and lengths of time."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from televent.phrases.grammar.days import months_after
from televent.phrases.grammar.values import Days, Length


def on_or_after(days: Days, first: date) -> date:
    """The day of an end, as it is meant with this start. Raises ValueError where it is before the start."""
    if "month" in days.guesses:
        # "From the 24th of December until the 27th": of the same month, or of the next that has such a day.
        number = days.choices[0].day
        months = (months_after(first.replace(day=1), ahead) for ahead in range(4))
        ends = (month.replace(day=number) for month in months if number <= monthrange(month.year, month.month)[1])
        return next(day for day in ends if day >= first)
    last = next((day for day in days.choices if day >= first), None)
    if last is not None:
        return last
    if days.weekday is not None:
        return first + timedelta(days=(days.weekday - first.weekday()) % 7)
    # "28 Dec - 2 Jan" of a later year: the first such day after the start, if no year was said.
    day = days.choices[-1]
    for year in (first.year, first.year + 1):
        if days.yearless and (month_day := date(year, day.month, day.day)) >= first:
            return month_day
    raise ValueError(days)


def shift(day: date, length: Length) -> date:
    """The day so many days and months later."""
    return months_after(day, length.months) + timedelta(days=length.days)


def after(start: datetime, length: Length) -> datetime:
    """The end of what begins at ``start``: days in the calendar, hours in elapsed time."""
    if length.days or length.months:
        return datetime.combine(shift(start.date(), length), start.timetz()) + timedelta(minutes=length.minutes)
    return later(start, timedelta(minutes=length.minutes))


def later(start: datetime, length: timedelta) -> datetime:
    """So much later in elapsed time, whatever the clocks do in between."""
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)

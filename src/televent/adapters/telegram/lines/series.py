"""Finds the series that are on several of the days that a message shows, so that each has one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from televent.adapters.telegram.lines.entry import days_of, time_of
from televent.adapters.telegram.texts import plain
from televent.application.use_cases.calendars.agenda import Entry
from televent.ical.text.values import canonical
from televent.wording.display import Display
from televent.wording.times import elapsed, local_of, weekday_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """Occurrences of one series that differ in their days only, the earliest first; each begins on one of ``days``."""

    entries: tuple[Entry, ...]
    days: tuple[date, ...]


def split_series(entries: Sequence[Entry], days: Sequence[date], display: Display) -> tuple[list[Entry], list[Series]]:
    """The entries that have lines of their own, and the series that are on two of the days or more.

    An occurrence has a line of its own where it was moved, or where it has another time, title, place or state than the
    others, or lasts over a whole day more.
    """
    alike: dict[tuple[object, ...], list[Entry]] = {}
    single: list[Entry] = []
    for entry in entries:
        if _is_regular(entry, days, display):
            alike.setdefault(_key(entry, display), []).append(entry)
        else:
            single.append(entry)
    found: list[Series] = []
    for group in alike.values():
        on = tuple(sorted({days_of(each, display)[0] for each in group}))
        if len(on) > 1:
            found.append(Series(tuple(group), on))
        else:
            single += group
    return single, sorted(found, key=lambda each: _order(each, display))


def weekdays_of(days: Sequence[date], display: Display) -> str:
    """The weekdays of days within one week: "Every day", "Mon–Fri", "пн, ср–пт"."""
    if len(days) == 7:
        return plain(display.language, "agenda-every-day")
    spans = []
    for _, run in groupby(enumerate(days), key=lambda each: each[1].toordinal() - each[0]):
        names = [weekday_of(day, display) for _, day in run]
        spans += [f"{names[0]}–{names[-1]}"] if len(names) > 2 else names
    return ", ".join(spans)


def _is_regular(entry: Entry, days: Sequence[date], display: Display) -> bool:
    if not entry.recurs or entry.recurrence_id != canonical(entry.start):
        return False
    first, last = days_of(entry, display)
    if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return first == last and first in days
    return first in days and elapsed(entry.start, entry.end) < _DAY


def _key(entry: Entry, display: Display) -> tuple[object, ...]:
    shown = time_of(entry, days_of(entry, display)[0], display)
    return entry.stream_id, shown, entry.summary, entry.location, entry.status, entry.partstat


def _order(series: Series, display: Display) -> tuple[bool, time, str]:
    """Whole days first, then by the time of day."""
    entry = series.entries[0]
    if not isinstance(entry.start, datetime):
        return False, time(), entry.summary
    return True, local_of(entry.start, display).time(), entry.summary

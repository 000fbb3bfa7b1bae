"""The lines of days: one for each event, and one for each series that is on several of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from televent.adapters.telegram.cards.one_line import escaped
from televent.adapters.telegram.lines.entry import days_of, is_running, is_whole, line_of, time_of, until_mark
from televent.adapters.telegram.lines.series import Series, split_series, weekdays_of
from televent.adapters.telegram.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.calendars.coming import Coming
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import elapsed, length_of, local_of

SOON: Final = timedelta(hours=12)
"""Max time before an event for which its line says how long it is."""
MAX_RULE: Final = 120
"""Max characters of a repetition in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as HTML. ``day``: the day under which it stands, None above all days. An empty ``text``: the day has
    only what stands above all days."""

    day: date | None
    text: str


def day_lines(entries: Sequence[Entry], days: Sequence[date], display: Display) -> list[Line]:
    """The lines of these days, whole days first: an event has one under each day that it touches.

    A series that is on several of them has one line above all days. Its moved occurrences have their own lines.
    """
    upcoming = _next(entries, display)
    single, series = split_series(entries, days, display)
    above = [Line(None, _series_line(each, upcoming, display)) for each in series]
    placed: list[tuple[date, bool, datetime, str, Line]] = []
    for entry in single:
        first, last = days_of(entry, display)
        for day in (each for each in days if first <= each <= last):
            when = time_of(entry, day, display)
            more = ""
            if first != last:
                part = say(display.language, "agenda-part", day=(day - first).days + 1, days=(last - first).days + 1)
                more = f" {part}"
            if day in (first, display.now.date()):
                more += _now_mark(entry, display, next_one=entry is upcoming)
            line = Line(day, line_of(entry, when, display, more))
            placed.append((day, not is_whole(entry, day, display), _begin(entry, display), entry.summary, line))
    busy = {line.day for *_, line in placed}
    for day in {day for each in series for day in each.days} - busy:
        placed.append((day, True, datetime.combine(day, time()), "", Line(day, "")))
    return above + [line for *_, line in sorted(placed, key=lambda each: each[:4])]


def coming_lines(coming: Iterable[Coming], display: Display) -> list[Line]:
    """One line for each event, and one for each series with its repetition in words, under the next date."""
    lines = []
    for each in coming:
        entry = each.entry
        first, last = days_of(entry, display)
        day, more = max(first, min(display.now.date(), last)), until_mark(first, last, display)
        if each.rrule is not None:
            # A rule belongs to the zone of its event: there it may fall on other days than for the reader.
            more += f" · <i>{escaped(rule_of(each.rrule, display, each.first), MAX_RULE)}</i>"
        lines.append(Line(day, line_of(entry, time_of(entry, day, display), display, more)))
    return lines


def _series_line(series: Series, upcoming: Entry | None, display: Display) -> str:
    entry = series.entries[0]
    when = f"{weekdays_of(series.days, display)} {time_of(entry, series.days[0], display)}"
    marks = (_now_mark(each, display, next_one=each is upcoming) for each in series.entries)
    return line_of(entry, when, display, next((each for each in marks if each), ""))


def _begin(entry: Entry, display: Display) -> datetime:
    if not isinstance(entry.start, datetime):
        return datetime.combine(entry.start, time())
    return local_of(entry.start, display).replace(tzinfo=None)


def _next(entries: Iterable[Entry], display: Display) -> Entry | None:
    """The timed event that begins next, and soon."""
    ahead = [
        (away, number, entry)
        for number, entry in enumerate(entries)
        if isinstance(entry.start, datetime) and entry.status != "CANCELLED"
        if timedelta(0) < (away := _away(entry.start, display)) <= SOON
    ]
    return min(ahead)[2] if ahead else None


def _away(start: datetime, display: Display) -> timedelta:
    return elapsed(display.now if start.tzinfo is not None else display.now.replace(tzinfo=None), start)


def _now_mark(entry: Entry, display: Display, *, next_one: bool) -> str:
    if entry.status == "CANCELLED":
        return ""
    if is_running(entry, display):
        return f" · <b>{say(display.language, 'agenda-now')}</b>"
    if next_one and isinstance(entry.start, datetime):
        length = length_of(_away(entry.start, display), display)
        return f" · <i>{say(display.language, 'agenda-in', length=length)}</i>"
    return ""

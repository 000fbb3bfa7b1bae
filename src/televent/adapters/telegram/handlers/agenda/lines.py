"""The lines of an agenda: one for each event of a day, one for each coming event or series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from televent.adapters.telegram.one_line import escaped
from televent.adapters.telegram.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.calendars.coming import Coming
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import clock_of, day_of, elapsed, length_of, local_of

MAX_TITLE: Final = 80
"""Max characters of a title in a line; the view of the event has all of them."""
MAX_PLACE: Final = 40
"""Max characters of a place in a line."""
SOON: Final = timedelta(hours=24)
"""Max time before an event for which its line says how long it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as HTML. ``day``: the day under which it stands."""

    day: date
    text: str


def day_lines(entries: Sequence[Entry], days: Sequence[date], display: Display) -> list[Line]:
    """The lines of these days, whole days first: an event has one under each day that it touches."""
    upcoming = _next(entries, display)
    placed: list[tuple[date, bool, datetime, str, Line]] = []
    for entry in entries:
        first, last = days_of(entry, display)
        for day in _shown(first, last, days):
            whole = _is_whole(entry, day, display)
            begin = _begin(entry, display)
            text = f"• {_time_of(entry, day, whole, display)} {_named(entry, display)}"
            if first != last:
                text += (
                    f" {say(display.language, 'agenda-part', day=(day - first).days + 1, days=(last - first).days + 1)}"
                )
            text += _now_mark(entry, display, next_one=entry is upcoming) if day in (first, display.now.date()) else ""
            placed.append((day, not whole, begin, entry.summary, Line(day, f"{text} /e_{entry.code}")))
    return [line for *_, line in sorted(placed, key=lambda each: each[:4])]


def coming_lines(coming: Iterable[Coming], display: Display) -> list[Line]:
    """One line for each event, and one for each series with its repetition in words, under the next date."""
    lines = []
    for each in coming:
        entry = each.entry
        first, last = days_of(entry, display)
        day = max(first, min(display.now.date(), last))
        text = f"• {_time_of(entry, day, _is_whole(entry, day, display), display)} {_named(entry, display)}"
        if first != last:
            until = say(display.language, "agenda-until", day=day_of(last, display))
            text += f" {until}"
        if each.rrule is not None:
            # A rule belongs to the zone of its event: there it may fall on other days than for the reader.
            text += f" · <i>{escaped(rule_of(each.rrule, display, each.first), 120)}</i>"
        lines.append(Line(day, f"{text} /e_{entry.code}"))
    return lines


def found_lines(entries: Iterable[Entry], display: Display) -> list[str]:
    """One line for each event that a person may mean, with its day."""
    return [
        f"• {day_of(entry.start, display)} · {_time_of(entry, days_of(entry, display)[0], entry.all_day, display)}"
        f" {_named(entry, display)} /e_{entry.code}"
        for entry in entries
    ]


def days_of(entry: Entry, display: Display) -> tuple[date, date]:
    """The first and the last day of an event for this person."""
    if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        first = entry.start
        last = entry.end - timedelta(days=1)
        return first, max(first, last)
    first, end = local_of(entry.start, display), local_of(entry.end, display)
    last = end.date() - timedelta(days=1) if end.time() == time() else end.date()
    return first.date(), max(first.date(), last)


def is_running(entry: Entry, display: Display) -> bool:
    """Whether a timed event is taking place now."""
    if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return False
    now = display.now if entry.start.tzinfo is not None else display.now.replace(tzinfo=None)
    return entry.start <= now < entry.end


def _shown(first: date, last: date, days: Sequence[date]) -> list[date]:
    return [day for day in days if first <= day <= last]


def _is_whole(entry: Entry, day: date, display: Display) -> bool:
    """Whether the event covers the whole of that day."""
    if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return True
    begin, end = local_of(entry.start, display).replace(tzinfo=None), local_of(entry.end, display).replace(tzinfo=None)
    midnight = datetime.combine(day, time())
    return begin <= midnight and end >= midnight + timedelta(days=1)


def _begin(entry: Entry, display: Display) -> datetime:
    if not isinstance(entry.start, datetime):
        return datetime.combine(entry.start, time())
    return local_of(entry.start, display).replace(tzinfo=None)


def _time_of(entry: Entry, day: date, whole: bool, display: Display) -> str:
    if whole or not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return say(display.language, "agenda-all-day")
    begin, end = local_of(entry.start, display), local_of(entry.end, display)
    if begin.date() < day:
        return f"→ {clock_of(end, display)}"
    if begin == end:
        return clock_of(begin, display)
    if end.date() > day and elapsed(begin, end) > timedelta(days=1):
        return f"{clock_of(begin, display)} →"
    return f"{clock_of(begin, display)}–{clock_of(end, display)}"


def _named(entry: Entry, display: Display) -> str:
    """The title with the marks of its state, and the place."""
    language = display.language
    title = f"<b>{escaped(entry.summary, MAX_TITLE) or say(language, 'no-title')}</b>"
    if entry.status == "CANCELLED":
        title = f"<s>{title}</s> {say(language, 'cancelled-mark')}"
    elif entry.partstat == "NEEDS-ACTION":
        title += f" ✉️ {say(language, 'agenda-unanswered')}"
    elif entry.status == "TENTATIVE":
        title += f" ❔ {say(language, 'agenda-tentative')}"
    if entry.recurs:
        title += " 🔁"
    place = escaped(entry.location, MAX_PLACE)
    return f"{title} · 📍 {place}" if place else title


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

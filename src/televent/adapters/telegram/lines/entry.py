"""The line of one event: its time, title, marks, place, and the code that opens it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from televent.adapters.telegram.cards.one_line import escaped
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.calendars.agenda import Entry
from televent.wording.display import Display
from televent.wording.times import clock_of, day_of, elapsed, local_of

MAX_TITLE: Final = 80
"""Max characters of a title in a line; the view of the event has all of them."""
MAX_PLACE: Final = 40
"""Max characters of a place in a line."""
MAX_WHEN: Final = 120
"""Max characters of a time."""


def line_of(entry: Entry, when: str, display: Display, more: str = "") -> str:
    """The line as HTML. ``when``: its time, as plain text. ``more``: HTML between the event and its code."""
    return f"• {escaped(when, MAX_WHEN)} {_named(entry, display)}{more} /e_{entry.code}"


def dated_line(entry: Entry, display: Display, more: str = "") -> str:
    """The line with the day of the event, for a list of events of any day."""
    first, last = days_of(entry, display)
    when = f"{day_of(first, display)} · {time_of(entry, first, display)}"
    return line_of(entry, when, display, until_mark(first, last, display) + more)


def until_mark(first: date, last: date, display: Display) -> str:
    """The last day of an event of several days, as HTML; "" for one of a single day."""
    return f" {say(display.language, 'agenda-until', day=day_of(last, display))}" if first != last else ""


def found_lines(entries: Iterable[Entry], display: Display) -> list[str]:
    """One line for each event that a person may mean, with its day."""
    return [dated_line(entry, display) for entry in entries]


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


def is_whole(entry: Entry, day: date, display: Display) -> bool:
    """Whether the event covers the whole of that day."""
    if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return True
    begin, end = local_of(entry.start, display).replace(tzinfo=None), local_of(entry.end, display).replace(tzinfo=None)
    midnight = datetime.combine(day, time())
    return begin <= midnight and end >= midnight + timedelta(days=1)


def time_of(entry: Entry, day: date, display: Display) -> str:
    """The part of an event's time that is on that day: "All day", "9:00 AM–10:00 AM", "→ 6:00 AM"."""
    if is_whole(entry, day, display) or not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
        return plain(display.language, "agenda-all-day")
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
    if entry.shared_by:
        title += f" · 👥 {escaped(entry.shared_by, MAX_PLACE)}"
    place = escaped(entry.location, MAX_PLACE)
    return f"{title} · 📍 {place}" if place else title

"""Times as people read them, in their own zone and language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.zones import offset_of, zone_label, zone_of

_DAYS: Final = {"en": "EEE, MMM d", "ru": "EEE, d MMMM"}
_DATES: Final = {"en": "MMM d", "ru": "d MMMM"}
_WITH_YEAR: Final = {"en": ", y", "ru": " y"}
_DAY = timedelta(days=1)


def day_of(value: datetime | date, display: Display) -> str:
    """The day as a heading, such as "Mon, Oct 25" or "Пн, 25 октября"; with its year where that is not this year."""
    day = day_within(value, display)
    return day[:1].upper() + day[1:]


def day_within(value: datetime | date, display: Display) -> str:
    """The same within a sentence: "Mon, Oct 25", "пн, 25 октября"."""
    return _formatted(value, _DAYS, display)


def date_of(value: datetime | date, display: Display) -> str:
    """The date within a sentence, without a weekday: "Oct 25", "25 октября"; and its year if another one."""
    return _formatted(value, _DATES, display)


def weekday_of(value: datetime | date, display: Display) -> str:
    """The short weekday alone, such as "Mon" or "пн"."""
    local = local_of(value, display) if isinstance(value, datetime) else value
    return _clean(format_date(local, "EEE", locale=display.language))


def weekday_name(day: int, display: Display) -> str:
    """The name of a weekday, 0 for Monday: "Monday" or "понедельник"."""
    return _clean(format_date(date(2001, 1, 1 + day), "EEEE", locale=display.language))


def clock_of(value: datetime, display: Display) -> str:
    """The time of day, such as "10:00 AM" or "10:00"."""
    local = local_of(value, display)
    style = "short" if display.clock24 is None else "HH:mm" if display.clock24 else "h:mm a"
    return _clean(format_time(local, style, locale=display.language))


def when_of(
    start: datetime | date, end: datetime | date, display: Display, event_zone: tzinfo | str | None = None
) -> str:
    """The time of an event, such as "Mon, Oct 25 • 10:00 AM - 11:00 AM". Dates are whole days, ``end`` exclusive.

    Times are in the reader's zone. ``event_zone``: the zone of the event, None: that of ``start``. Where its clocks
    show another time than the reader's, the reader's zone is named.
    """
    first = day_of(start, display)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        last = end - _DAY
        text = first if last <= start else f"{first} - {day_of(last, display)}"
        return f"{text} • {text_of('televent.wording', display.language, 'all-day')}"
    text = moment_of(start, display)
    if end != start:
        until = clock_of(end, display)
        if local_of(end, display).date() != local_of(start, display).date():
            until = f"{day_of(end, display)} {until}"
        text = f"{text} - {until}"
    if _clock_changes(start, end, display):
        # Else "1:00 - 1:30" would be read as half an hour where it is one and a half.
        length = length_of(elapsed(start, end), display)
        text = f"{text} {text_of('televent.wording', display.language, 'clock-changes', length=length)}"
    there = event_zone or start.tzinfo
    named = zone_of(display, there, start) if there is not None else ""
    return f"{text} ({named})" if named else text


def zoned_when_of(start: datetime | date, end: datetime | date, display: Display) -> str:
    """The time of an event for a reader whose zone is not known: it names the zone of ``display`` by city and offset.

    Dates and floating times have no zone.
    """
    words = when_of(start, end, display, display.zone)
    if not isinstance(start, datetime) or start.tzinfo is None:
        return words
    return f"{words} ({zone_label(display.zone, start, display.language)})"


def event_time_of(start: datetime | date, end: datetime | date, display: Display) -> str:
    """The time of an event as its view spells it: "Mon, Jan 5 at 14:00 - 15:00"; whole days without a time."""
    first = day_of(start, display)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        last = end if isinstance(end, datetime) else end - _DAY
        days = first if last <= start else f"{first} - {day_within(last, display)}"
        return text_of("televent.wording", display.language, "event-all-day", day=days)
    until = clock_of(end, display)
    if local_of(end, display).date() != local_of(start, display).date():
        until = f"{day_within(end, display)}, {until}"
    clock = clock_of(start, display)
    return text_of("televent.wording", display.language, "event-time", day=first, start=clock, end=until)


def moment_of(value: datetime | date, display: Display) -> str:
    """A day with its time, such as "Mon, Oct 25 • 10:00 AM"; the day alone for a date."""
    day = day_of(value, display)
    return f"{day} • {clock_of(value, display)}" if isinstance(value, datetime) else day


def clocks_of(start: datetime, end: datetime, display: Display) -> str:
    """From when to when on one day, such as "10:00 AM - 11:00 AM"."""
    return f"{clock_of(start, display)} - {clock_of(end, display)}"


def clock_there(display: Display, zone: ZoneInfo, named: str | None = None) -> str:
    """The present time in a zone with its name, such as "12:31 PM (Moscow, UTC+3)".

    ``named``: the place that the sentence around it names already; then only the offset stands here, or nothing where
    the place is named by its offset.
    """
    there = replace(display, zone=zone, now=display.now.astimezone(zone))
    clock = clock_of(there.now, there)
    label = zone_label(zone, there.now, display.language) if named is None else offset_of(zone, there.now)
    return clock if label == named else f"{clock} ({label})"


def length_of(length: timedelta, display: Display) -> str:
    """A length of time, such as "1 h 30 min", "2 days" or "1 ч 30 мин". Seconds are left out; at least "0 min"."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    parts = {"days": days, "hours": rest // 60, "minutes": rest % 60}
    words = [text_of("televent.wording", display.language, f"length-{key}", n=n) for key, n in parts.items() if n]
    return " ".join(words) or text_of("televent.wording", display.language, "length-minutes", n=0)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """The true time between two times; Python subtracts those of one zone as if its clocks never changed."""
    if start.tzinfo is None or end.tzinfo is None:
        return end.replace(tzinfo=None) - start.replace(tzinfo=None)
    return end.astimezone(UTC) - start.astimezone(UTC)


def local_of(value: datetime, display: Display) -> datetime:
    """The time in the person's zone. A floating time is the same in every zone."""
    return value if value.tzinfo is None else value.astimezone(display.zone)


def _formatted(value: datetime | date, patterns: dict[str, str], display: Display) -> str:
    local = local_of(value, display) if isinstance(value, datetime) else value
    year = "" if local.year == display.now.year else _WITH_YEAR[display.language]
    return _clean(format_date(local, patterns[display.language] + year, locale=display.language))


def _clock_changes(start: datetime, end: datetime, display: Display) -> bool:
    """Whether the clocks of the reader change within an event of less than a day."""
    if start.tzinfo is None or end.tzinfo is None or elapsed(start, end) >= _DAY:
        return False
    return local_of(start, display).utcoffset() != local_of(end, display).utcoffset()


def _clean(text: str) -> str:
    """Replaces the narrow spaces that Babel writes before AM and PM: some phones do not show them."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")

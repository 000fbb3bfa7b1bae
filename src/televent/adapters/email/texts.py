"""The texts of mails in a given language (Fluent); English where a text has no translation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from televent.wording.texts import LANGUAGES, language_of, text_of

__all__ = ["LANGUAGES", "language_of", "say", "when"]


def say(language: str, key: str, **values: str) -> str:
    """A text with its values filled in. Raises KeyError for an unknown key."""
    return text_of("televent.adapters.email", language, key, **values)


def when(start: datetime | date | None, end: datetime | date | None, zone: str, language: str) -> str:
    """A time in the style of the language: "Mon, Oct 25, 2027 • 10:00 AM - 11:00 AM (Europe/London)".

    ``zone`` is an IANA name. A date or a floating time is written without a zone.
    """
    if start is None:
        return ""
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else start
        first = format_date(start, "EEE, MMM d, y", locale=language)
        return first if last <= start else f"{first} - {format_date(last, 'EEE, MMM d, y', locale=language)}"
    place = ZoneInfo(zone)
    begin = start.astimezone(place) if start.tzinfo is not None else start
    text = (
        format_datetime(begin, "EEE, MMM d, y", locale=language) + " • " + format_time(begin, "short", locale=language)
    )
    if isinstance(end, datetime):
        finish = end.astimezone(place) if end.tzinfo is not None else end
        pattern = "" if finish.date() == begin.date() else format_datetime(finish, "EEE, MMM d, y ", locale=language)
        text += f" - {pattern}{format_time(finish, 'short', locale=language)}"
    text = text.replace("\u202f", " ").replace("\u00a0", " ")
    return f"{text} ({zone})" if start.tzinfo is not None else text

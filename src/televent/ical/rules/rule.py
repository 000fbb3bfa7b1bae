"""Reads RRULE: RFC 5545 §3.3.10. ``expansion`` computes its times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import moment

FREQUENCIES: Final = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

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
    """The rule in a text; UNTIL in UTC is read in ``zone``. Raises InvalidCalendarData for an invalid rule."""
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
        try:
            value = value.astimezone(zone) if zone is not None else value
        except OverflowError:
            return value.replace(tzinfo=None)
    return value.replace(tzinfo=None)

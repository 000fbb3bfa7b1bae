"""Values of properties as Python values: RFC 5545 §3.3."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.text.characters import clean_line

Moment = datetime | date

_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?\Z", re.ASCII)
_DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?\Z", re.ASCII
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_MAILTO: Final = re.compile(r"(?:mailto:\s*)+")
_OFFSET: Final = re.compile(r"([+-])(\d\d?)(?::?(\d\d)(?::?(\d\d))?)?\Z", re.ASCII)


def moment(value: str, zone: tzinfo | None = None) -> Moment | None:
    """A DATE or DATE-TIME (§3.3.4, §3.3.5); None where it is none.

    A final Z counts before ``zone``; without either the time is floating and naive. Second 60, a leap second, is read
    as 59.
    """
    if len(value) in (15, 16) and value[8] == "T":
        usual = _usual(value, zone)
        if usual is not None:
            return usual
    found = _MOMENT.match(value.strip())
    if found is None:
        return None
    try:
        if found[4] is None:
            return date(int(found[1]), int(found[2]), int(found[3]))
        year, month, day, hour, minute, second, utc = found.groups()
        day_and_clock = int(day), int(hour), int(minute), min(int(second), 59)
        return datetime(int(year), int(month), *day_and_clock, tzinfo=UTC if utc else zone)
    except ValueError:
        return None


def _usual(value: str, zone: tzinfo | None) -> datetime | None:
    """A DATE-TIME as nearly all are written, by the interpreter's own reader, which takes a twentieth of the time. It
    accepts more than RFC 5545 does, such as hour 24, so the digits are looked at first."""
    if not (value.isascii() and value[:8].isdecimal() and value[9:15].isdecimal()) or value[9:11] == "24":
        return None
    with suppress(ValueError):
        if len(value) == 15:
            return datetime.fromisoformat(value).replace(tzinfo=zone)
        if value[15] == "Z":
            return datetime.fromisoformat(value)
    return None


def duration(value: str) -> timedelta | None:
    """A DURATION (§3.3.6); None where it is none. A day counts as 24 hours here."""
    found = _DURATION.match(value.strip().upper())
    if found is None or value.strip().upper() in ("P", "PT", "+P", "-P"):
        return None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def nominal(value: str) -> tuple[int, timedelta] | None:
    """A DURATION as days, which count on the wall clock, and the exact rest (§3.3.6); None where it is none."""
    if duration(value) is None:
        return None
    found = _DURATION.match(value.strip().upper())
    assert found is not None
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    sign = -1 if found[1] == "-" else 1
    return sign * (weeks * 7 + days), sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def written(value: Moment) -> str:
    """A moment as a value: dates as DATE, aware times in UTC with Z, naive ones floating."""
    # Not by strftime, which is slow, and writes years before 1000 with fewer digits.
    if not isinstance(value, datetime):
        return value.isoformat().replace("-", "")
    if value.tzinfo is None:
        return _basic(value)
    with suppress(OverflowError):  # the first or last day of datetime: kept as it is
        value = value.astimezone(UTC)
    return _basic(value) + "Z"


def _basic(value: datetime) -> str:
    return value.isoformat()[:19].replace("-", "").replace(":", "")


canonical = written
"""A RECURRENCE-ID in the form that is compared: an instant in UTC, a date, or a floating time."""


def unescape(value: str) -> str:
    """TEXT without its escapes (§3.3.11)."""
    if "\\" not in value:
        return value
    if "\\\\" not in value and value[-1] != "\\":
        # No backslash escapes another one, so each can be taken by itself.
        return value.replace("\\n", "\n").replace("\\N", "\n").replace("\\", "")
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escape(text: str) -> str:
    """TEXT with its escapes (§3.3.11). Control characters are dropped: no line may have them."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    return clean_line(text)


def offset(value: str) -> timedelta | None:
    """A UTC-OFFSET (§3.3.14), with seconds if it has them; None where it is none, or is a day or more.

    Programs leave out a zero ("-700") or the minutes ("+01").
    """
    found = _OFFSET.match(value.strip())
    if found is None:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0), seconds=int(found[4] or 0))
    if length >= timedelta(days=1):
        return None
    return -length if found[1] == "-" else length


def period(value: str, zone: tzinfo | None = None) -> tuple[Moment, Moment] | None:
    """A PERIOD (§3.3.9), by its end or by its length; None where it is none."""
    first, slash, second = value.partition("/")
    start = moment(first, zone)
    if not slash or not isinstance(start, datetime):
        return None
    end = moment(second, zone)
    if isinstance(end, datetime):
        return start, end
    length = duration(second)
    return None if length is None else (start, end_of(start, None, length) or start)


def normalise_address(value: str) -> str:
    """A calendar address in the form that is compared: ``MAILTO:Ann@Example.com`` is ``ann@example.com`` (SPEC B4)."""
    address = value.strip().lower()
    scheme = _MAILTO.match(address)
    return address[scheme.end() :].strip('"<> \t') if scheme else address.strip('"<> \t')


def end_of(start: Moment | None, end: Moment | None, length: timedelta | None) -> Moment | None:
    """The end of an event by DTEND, else by DURATION, else by the default of §3.6.1.

    An end of another value type than the start takes the start's type and zone. An end before the start becomes the
    start itself, or the next day for a date.
    """
    if start is None:
        return end
    nothing = timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
    if end is not None:
        alike = _like(end, start)
        return alike if alike > start else _plus(start, nothing)
    if length is None or length < nothing:
        length = nothing
    return _plus(start, length)


def _plus(start: Moment, length: timedelta) -> Moment:
    """Adds whole days on the wall clock and the rest in real time (§3.3.6); at a clock change the two differ."""
    try:
        if not isinstance(start, datetime) or start.tzinfo is None or start.tzinfo is UTC:
            return start + length
        days = timedelta(days=length.days)
        rest = length - days
        same_clock = start + days
        return (same_clock.astimezone(UTC) + rest).astimezone(start.tzinfo) if rest else same_clock
    except OverflowError:
        return start


def _like(end: Moment, start: Moment) -> Moment:
    """The end as a value that can be compared with the start."""
    if not isinstance(start, datetime):
        return end.date() if isinstance(end, datetime) else end
    if not isinstance(end, datetime):
        return datetime(end.year, end.month, end.day, tzinfo=start.tzinfo)
    if (end.tzinfo is None) != (start.tzinfo is None):
        return end.replace(tzinfo=start.tzinfo)
    return end

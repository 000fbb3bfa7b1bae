"""The events of the bench, the same for every server: about 600 bytes, one hour long, every tenth weekly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""The start of event 0."""
PER_DAY = 3
"""Number of events per day."""
WEEKLY = 10
"""One of this many events is weekly."""
TIMES = 20
"""Number of occurrences of a weekly event."""
AHEAD = 50_000
"""Number of events after FIRST, three a day until 2071. Higher numbers lie before FIRST, back to 1979.

A week therefore has the same number of events in a calendar of any size, and WEEK and MONTH have the very same events.
"""
NEW = 1_000_000
"""The first number of the events that are created during measurement. They lie within a year, after WEEK and MONTH."""
WEEK = ("20260302T000000Z", "20260309T000000Z")
"""The week of calendar-query, Monday to Monday. The first two hundred events reach into it."""
MONTH = ("20260401T000000Z", "20260501T000000Z")
"""The month of free-busy-query."""
EVER = ("19000101T000000Z", "22000101T000000Z")
STAMP = "%Y%m%dT%H%M%SZ"
TEXT = (
    "The agenda\\, the figures of last month and what follows from them\\; bring the list of open questions and\\n"
    "the notes of the last time. The room is booked for half an hour longer\\, in case we need it."
)


def event(number: int, *, prefix: str = "bench", revision: int = 0) -> bytes:
    """The text of event ``number``, with UTC times and CRLF. Another ``revision`` changes its summary and SEQUENCE."""
    start = start_of(number)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Televent//Bench 1.0//EN",
        "BEGIN:VEVENT",
        *folded(f"UID:{uid(number, prefix=prefix)}"),
        f"DTSTAMP:{(FIRST - timedelta(days=30)).strftime(STAMP)}",
        f"CREATED:{(FIRST - timedelta(days=30)).strftime(STAMP)}",
        f"LAST-MODIFIED:{(FIRST - timedelta(days=30) + timedelta(minutes=revision)).strftime(STAMP)}",
        f"DTSTART:{start.strftime(STAMP)}",
        f"DTEND:{(start + timedelta(hours=1)).strftime(STAMP)}",
        f"SUMMARY:Meeting {number} about the project\\, take {revision}",
        f"LOCATION:Room {number % 17}\\, second floor",
        *folded(f"DESCRIPTION:{TEXT}"),
        f"SEQUENCE:{revision}",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        *([f"RRULE:FREQ=WEEKLY;COUNT={TIMES}"] if occurrences(number) > 1 else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def start_of(number: int) -> datetime:
    """The start of the first occurrence of event ``number``."""
    day = number // PER_DAY
    if number >= NEW:
        day = 200 + day % 365
    elif number >= AHEAD:
        # None of their occurrences lies after FIRST.
        day = -TIMES * 7 - 1 - (number - AHEAD) // PER_DAY
    return FIRST + timedelta(days=day, hours=number % PER_DAY * 3)


def occurrences(number: int) -> int:
    """Number of occurrences of event ``number``."""
    return 1 if number % WEEKLY else TIMES


def folded(line: str) -> list[str]:
    """The line folded (RFC 5545 section 3.1). ASCII only."""
    parts = [line[:75]]
    parts += [" " + line[at : at + 74] for at in range(75, len(line), 74)]
    return parts


def uid(number: int, *, prefix: str = "bench") -> str:
    """The UID of event ``number``."""
    return f"{prefix}-{number:06d}@bench.example.com"


def name(number: int, *, prefix: str = "bench") -> str:
    """The resource name of event ``number``."""
    return f"{prefix}-{number:06d}.ics"


@cache
def in_week(count: int) -> int:
    """Number of the first ``count`` events with an occurrence in WEEK."""
    return len({number for number, _ in _hours(count, *WEEK)})


@cache
def busy_hours(count: int) -> int:
    """Number of hours in MONTH that the first ``count`` events fill. Each event fills whole hours."""
    return len({hour for _, hour in _hours(count, *MONTH)})


def _hours(count: int, first: str, last: str) -> Iterator[tuple[int, datetime]]:
    """Pairs of an event number and an hour that it fills, between two instants."""
    start, end = (datetime.strptime(text, STAMP).replace(tzinfo=UTC) for text in (first, last))
    for number in range(count):
        hour = start_of(number)
        for _ in range(occurrences(number)):
            if start <= hour < end:
                yield number, hour
            hour += timedelta(weeks=1)

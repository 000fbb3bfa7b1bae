"""The events of the bench: about 600 bytes each, one hour long, every tenth weekly; the same for every server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PER_DAY = 3
WEEKLY = 10
"""Every so manieth event is weekly."""
TIMES = 20
AHEAD = 50_000
"""So many events follow FIRST, three a day, until 2071. Further ones lie before it, back to 1979: however large the
calendar, a week that it reaches holds as many, and those of WEEK and MONTH are the very same."""
NEW = 1_000_000
"""Numbers from here on are of events that come while it is measured: within a year, but not in WEEK or MONTH."""
WEEK = ("20260302T000000Z", "20260309T000000Z")
"""The week that calendar-query asks for, from Monday to Monday: the first two hundred events reach into it."""
MONTH = ("20260401T000000Z", "20260501T000000Z")
"""The month that free-busy-query asks for."""
EVER = ("19000101T000000Z", "22000101T000000Z")
STAMP = "%Y%m%dT%H%M%SZ"
TEXT = (
    "The agenda\\, the figures of last month and what follows from them\\; bring the list of open questions and\\n"
    "the notes of the last time. The room is booked for half an hour longer\\, in case we need it."
)


def event(number: int, *, prefix: str = "bench", revision: int = 0) -> bytes:
    """Event ``number``; another ``revision`` is the same event with another summary. UTC times, CRLF."""
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
    """When event ``number`` happens, for the first time if it recurs."""
    day = number // PER_DAY
    if number >= NEW:
        day = 200 + day % 365
    elif number >= AHEAD:
        # None of them recurs into what follows FIRST.
        day = -TIMES * 7 - 1 - (number - AHEAD) // PER_DAY
    return FIRST + timedelta(days=day, hours=number % PER_DAY * 3)


def occurrences(number: int) -> int:
    """How often it happens."""
    return 1 if number % WEEKLY else TIMES


def folded(line: str) -> list[str]:
    """RFC 5545 section 3.1, for ASCII text."""
    parts = [line[:75]]
    parts += [" " + line[at : at + 74] for at in range(75, len(line), 74)]
    return parts


def uid(number: int, *, prefix: str = "bench") -> str:
    """The event's UID."""
    return f"{prefix}-{number:06d}@bench.example.com"


def name(number: int, *, prefix: str = "bench") -> str:
    """The resource's name."""
    return f"{prefix}-{number:06d}.ics"


@cache
def in_week(count: int) -> int:
    """How many of the first ``count`` events have an occurrence in WEEK."""
    return len({number for number, _ in _hours(count, *WEEK)})


@cache
def busy_hours(count: int) -> int:
    """How many hours of MONTH the first ``count`` events fill: each of them fills whole ones."""
    return len({hour for _, hour in _hours(count, *MONTH)})


def _hours(count: int, first: str, last: str) -> Iterator[tuple[int, datetime]]:
    """Which event fills which hour between two instants."""
    start, end = (datetime.strptime(text, STAMP).replace(tzinfo=UTC) for text in (first, last))
    for number in range(count):
        hour = start_of(number)
        for _ in range(occurrences(number)):
            if start <= hour < end:
                yield number, hour
            hour += timedelta(weeks=1)

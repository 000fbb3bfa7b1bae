"""Texts of meetings that the tests of this directory read: Ann organizes, Bob and Cy are invited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from support.as_bytes import Applied, receive
from televent.ical.itip.precedence import Trust
from televent.ical.itip.receiving.incoming import ledger

ANN, BOB, CY, DAN = (f"{name}@example.com" for name in ("ann", "bob", "cy", "dan"))

BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
"""


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant in November 2026."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def wire(text: str) -> bytes:
    """*text* as it is sent: CRLF, nothing else changed."""
    return text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n"


def attendee(address: str, partstat: str = "NEEDS-ACTION", extra: str = "") -> str:
    """An ATTENDEE line."""
    name = address.split("@")[0].title()
    return f'ATTENDEE;CN="{name}";PARTSTAT={partstat}{extra}:mailto:{address}'


def event(
    *lines: str,
    uid: str = "weekly@example.com",
    people: Sequence[str] = (),
    sequence: int | None = 0,
    start: str = ";TZID=Europe/Berlin:20261123T100000",
    end: str = ";TZID=Europe/Berlin:20261123T110000",
    summary: str = "Team Sync",
    dtstamp: str = "20261101T080000Z",
    organizer: str = ANN,
) -> str:
    """One VEVENT; *people* are ATTENDEE lines, *lines* all other lines."""
    rows = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{dtstamp}", f"DTSTART{start}", f"DTEND{end}"]
    rows += [f"SUMMARY:{summary}"] + ([] if sequence is None else [f"SEQUENCE:{sequence}"])
    rows += [f'ORGANIZER;CN="Ann":mailto:{organizer}'] if organizer else []
    return "\n".join([*rows, *people, *lines, "END:VEVENT", ""])


def calendar(*components: str, method: str | None = None, zone: str = BERLIN) -> bytes:
    """A VCALENDAR of *components*."""
    head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//App 1//EN\n"
    head += f"METHOD:{method}\n" if method else ""
    return wire(head + zone + "".join(components) + "END:VCALENDAR")


ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Soon\nTRIGGER:-PT15M\nEND:VALARM"
EVERYONE = (attendee(ANN, "ACCEPTED"), attendee(BOB), attendee(CY))
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=6"


def series(*lines: str, people: Sequence[str] = EVERYONE, sequence: int = 0) -> str:
    """The master of six Mondays at ten in Berlin, 23 November 2026 the first."""
    return event(WEEKLY, *lines, people=people, sequence=sequence)


def second_monday(
    *lines: str, people: Sequence[str] = EVERYONE, sequence: int = 0, hour: int = 10, summary: str = "Team Sync"
) -> str:
    """The override of 30 November; *hour* is its new start."""
    return event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261130T100000",
        *lines,
        people=people,
        sequence=sequence,
        start=f";TZID=Europe/Berlin:20261130T{hour:02}0000",
        end=f";TZID=Europe/Berlin:20261130T{hour + 1:02}0000",
        summary=summary,
    )


SECOND_MONDAY = "20261130T090000Z"
"""The canonical recurrence id of 30 November, ten o'clock in Berlin."""


def unfolded(data: bytes) -> str:
    """*data* as text without folds and with LF line ends, for assertions."""
    return data.decode().replace("\r\n ", "").replace("\r\n", "\n")


def stamped(text: str, day: int, hour: int = 8) -> str:
    return text.replace("DTSTAMP:20261101T080000Z", f"DTSTAMP:202611{day:02}T{hour:02}0000Z")


def ask(
    stored: bytes | None,
    *components: str,
    known: Applied | None = None,
    method: str = "REQUEST",
    trust: Trust = Trust.T3,
) -> Applied:
    """Bob's copy receives an iTIP message; *known* are the marks of the messages applied before."""
    rows = known.marks if known is not None else ()
    message = calendar(*components, method=method)
    return receive(stored, message, me=[BOB], now=at(20, 12), known=ledger(rows), trust=trust)


def partstats(data: bytes | None, address: str) -> list[str]:
    """The PARTSTAT of *address* in each component."""
    assert data is not None
    return re.findall(rf"ATTENDEE[^\n]*PARTSTAT=([A-Z-]+)[^\n]*:mailto:{re.escape(address)}", unfolded(data))

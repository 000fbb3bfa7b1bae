"""The texts of the company: people's own events, meetings, reminders, invitations by mail, and requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bench import dav, events

STAMP: Final = "%Y%m%dT%H%M%SZ"
SENDER: Final = "zed@example.net"
"""The organizer outside."""
AHEAD: Final = timedelta(days=40)
"""Time until a meeting: no reminder and no summary of these days names it."""


def own_event(number: int, today: datetime, *, prefix: str, revision: int = 0) -> bytes:
    """Event ``number`` of a person, three a day around ``today``, the start of a day in UTC."""
    start = today + timedelta(days=number // 3 - 5, hours=6 + number % 3 * 6)
    return _calendar(
        events.uid(number, prefix=prefix),
        start,
        f"Work {number}, take {revision}",
        "LOCATION:Room 7\\, second floor",
        *events.folded(f"DESCRIPTION:{events.TEXT}"),
        f"SEQUENCE:{revision}",
    )


def reminding(uid: str, title: str, rings: datetime) -> bytes:
    """An event whose alarm rings at that time."""
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", "TRIGGER:-PT15M", "END:VALARM")
    return _calendar(uid, rings + timedelta(minutes=15), title, *alarm)


def meeting(uid: str, title: str, now: datetime, organizer: str, guests: Sequence[str]) -> bytes:
    """A meeting to which no guest has answered. People by address."""
    asked = (f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{each}" for each in guests)
    accepts = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}"
    return _calendar(uid, now + AHEAD, title, f"ORGANIZER:mailto:{organizer}", accepts, *asked)


def _calendar(uid: str, start: datetime, title: str, *more: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Televent//Bench 1.0//EN", "BEGIN:VEVENT", f"UID:{uid}"]
    lines += ["DTSTAMP:20260101T000000Z", f"DTSTART:{start:{STAMP}}", f"DTEND:{start + timedelta(hours=1):{STAMP}}"]
    lines += [f"SUMMARY:{title}", *more, "END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def invitation(uid: str, title: str, now: datetime, recipient: str) -> bytes:
    """A mail that invites one person here, from outside."""
    text = meeting(uid, title, now, SENDER, [recipient]).replace(
        b"BEGIN:VEVENT\r\n", b"METHOD:REQUEST\r\nBEGIN:VEVENT\r\n", 1
    )
    head = f"From: {SENDER}\r\nTo: {recipient}\r\nSubject: {title}\r\nMessage-ID: <{uid}>\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n".encode() + text


def by_uid(uid: str) -> bytes:
    """A calendar-query REPORT for one UID, with its text and Schedule-Tag (RFC 4791 section 7.8.6)."""
    return (
        f"{dav.HEAD}<C:calendar-query {dav.NS}><D:prop><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">'
        f'<C:text-match collation="i;octet">{uid}</C:text-match>'
        "</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    ).encode()

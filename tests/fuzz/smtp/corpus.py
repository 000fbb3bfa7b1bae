"""Mails that each attack one part of the reading of mail. ``make fuzz`` prints what each costs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

LARGE: Final = 5 * 1024 * 1024 - 100_000
"""Bytes of a mail that is just accepted by its size."""
EDGE: Final = b"mx.televent.app"
"""The authserv-id of the mail server in front of us."""
FROM: Final = b"From: Zed <zed@example.net>\r\n"
MIXED: Final = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
REPORT: Final = FROM + b"Content-Type: multipart/report; boundary=b\r\n\r\n"
HEAD: Final = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:fuzz\r\nMETHOD:REQUEST\r\n"
END: Final = b"END:VCALENDAR\r\n"
UID: Final = b"UID:fuzz@example.net\r\nDTSTAMP:20261121T120000Z\r\nDTSTART:20261201T100000Z\r\n"
BROKEN: Final = b"BEGIN:VEVENT\r\nitem1.UID:1\r\nitem1.DTSTART:20261201T100000Z\r\n"
"""The start of a calendar that only the last reader reads."""


def event(*lines: bytes) -> bytes:
    """A VEVENT with these lines."""
    return b"BEGIN:VEVENT\r\n" + UID + b"".join(line + b"\r\n" for line in lines) + b"END:VEVENT\r\n"


def part(content: bytes, kind: bytes = b"text/calendar; method=REQUEST", encoding: bytes = b"8bit") -> bytes:
    """A mail with one part."""
    return FROM + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content


def calendar(*lines: bytes) -> bytes:
    """A mail with an invitation, as a MIME part of its own."""
    return part(HEAD + event(b"ORGANIZER:mailto:zed@example.net", *lines) + END)


def filled(start: bytes, piece: bytes, size: int = LARGE, end: bytes = b"") -> bytes:
    """A text of that size with a piece repeated."""
    return start + piece * ((size - len(start) - len(end)) // len(piece)) + end


def nested(levels: int, content: bytes) -> bytes:
    """Multiparts in multiparts."""
    each = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return FROM + b"".join(each % (number, number) for number in range(levels)) + content


def moved(number: int) -> bytes:
    """An override; each number has another RECURRENCE-ID."""
    month, day, hour, minute = number % 12 + 1, number % 28 + 1, number % 24, number % 60
    return event(b"RECURRENCE-ID:2026%02d%02dT%02d%02d00Z" % (month, day, hour, minute))


def zones(count: int) -> bytes:
    """A VTIMEZONE with that many observances."""
    one = b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    one += b"RRULE:FREQ=YEARLY\r\nEND:STANDARD\r\n"
    return b"BEGIN:VTIMEZONE\r\nTZID:x\r\n" + one * count + b"END:VTIMEZONE\r\n"


def _results(count: int) -> bytes:
    return b"Authentication-Results: " + EDGE + b"; dkim=pass header.d=x" * count + b"\r\n" + FROM + b"\r\nx"


SIGNATURE: Final = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=%s; d=example.net; s=k; h=from; bh=" + b"A" * 43 + b"=; b=AAAA\r\n"
)
RELAXED, SIMPLE = SIGNATURE % b"relaxed/relaxed", SIGNATURE % b"simple/simple"
ARC: Final = (
    b"ARC-Authentication-Results: i=%d; lists.example.org; dmarc=pass header.from=example.net\r\n"
    b"ARC-Message-Signature: i=%d; a=rsa-sha256; d=lists.example.org; s=k; h=from; bh=AAAA; b=AAAA\r\n"
    b"ARC-Seal: i=%d; a=rsa-sha256; cv=pass; d=lists.example.org; s=k; b=AAAA\r\n"
)

CORPUS: Final[dict[str, Callable[[], bytes]]] = {
    "comments in Content-Disposition": lambda: (
        FROM + b"Content-Disposition: attachment; filename=" + (b"(" * 400 + b"\r\n ") * 11_700 + b"\r\n\r\nx"
    ),
    "comments within the bounds": lambda: FROM + b"Content-Disposition: x; filename=" + b"(" * 50 + b"\r\n\r\nx",
    "300,000 empty parts": lambda: MIXED + b"--b\r\n\r\n\r\n" * 300_000,
    "249 parts with encoded names": lambda: (
        MIXED + (b'--b\r\nContent-Disposition: x; filename="' + b"=?utf-8?q?a?= " * 16 + b'"\r\n\r\n') * 249
    ),
    "nesting 1,000 deep": lambda: nested(1000, b"\r\nx"),
    "nesting 31 deep": lambda: filled(nested(31, b"\r\n"), b"--b\r\n" + b"x" * 1000 + b"\r\n"),
    "20,000 results": lambda: _results(20_000),
    "130 results": lambda: _results(130),
    "8,000 lines of results": lambda: b"Authentication-Results: x; y\r\n" * 8_000 + FROM + b"\r\nx",
    "nested comments in results": lambda: b"Authentication-Results: " + EDGE + b"(" * 2_900 + b"\r\n" + FROM + b"\r\nx",
    "200,000 addresses in From": lambda: b"From: " + b"zed@example.net," * 200_000 + b"\r\n\r\nx",
    "commas in From, Sender and Reply-To": lambda: (
        b"".join(name + b": " + b"," * 4080 + b"\r\n" for name in (b"From", b"Sender", b"Reply-To")) + b"\r\nx"
    ),
    "nested comments in From": lambda: b"From: " + b"(" * 3000 + b"zed@example.net\r\n\r\nx",
    "encoded words in From": lambda: b"From: " + b"=?utf-8?q?=?= " * 250 + b"<zed@example.net>\r\n\r\nx",
    "100,000 Received": lambda: b"Received: from a by b\r\n" * 100_000 + FROM + b"\r\nx",
    "a large References": lambda: filled(FROM + b"References:", b" <a@example.net>\r\n", end=b"\r\nx"),
    "fields of four bytes": lambda: b"a:\r\n" * 65_000 + b"\r\nx",
    "folds in From": lambda: FROM[:-2] + b"\r\n " * 80_000 + b"\r\n\r\nx",
    "bare carriage returns": lambda: filled(FROM, b"X: y\r"),
    "empty lines": lambda: filled(FROM, b"\r\n"),
    "NUL": lambda: filled(FROM + b"\r\n", b"\0"),
    "one line": lambda: filled(FROM + b"\r\n", b"x"),
    "100,000 continuations": lambda: (
        FROM + b"Content-Type: a/b" + b"".join(b"; name*%d*=x" % number for number in range(100_000)) + b"\r\n\r\nx"
    ),
    "lines like delimiters": lambda: filled(MIXED + b"--b\r\n\r\n", b"--\r\n"),
    "19,000 lines like delimiters": lambda: MIXED + b"--b\r\n\r\n" + b"--\r\n" * 19_000,
    "a line of hyphens": lambda: filled(MIXED + b"--b\r\n\r\n\r\n", b"-"),
    "enclosed messages": lambda: filled(FROM, b"Content-Type: message/rfc822\r\n\r\n"),
    "10,000 calendar parts": lambda: MIXED + (b"--b\r\nContent-Type: text/calendar\r\n\r\n" + HEAD) * 10_000,
    "240 calendar parts": lambda: MIXED + (b"--b\r\nContent-Type: text/calendar\r\n\r\n" + HEAD * 30) * 240,
    "a report of statuses": lambda: filled(
        REPORT + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n", b"Action: delayed\r\n"
    ),
    "a report of half tokens": lambda: filled(REPORT + b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n", b"rsvp+"),
    "a report in reports": lambda: filled(REPORT, b"--b\r\nContent-Type: message/rfc822\r\n\r\n"),
    "base64": lambda: filled(part(b"", encoding=b"base64"), b"QUFB"),
    "base64 of padding": lambda: filled(part(b"", encoding=b"base64"), b"=\r\n"),
    "quoted-printable": lambda: filled(part(b"", encoding=b"quoted-printable"), b"=\r\n=41"),
    "uuencode": lambda: filled(part(b"begin 644 x\r\n", encoding=b"x-uuencode"), b"!!\r\n"),
    "charset punycode": lambda: filled(part(HEAD, b"text/calendar; charset=punycode"), b"a-b", 900_000),
    "charset utf-7": lambda: filled(part(HEAD, b"text/calendar; charset=utf-7"), b"+AGE-", 900_000),
    "winmail.dat": lambda: filled(
        part(b"\x78\x9f\x3e\x22", b'application/ms-tnef; name="winmail.dat"', b"base64"), b"AQAA"
    ),
    "a calendar of 4.9 MB": lambda: filled(part(HEAD), event()),
    "10,000 events": lambda: part(HEAD + event() * 10_000 + END),
    "900 overrides": lambda: part(HEAD + event(b"RRULE:FREQ=DAILY") + b"".join(map(moved, range(900))) + END),
    "9,900 attendees": lambda: calendar(*(b"ATTENDEE:mailto:a%d@example.net" % number for number in range(9_900))),
    "9,900 lines": lambda: calendar(*[b"X:"] * 9_900),
    "200,000 lines": lambda: calendar(*[b"X:"] * 200_000),
    "20,000 folds": lambda: calendar(b"DESCRIPTION:" + b"x\r\n " * 20_000),
    "200,000 parameters": lambda: calendar(b"X" + b";A=" * 200_000 + b":x"),
    "9,900 lines of parameters": lambda: calendar(*[b"ATTENDEE" + b";A=" * 20 + b":x"] * 9_900),
    "a line of 1 MB": lambda: calendar(b"DESCRIPTION:" + b"x" * 1_000_000),
    "60,000 RDATEs": lambda: calendar(b"RDATE:" + b",".join([b"20261201T100000Z"] * 60_000)),
    "4,000 components": lambda: part(HEAD + b"BEGIN:V\r\nEND:V\r\n" * 4_000 + event() + END),
    "4,000 levels": lambda: part(HEAD + b"BEGIN:VEVENT\r\n" * 4_000),
    "3,000 alarms": lambda: calendar(*[b"BEGIN:VALARM\r\nACTION:X\r\nEND:VALARM"] * 3_000),
    "1,500 observances": lambda: part(HEAD + zones(1_500) + event() + END),
    "a rule that never happens": lambda: calendar(b"RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
    "a rule of every second": lambda: calendar(b"RRULE:FREQ=SECONDLY;COUNT=1000000000"),
    "900 lines for vobject": lambda: part(
        b"BEGIN:VEVENT\r\nitem1.UID:1\r\n" + b"item1.X:y\r\n" * 900 + b"END:VEVENT\r\n"
    ),
    "9,000 lines for vobject": lambda: part(BROKEN + b"item1.X:y\r\n" * 9_000),
    "vCalendar 1.0": lambda: part(
        b"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\n"
        + UID
        + b"ATTENDEE;STATUS=NEEDS ACTION:a@b.example\r\n" * 900
    ),
    "signed blanks": lambda: filled(RELAXED + SIMPLE + FROM + b"\r\n", b" "),
    "signed tabulators and letters": lambda: filled(RELAXED + SIMPLE + FROM + b"\r\n", b"a\t"),
    "signed empty lines": lambda: filled(RELAXED + SIMPLE + FROM + b"\r\n", b"\r\n"),
    "signed bare line feeds": lambda: filled(RELAXED + SIMPLE + FROM + b"\r\n", b"\n"),
    "300 signatures": lambda: filled((RELAXED + SIMPLE) * 300 + FROM + b"\r\n", b"a \r\n"),
    "a signature of 200 KB": lambda: b"DKIM-Signature: v=1; h=" + b"from:" * 40_000 + b"\r\n" + FROM + b"\r\nx",
    "50 ARC sets": lambda: b"".join(ARC % (each, each, each) for each in range(1, 51)) + FROM + b"\r\nx",
    "10 ARC sets and folds": lambda: (
        b"".join(ARC % (each, each, each) for each in range(1, 11)).replace(b"; ", b";\r\n\t" * 20) + FROM + b"\r\nx"
    ),
    "a calendar in base64": lambda: part(base64.encodebytes(HEAD + event() * 5_000 + END), encoding=b"base64"),
}
"""The mails by their names."""

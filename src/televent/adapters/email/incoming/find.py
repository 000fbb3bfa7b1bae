"""Finds the calendar data in a mail (imip/SPEC B3; RFC 6047 §2.4).

Real mail differs from RFC 6047: the part may have no method parameter, or the type application/octet-stream. Candidate
parts are tried in this order: text/calendar with a method, text/calendar or text/x-vcalendar, application/ics, a file
name in .ics or .vcs. The first one with a calendar that a parser can read is used. Parts of an enclosed message
(returned or forwarded) are ignored. Where our parser cannot read the part, another parser does, and ``note`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from televent.adapters.email.reading.charsets import in_utf8
from televent.adapters.email.reading.parts import Part
from televent.application.mail.incoming import MailedCalendar
from televent.ical.editing.attachments import foreign
from televent.ical.itip.message import message_of
from televent.ical.mending.readers import readable

MAX_CALENDAR = 1024 * 1024
"""Max bytes of a calendar part."""
MAX_ENCODED = 4 * MAX_CALENDAR
"""Max bytes of a calendar part in its transfer encoding: quoted-printable makes three of one."""
MAX_CANDIDATES: Final = 20
"""Max parts of one mail that are searched for a calendar."""
MAX_READ: Final = 3
"""Max parts of one mail that are read: each that no parser accepts has cost the time of all of them."""
SEARCHED: Final = 4096
"""Max bytes of a part that are searched for the start of a calendar."""
VCALENDAR_1: Final = "text/x-vcalendar"
_CALENDAR: Final = re.compile(rb"BEGIN[^\n]{0,100}?:[ \t]*VCALENDAR", re.IGNORECASE)
_BARE: Final = re.compile(rb"BEGIN[^\n]{0,100}?:[ \t]*V(?:EVENT|TODO|JOURNAL|FREEBUSY)", re.IGNORECASE)
"""A component without a VCALENDAR around it: some programs send only that."""
_METHOD: Final = re.compile(r"[A-Z0-9-]{1,40}")
"""The name of a method, in upper case (RFC 5545 §3.1, iana-token)."""


def is_report(mail: Part, envelope_from: str) -> bool:
    """Whether the mail is a bounce, a receipt, or has no envelope sender. Its calendar data is no iTIP message to us
    (imip/SPEC B2)."""
    return mail.type == "multipart/report" or not envelope_from.strip("<> ")


def calendar_part(mail: Part) -> MailedCalendar | None:
    """The calendar data of a mail; None where it has none.

    A part with a VCALENDAR is preferred to a part with a component only. Only the first bytes of a part are decoded
    before it is chosen.
    """
    candidates = [part for _, part in sorted(_candidates(mail), key=lambda found: found[0])][:MAX_CANDIDATES]
    starts = [(part, _decoded(part, SEARCHED)[:SEARCHED]) for part in candidates]
    first: MailedCalendar | None = None
    tried: set[int] = set()
    for begins in (_CALENDAR, _BARE):
        for part, start in starts:
            if id(part) in tried or not begins.search(start):
                continue
            tried.add(id(part))
            found = _read(part)
            if found.message is not None:
                return found
            first = first or found
            if len(tried) == MAX_READ:
                return first
    return first


def _read(part: Part) -> MailedCalendar:
    data = _decoded(part, MAX_ENCODED) if part.size <= MAX_ENCODED else None
    if data is None or len(data) > MAX_CALENDAR:
        return MailedCalendar(None, f"it has more than {MAX_CALENDAR} bytes")
    method = (part.parameter("method") or "").strip().upper()
    found = readable(data, method=method if _METHOD.fullmatch(method) else None, vcalendar1=part.type == VCALENDAR_1)
    message = found.message
    if message is not None and (text := foreign(message.text)) is not message.text:
        message = message_of(text, method=message.method)
    return MailedCalendar(message, found.note, b"" if message is not None else data)


def _candidates(mail: Part) -> Iterator[tuple[int, Part]]:
    for part in mail.walk():
        if part.parts or part.type.startswith(("message/", "multipart/")):
            continue
        if part.type == "text/calendar":
            yield (0 if part.parameter("method") else 1), part
        elif part.type == VCALENDAR_1:
            yield 1, part
        elif part.type == "application/ics":
            yield 2, part
        elif part.filename.lower().endswith((".ics", ".vcs")):
            yield 3, part


def _decoded(part: Part, most: int) -> bytes:
    """The part converted to UTF-8; unchanged where its charset is unknown or wrong (the parser tries windows-1252)."""
    return in_utf8(part.parameter("charset") or "", part.content(most), cut=part.size > most)

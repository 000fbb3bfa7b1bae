"""Finds the calendar data in a mail (imip/SPEC B3; RFC 6047 §2.4).

Real mail differs from RFC 6047: the part may have no method parameter, or the type application/octet-stream. Candidate
parts are tried in this order: text/calendar with a method, text/calendar or text/x-vcalendar, application/ics, a file
name in .ics or .vcs. The first one that contains a calendar is used. Parts of an enclosed message (returned or
forwarded) are ignored. Where our parser cannot read the part, another parser does, and ``note`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import Final

from televent.application.mail.incoming import MailedCalendar
from televent.ical.editing.attachments import foreign
from televent.ical.itip.message import message_of
from televent.ical.mending.readers import readable

MAX_CALENDAR = 1024 * 1024
"""Max bytes of a calendar part."""
MAX_PARTS = 200
"""Max MIME parts read per mail."""
MAX_CANDIDATES: Final = 20
"""Max parts of one mail that are searched for a calendar."""
VCALENDAR_1: Final = "text/x-vcalendar"
_CALENDAR: Final = re.compile(rb"BEGIN[^\n]{0,100}?:[ \t]*VCALENDAR", re.IGNORECASE)
_BARE: Final = re.compile(rb"BEGIN[^\n]{0,100}?:[ \t]*V(?:EVENT|TODO|JOURNAL|FREEBUSY)", re.IGNORECASE)
"""A component without a VCALENDAR around it: some programs send only that."""


def parse_mail(raw: bytes) -> EmailMessage:
    """Parses a mail leniently: a broken header becomes a defect of the message and raises nothing."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def is_report(message: EmailMessage, envelope_from: str) -> bool:
    """Whether the mail is a bounce, a receipt, or has no envelope sender. Its calendar data is no iTIP message to us
    (imip/SPEC B2)."""
    return message.get_content_type() == "multipart/report" or not envelope_from.strip("<> ")


def calendar_part(message: EmailMessage) -> MailedCalendar | None:
    """The calendar data of a mail; None where it has none.

    A part with a VCALENDAR is preferred to a part with a component only.
    """
    candidates = sorted(_candidates(message), key=lambda found: found[0])[:MAX_CANDIDATES]
    texts = [(part, text) for _, part in candidates if len(text := _decoded(part)) <= MAX_CALENDAR]
    for begins in (_CALENDAR, _BARE):
        for part, text in texts:
            if begins.search(text[:4096]):
                return _read(part, text)
    return None


def _read(part: Message, data: bytes) -> MailedCalendar:
    named = part.get_param("method")
    method = named.strip().upper() if isinstance(named, str) and named.strip() else None
    found = readable(data, method=method, vcalendar1=part.get_content_type() == VCALENDAR_1)
    message = found.message
    if message is not None and (text := foreign(message.text)) is not message.text:
        message = message_of(text, method=message.method)
    return MailedCalendar(message, found.note)


def _candidates(message: EmailMessage) -> Iterator[tuple[int, Message]]:
    for part in _own_parts(message):
        kind = part.get_content_type()
        name = (part.get_filename() or "").lower()
        if kind == "text/calendar":
            yield (0 if part.get_param("method") else 1), part
        elif kind == VCALENDAR_1:
            yield 1, part
        elif kind == "application/ics":
            yield 2, part
        elif name.endswith((".ics", ".vcs")):
            yield 3, part


def _own_parts(message: Message) -> Iterator[Message]:
    """The leaf parts, without those of an enclosed message."""
    stack: list[Message] = [message]
    seen = 0
    while stack and seen < MAX_PARTS:
        part = stack.pop(0)
        seen += 1
        if part.get_content_maintype() == "message":
            continue
        if part.is_multipart():
            children = part.get_payload()
            stack[:0] = (
                [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []
            )
        else:
            yield part


def _decoded(part: Message) -> bytes:
    """The part converted to UTF-8; unchanged where its charset is unknown or wrong (the parser tries windows-1252)."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "utf-8").lower()
    if charset in ("utf-8", "us-ascii", "utf8"):
        return content
    try:
        return content.decode(charset).encode()
    except (LookupError, UnicodeDecodeError):
        return content

"""Where in a mail is the calendar data? (imip/SPEC B3; RFC 6047 §2.4.)

Real mail is not what RFC 6047 describes: the part has no method, hides as octet-stream or lies in a TNEF attachment.
The first part that holds a calendar wins, in an order of trust; what lies in a returned or forwarded message never
counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser

from televent.application.mail.incoming import MailedCalendar
from televent.ical.editing.attachments import foreign

MAX_CALENDAR = 1024 * 1024
MAX_PARTS = 200


def parse_mail(raw: bytes) -> EmailMessage:
    """Lenient: a broken header is a defect, never an error."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def is_report(message: EmailMessage, envelope_from: str) -> bool:
    """True for bounces, receipts and everything without a sender: no calendar in it is a message to us (B2)."""
    return message.get_content_type() == "multipart/report" or not envelope_from.strip("<> ")


def calendar_part(message: EmailMessage) -> MailedCalendar | None:
    """The calendar data of a mail, if it has any."""
    candidates = sorted(_candidates(message), key=lambda found: found[0])
    for _, part in candidates[:20]:
        text = _decoded(part)
        if len(text) <= MAX_CALENDAR and b"BEGIN:VCALENDAR" in text[:4096].upper():
            method = part.get_param("method")
            text = foreign(text)
            return MailedCalendar(text, method.strip().upper() if isinstance(method, str) and method.strip() else None)
    return None


def _candidates(message: EmailMessage) -> Iterator[tuple[int, Message]]:
    for part in _own_parts(message):
        kind = part.get_content_type()
        name = (part.get_filename() or "").lower()
        if kind == "text/calendar":
            yield (0 if part.get_param("method") else 1), part
        elif kind == "application/ics":
            yield 2, part
        elif name.endswith(".ics"):
            yield 3, part


def _own_parts(message: Message) -> Iterator[Message]:
    """The leaves, without those of an enclosed message."""
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
    """The part as UTF-8 where its charset is known; as it is otherwise (the reader knows windows-1252)."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "utf-8").lower()
    if charset in ("utf-8", "us-ascii", "utf8"):
        return content
    try:
        return content.decode(charset).encode()
    except (LookupError, UnicodeDecodeError):
        return content

"""Reads a caught mail: its headers, its texts and its iTIP message."""

import email
import email.policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from televent.adapters.sandbox.mail.store import Mail
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, parse

Json = dict[str, Any]

MAX_SHOWN = 2_000_000
"""Max characters of a text that the API shows."""


def message_of(mail: Mail) -> EmailMessage:
    """Parse the mail leniently."""
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def header(message: EmailMessage, name: str) -> str:
    """A header field as text; one that cannot be parsed counts as absent."""
    try:
        return str(message.get(name, "")).strip()
    except (ValueError, LookupError, AttributeError, IndexError):
        return ""


def addresses(message: EmailMessage, name: str) -> list[str]:
    """The bare addresses of a header field, in lower case."""
    return [address.lower() for _, address in getaddresses([header(message, name)]) if address]


def calendar_of(message: EmailMessage) -> bytes | None:
    """The bytes of the first text/calendar part, or None."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload
    return None


def invitation_of(message: EmailMessage) -> Component | None:
    """The iTIP message in the mail; None where there is none or it cannot be parsed."""
    data = calendar_of(message)
    if data is None:
        return None
    try:
        return parse(data)
    except IcalError:
        return None


def summary(mail: Mail) -> Json:
    """The mail's row in the list of mails."""
    message = message_of(mail)
    calendar = invitation_of(message)
    event = next(iter(calendar.components("VEVENT")), None) if calendar else None
    method = calendar.value("METHOD") if calendar else None
    return {
        "id": mail.id,
        "envelope_from": mail.sender,
        "envelope_to": list(mail.recipients),
        "from": header(message, "From"),
        "to": header(message, "To"),
        "subject": header(message, "Subject"),
        "message_id": header(message, "Message-ID"),
        "date": header(message, "Date"),
        "received": mail.received,
        "method": method.upper() if method else None,
        "uid": event.value("UID") if event else None,
    }


def whole(mail: Mail) -> Json:
    """The mail's row, with its headers and its parts as text."""
    message = message_of(mail)
    data = calendar_of(message)
    return {
        **summary(mail),
        "headers": [[name, header(message, name)] for name in dict.fromkeys(message.keys())],
        "text": text_part(message, "plain"),
        "html": text_part(message, "html") != "",
        "calendar": data.decode("utf-8", "replace")[:MAX_SHOWN] if data is not None else None,
        "attachments": [
            {"name": part.get_filename() or "", "type": part.get_content_type()} for part in message.iter_attachments()
        ]
        if message.is_multipart()
        else [],
    }


def text_part(message: EmailMessage, subtype: str) -> str:
    """The first text part of this subtype that is not an attachment; "" where there is none."""
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                try:
                    return payload.decode(part.get_content_charset() or "utf-8", "replace")[:MAX_SHOWN]
                except LookupError:
                    return payload.decode("utf-8", "replace")[:MAX_SHOWN]
    return ""

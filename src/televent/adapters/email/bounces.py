"""Which of our mails could not be delivered? (RFC 3464; imip/SPEC B2.)

Not every report is a failure: a mail that is late, was passed on or is read is reported too, and whoever is away on
holiday answers from the empty sender as a failed delivery does (RFC 3834 §3.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage, Message

_OURS = re.compile(r"(?:rsvp|bounce)\+([0-9a-f]{32})@([a-z0-9.-]+)", re.IGNORECASE)
_HEADERS = ("Return-Path", "Reply-To", "X-Original-From", "To")
MAX_PARTS = 200
MAX_SEARCHED = 256 * 1024


def tells_failure(report: EmailMessage) -> bool:
    """True where a delivery-status part says that at least one recipient was given up (RFC 3464 §2.3.3)."""
    for part in _parts(report):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                    return True
    return False


def bounced_token(report: EmailMessage, mail_domain: str) -> str | None:
    """The token in what was returned, where the report's own recipient did not say."""
    for part in _parts(report):
        if part is report:
            continue
        said = [str(part.get(name, "")) for name in _HEADERS]
        if part.get_content_type() in ("text/rfc822-headers", "text/calendar"):
            payload = part.get_payload(decode=True)
            # Folded lines of a calendar may break the address anywhere.
            octets = payload[:MAX_SEARCHED] if isinstance(payload, bytes) else b""
            said.append(re.sub(rb"\r?\n[ \t]", b"", octets).decode("ascii", "replace"))
        for text in said:
            for found in _OURS.finditer(text):
                if found[2].lower().rstrip(".") == mail_domain:
                    return found[1].lower()
    return None


def _parts(message: EmailMessage) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            return
        yield part

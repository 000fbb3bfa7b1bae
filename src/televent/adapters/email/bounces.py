"""Reads delivery reports: which of our mails could not be delivered (RFC 3464; imip/SPEC B2).

Not every report is a failure. A delayed, relayed or read mail is reported too. A holiday autoreply has an empty
envelope sender, as a bounce has (RFC 3834 §3.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage, Message

_OURS = re.compile(r"(?:rsvp|bounce)\+([0-9a-f]{32})@([a-z0-9.-]+)", re.IGNORECASE)
_HEADERS = ("Return-Path", "Reply-To", "X-Original-From", "To")
MAX_PARTS = 200
"""Max MIME parts read per report."""
MAX_SEARCHED = 256 * 1024
"""Max bytes searched per returned part."""


def reports_failure(report: EmailMessage) -> bool:
    """Whether delivery to at least one recipient failed for good: Action "failed" (RFC 3464 §2.3.3)."""
    for part in _parts(report):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                    return True
    return False


def bounced_token(report: EmailMessage, mail_domain: str) -> str | None:
    """The token of our mail, found in the returned message or its headers; None where there is none.

    Needed where the report was not sent to the tokened address itself. ``mail_domain`` is our domain, in lower case.
    """
    for part in _parts(report):
        if part is report:
            continue
        texts = [str(part.get(name, "")) for name in _HEADERS]
        if part.get_content_type() in ("text/rfc822-headers", "text/calendar"):
            payload = part.get_payload(decode=True)
            # The address may be split by line folding in a calendar (RFC 5545 §3.1).
            content = payload[:MAX_SEARCHED] if isinstance(payload, bytes) else b""
            texts.append(re.sub(rb"\r?\n[ \t]", b"", content).decode("ascii", "replace"))
        for text in texts:
            for found in _OURS.finditer(text):
                if found[2].lower().rstrip(".") == mail_domain:
                    return found[1].lower()
    return None


def _parts(message: EmailMessage) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            return
        yield part

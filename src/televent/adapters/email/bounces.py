"""Which of our mails came back? (RFC 3464; imip/SPEC B2.)"""

from __future__ import annotations

import re
from email.message import EmailMessage, Message

_OURS = re.compile(r"(?:rsvp|bounce)\+([0-9a-f]{32})@", re.IGNORECASE)


def bounced_token(report: EmailMessage) -> str | None:
    """The token in the returned headers, where the report's own recipient did not say."""
    for part in report.walk():
        if part is report or not isinstance(part, Message):
            continue
        for name in ("Return-Path", "Reply-To", "X-Original-From"):
            found = _OURS.search(str(part.get(name, "")))
            if found is not None:
                return found[1].lower()
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822", "text/calendar"):
            payload = part.get_payload(decode=True)
            found = _OURS.search(payload.decode("ascii", "replace")) if isinstance(payload, bytes) else None
            if found is not None:
                return found[1].lower()
    return None

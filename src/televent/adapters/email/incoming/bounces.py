"""Reads delivery reports: which of our mails could not be delivered (RFC 3464; imip/SPEC B2).

Not every report is a failure. A delayed, relayed or read mail is reported too. A holiday autoreply has an empty
envelope sender, as a bounce has (RFC 3834 §3.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from televent.adapters.email.reading.fields import fields, named
from televent.adapters.email.reading.parts import Part

_OURS: Final = re.compile(rb"(?:rsvp|bounce)\+([0-9a-f]{32})@([a-z0-9.-]+)", re.IGNORECASE)
_RETURNED: Final = named(("return-path", "reply-to", "x-original-from", "to"))
_FAILED: Final = re.compile(rb"^Action[ \t]*:[ \t]*failed[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_STATUS: Final = ("message/delivery-status", "message/global-delivery-status")
MAX_SEARCHED: Final = 256 * 1024
"""Max bytes searched in all parts of a report."""


def reports_failure(report: Part) -> bool:
    """Whether delivery to at least one recipient failed for good: Action "failed" (RFC 3464 §2.3.3)."""
    statuses = (part for part in report.walk() if part.type in _STATUS)
    return any(_FAILED.search(text) for text in _searched(statuses))


def bounced_token(report: Part, mail_domain: str) -> str | None:
    """The token of our mail, found in the returned message or its headers; None where there is none.

    Needed where the report was not sent to the tokened address itself. ``mail_domain`` is our domain, in lower case.
    """
    inner = [part for part in report.walk() if part is not report]
    for part in inner:
        for _, value in fields(part.raw, part.head, part.start, _RETURNED):
            if token := _token(value, mail_domain):
                return token
    # The address may be split by line folding in a calendar (RFC 5545 §3.1).
    texts = _searched(part for part in inner if part.type in ("text/rfc822-headers", "text/calendar"))
    return next((token for text in texts if (token := _token(_FOLD.sub(b"", text), mail_domain))), None)


def _token(text: bytes, mail_domain: str) -> str | None:
    for found in _OURS.finditer(text):
        if found[2].decode("ascii").lower().rstrip(".") == mail_domain:
            return found[1].decode("ascii").lower()
    return None


def _searched(parts: Iterable[Part]) -> Iterator[bytes]:
    """The start of each part's content, MAX_SEARCHED bytes of all."""
    room = MAX_SEARCHED
    for part in parts:
        if room > 0:
            yield (text := part.content(room))
            room -= len(text)

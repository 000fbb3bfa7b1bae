"""Reads a request's calendar text and converts it to UTF-8 (RFC 4791 §5.3.2.1, RFC 5545 §3.1.4).

A text is stored in UTF-8 and must be the same text in a GET and in a report. A text that cannot be that is refused. If
the stored bytes are not those sent, the answer has no ETag, so that the client reads them (RFC 4791 §5.3.4)."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.webdav.media_types import charset_of
from televent.ical.text.characters import with_whole_characters
from televent.ical.text.charsets import bad_line, known_in_http, to_utf8

TYPES: Final = frozenset(
    {
        "",
        "text/calendar",
        # Content types of hand-made requests. The body must still be iCalendar.
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
    }
)
CALENDAR_TYPES: Final = "text/calendar"
"""The media type of a calendar object, as in an Accept header."""


def calendar_data(request: Request) -> bytes:
    """The body in UTF-8; the very same object where it is the body as sent.

    Raises DavError 403: supported-calendar-data for another media type or an unknown charset, valid-calendar-data for
    bytes that are no text in the charset. Forbidden characters are left to the check of the whole object."""
    if request.media_type not in TYPES:
        raise _unsupported(f"A calendar object is text/calendar, not {request.media_type[:100]}.")
    charset = charset_of(request.headers.get("content-type", "")) or "utf-8"
    codec = known_in_http(charset)
    if codec is None:
        raise _unsupported(f"The charset {charset[:40]} is not known here. Send UTF-8.")
    try:
        data = _in_utf8(request.body, codec)
    except UnicodeError as error:
        text = f"Line {bad_line(error)} is not valid {charset[:40].upper()}."
        raise precondition("valid-calendar-data", text=text) from None
    return request.body if data == request.body else data


def _in_utf8(body: bytes, codec: str) -> bytes:
    try:
        return to_utf8(body, codec)
    except UnicodeDecodeError:
        if codec != "utf-8":
            raise
        # A fold may split a character (RFC 5545 §3.1).
        return to_utf8(with_whole_characters(body), codec)


def _unsupported(text: str) -> DavError:
    return precondition("supported-calendar-data", text=text, headers=((b"accept", CALENDAR_TYPES.encode()),))

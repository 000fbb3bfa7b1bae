"""Service discovery (RFC 6764 §5) and the answers that need no sign-in: OPTIONS, redirects and the start page."""

from __future__ import annotations

import re
from typing import Final

from televent.adapters.caldav.http import Response, Scope
from televent.adapters.caldav.tree import PREFIX, Kind

DAV_HEADER = (
    b"dav",
    b"1, 3, extended-mkcol, access-control, calendar-access, calendar-auto-schedule, calendar-availability, "
    b"calendar-managed-attachments, "
    b"calendarserver-sharing",
)

_HOST = re.compile(r"[A-Za-z0-9._\-]+(?::[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?\Z")

_COLLECTION = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
ALLOW = {
    Kind.ROOT: _COLLECTION,
    Kind.HOME: f"{_COLLECTION}, PROPPATCH, POST, ACL",
    # PUT and COPY only work on the members, but clients look for them in the calendar's own Allow header.
    Kind.CALENDAR: f"{_COLLECTION}, PROPPATCH, PUT, POST, MKCALENDAR, MKCOL, DELETE, COPY, MOVE, ACL",
    Kind.OBJECT: "OPTIONS, GET, HEAD, PUT, POST, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT, ACL",
    Kind.INBOX: f"{_COLLECTION}, PROPPATCH, POST, ACL",
    Kind.OUTBOX: f"{_COLLECTION}, PROPPATCH, POST, ACL",
    Kind.NOTIFICATIONS: f"{_COLLECTION}, PROPPATCH, ACL",
    Kind.NOTIFICATION: "OPTIONS, GET, HEAD, DELETE, PROPFIND",
    Kind.INBOX_ITEM: "OPTIONS, GET, HEAD, DELETE, PROPFIND",
    Kind.ATTACHMENT: "OPTIONS, GET, HEAD",
    Kind.WELL_KNOWN: "OPTIONS, GET, HEAD, PROPFIND",
    Kind.PUSH_REGISTRATION: "OPTIONS, DELETE",
}


PUSHING: Final = frozenset({Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX})
"""The kinds of collections that a client may subscribe to."""


def origin(scope: Scope, host: str, public_url: str | None) -> str:
    """This server's origin without a trailing slash: the configured ``public_url``, else scheme and host of the
    request."""
    if public_url is not None:
        return public_url
    return f"{scope.get('scheme', 'http')}://{host if _HOST.match(host) else 'localhost'}"


def redirect(scope: Scope, host: str, public_url: str | None) -> Response:
    """A 301 to /caldav/ with an absolute URL, because clients use the Location as it is (RFC 6764 §5)."""
    location = f"{origin(scope, host, public_url)}{PREFIX}".encode()
    return Response(301, b"", [(b"location", location), (b"cache-control", b"no-cache")])


def options(kind: Kind, *, push: bool = False) -> Response:
    """The answer to OPTIONS, also before sign-in: 200, because clients do not expect 204, with a single DAV header."""
    if kind in (Kind.ATTACHMENT, Kind.PUSH_REGISTRATION):
        # RFC 4918 §10.1: only WebDAV resources have the DAV header.
        return Response(200, b"", [(b"allow", ALLOW[kind].encode())])
    name, classes = DAV_HEADER
    if push and kind in PUSHING:
        classes += b", webdav-push"
    return Response(200, b"", [(name, classes), (b"allow", ALLOW[kind].encode())])


def welcome() -> Response:
    """The text for a person who opens the server's address in a browser."""
    text = (
        "Televent. Calendar apps connect here over CalDAV: enter this address, your user name and a device password.\n"
    )
    return Response(200, text.encode(), [(b"content-type", b"text/plain; charset=utf-8")])

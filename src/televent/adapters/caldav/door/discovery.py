"""Service discovery (RFC 6764 §5) and the answers that need no sign-in: OPTIONS and redirects."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.http import Response
from televent.adapters.caldav.tree import PREFIX, Kind

DAV_HEADER = (
    b"dav",
    b"1, 3, extended-mkcol, access-control, calendar-access, calendar-auto-schedule, calendar-availability, "
    b"calendar-managed-attachments, "
    b"calendarserver-sharing",
)

_COLLECTION = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
ALLOW = {
    Kind.ROOT: _COLLECTION,
    Kind.HOME: f"{_COLLECTION}, PROPPATCH, POST, ACL",
    # PUT and COPY only work on the members, but clients look for them in the calendar's own Allow header.
    Kind.CALENDAR: f"{_COLLECTION}, PROPPATCH, PUT, POST, DELETE, COPY, MOVE, ACL",
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
"""The methods that work on a resource of each kind, if the person may write it (RFC 9110 §10.2.1)."""
CLOSED: Final = "OPTIONS"
"""The methods that work on what a person may not see, whether it is there or not."""

PUSHING: Final = frozenset({Kind.HOME, Kind.CALENDAR, Kind.INBOX, Kind.OUTBOX})
"""The kinds of collections that a client may subscribe to."""


def redirect(public_url: str | None) -> Response:
    """A 301 to /caldav/ (RFC 6764 §5). Without a ``public_url`` it names only the path (RFC 9110 §10.2.2): so it is
    right behind every proxy, and a client that came by TLS stays there."""
    location = f"{public_url or ''}{PREFIX}".encode()
    return Response(301, b"", [(b"location", location), (b"cache-control", b"no-cache")])


def options(kind: Kind, allow: str | None = None, *, push: bool = False) -> Response:
    """The answer to OPTIONS: 200, because clients do not expect 204, with a single DAV header.

    ``allow`` None, before sign-in: the methods that may work at a URL of this kind, whether a resource is there or
    not."""
    if allow is None:
        allow = ALLOW[kind] + (", MKCALENDAR, MKCOL" if kind is Kind.CALENDAR else "")
    if kind in (Kind.ATTACHMENT, Kind.PUSH_REGISTRATION):
        # RFC 4918 §10.1: only WebDAV resources have the DAV header.
        return Response(200, b"", [(b"allow", allow.encode())])
    name, classes = DAV_HEADER
    if push and kind in PUSHING:
        classes += b", webdav-push"
    return Response(200, b"", [(name, classes), (b"allow", allow.encode())])

"""Finding the way in: RFC 6764 §5, and what is said of a URL before anybody signs in."""

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
    # PUT is for what is inside: macOS looks for it here.
    Kind.CALENDAR: f"{_COLLECTION}, PROPPATCH, PUT, POST, MKCALENDAR, MKCOL, DELETE, MOVE, ACL",
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
"""To what a client may subscribe."""


def origin(scope: Scope, host: str, public_url: str | None) -> str:
    """Where people reach this server, without a slash at its end: as it was set, else as the request says."""
    if public_url is not None:
        return public_url
    return f"{scope.get('scheme', 'http')}://{host if _HOST.match(host) else 'localhost'}"


def redirect(scope: Scope, host: str, public_url: str | None) -> Response:
    """To /caldav/, absolutely: clients take the Location as it is (RFC 6764 §5)."""
    location = f"{origin(scope, host, public_url)}{PREFIX}".encode()
    return Response(301, b"", [(b"location", location), (b"cache-control", b"no-cache")])


def options(kind: Kind, *, push: bool = False) -> Response:
    """200 and not 204, with one DAV header, whoever asks: clients look here before they have signed in."""
    if kind in (Kind.ATTACHMENT, Kind.PUSH_REGISTRATION):
        # RFC 4918 §10.1: said of no resource that is none of WebDAV's.
        return Response(200, b"", [(b"allow", ALLOW[kind].encode())])
    name, classes = DAV_HEADER
    if push and kind in PUSHING:
        classes += b", webdav-push"
    return Response(200, b"", [(name, classes), (b"allow", ALLOW[kind].encode())])


def welcome() -> Response:
    """What a person sees who opens the address in a browser."""
    text = (
        "Televent. Calendar apps connect here over CalDAV: enter this address, your user name and a device password.\n"
    )
    return Response(200, text.encode(), [(b"content-type", b"text/plain; charset=utf-8")])

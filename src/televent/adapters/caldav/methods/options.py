"""OPTIONS of a signed-in client, and the Allow header: the methods that work on a resource, or would make one where
there is none (RFC 9110 §9.3.7, §10.2.1).

Before sign-in the answer depends on the URL alone, so that strangers cannot find out what is there."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.door import discovery
from televent.adapters.caldav.door.destination import MAX_NAME
from televent.adapters.caldav.door.discovery import ALLOW
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.methods.attachments import named_attachment
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.notifications import named_notification
from televent.adapters.caldav.tree import Kind
from televent.application.read_models.calendars import CalendarRow
from televent.application.shared_view import share_named
from televent.domain.sharing.access import BUSY, READ_WRITE

FREE: Final = {Kind.CALENDAR: "OPTIONS, MKCALENDAR, MKCOL", Kind.OBJECT: "OPTIONS, PUT"}
"""The methods that make a resource where there is none."""
_BUSY: Final = "OPTIONS, PROPFIND, REPORT"
_PAST: Final = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
_READ_CALENDAR: Final = "OPTIONS, GET, HEAD, PROPFIND, REPORT, PROPPATCH, POST, DELETE"
# PUT may change the reader's own alarms.
_READ_OBJECT: Final = "OPTIONS, GET, HEAD, PUT, COPY, PROPFIND, PROPPATCH, REPORT"


async def options(door: Door, request: Request, person: Person) -> Response:
    """200 with the methods that work here. Raises DavError 404 if nothing is here and nothing can be made here."""
    try:
        allow = await allowed(door, request, person)
    except DavError as error:
        if error.status != 403:
            raise
        allow = discovery.CLOSED
    return discovery.options(request.target.kind, allow, push=door.push is not None)


async def not_allowed(door: Door, request: Request, person: Person) -> DavError:
    """The 405 answer with the Allow header of the resource (RFC 9110 §15.5.6). Where no calendar or object can be, the
    404 of ``allowed``."""
    kind = request.target.kind
    try:
        allow = await allowed(door, request, person) if kind in FREE else ALLOW[kind]
    except DavError as error:
        return error
    return DavError(405, headers=((b"allow", allow.encode()),))


async def allowed(door: Door, request: Request, person: Person) -> str:
    """The methods that work on the resource, or would make one. Raises DavError: 404 without either, 403 for a place
    that the person may not read."""
    kind = request.target.kind
    if kind is Kind.CALENDAR:
        return await _calendar(door, request, person)
    if kind is Kind.OBJECT:
        return await _object(door, request, person)
    if kind is Kind.INBOX_ITEM:
        await door.resource(request, person)
    elif kind is Kind.NOTIFICATION:
        await named_notification(door, request, person)
    elif kind is Kind.ATTACHMENT:
        await named_attachment(door, request, person)
    return ALLOW[kind]


async def _calendar(door: Door, request: Request, person: Person) -> str:
    name = request.target.calendar
    try:
        row = await door.calendar(request, person, privilege=BUSY)
    except DavError as error:
        # The name of a shared calendar is not free: it belongs to a share that ended.
        # Nor is that of a calendar of the past.
        if error.status != 404 or share_named(name) is not None or person.past is not None:
            raise
        return FREE[Kind.CALENDAR]
    if person.past is not None:
        return _PAST
    if row.share is None or row.share.access == READ_WRITE:
        return ALLOW[Kind.CALENDAR]
    return _BUSY if row.share.access == BUSY else _READ_CALENDAR


async def _object(door: Door, request: Request, person: Person) -> str:
    row = await door.calendar(request, person)
    if person.past is not None:
        await door.resource(request, person)
        return _PAST
    try:
        await door.resource(request, person)
    except DavError as error:
        if error.status != 404 or not _writable(row) or len(request.target.name) > MAX_NAME:
            raise
        return FREE[Kind.OBJECT]
    return ALLOW[Kind.OBJECT] if _writable(row) else _READ_OBJECT


def _writable(row: CalendarRow) -> bool:
    return row.share is None or row.share.access == READ_WRITE

"""PUT: RFC 4791 §5.3.2, RFC 6638 §3.2."""

from __future__ import annotations

from televent.adapters.caldav.door import Door, check_access
from televent.adapters.caldav.errors import DavError, of_refusal, precondition
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.methods.destination import MAX_NAME
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.ports import CalendarRow
from televent.application.refusals import UidConflict, UnknownCalendar
from televent.application.use_cases.put_object import Stored, put_object
from televent.application.use_cases.shared_objects import put_into_shared

_TYPES = frozenset(
    {
        "",
        "text/calendar",
        # What a file is called that was sent by hand; its text still must be iCalendar.
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
    }
)


async def put(door: Door, request: Request, person: Person) -> Response:
    """201 or 204. An ETag only where what was stored is what was sent."""
    target = request.target
    if target.kind in (Kind.INBOX_ITEM, Kind.NOTIFICATION):
        raise DavError(403, "<D:need-privileges/>")
    if target.kind is not Kind.OBJECT:
        raise DavError(405, headers=((b"allow", b"OPTIONS, GET, HEAD, PROPFIND, REPORT"),))
    if len(target.name) > MAX_NAME:
        raise DavError(403, text=f"The name is longer than {MAX_NAME} characters.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise precondition("supported-calendar-data")
    shared = await door.shared(request, person)
    if shared is not None:
        check_access(shared, request, "read")
        stored = await door.run(_put_shared, door, request, person, shared)
    else:
        stored = await door.run(_put, door, request, person)
    headers: list[Header] = []
    if stored.etag is not None:
        headers.append((b"etag", f'"{stored.etag}"'.encode()))
    if stored.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{stored.schedule_tag}"'.encode()))
    return Response(201 if stored.created else 204, b"", headers)


def _put(door: Door, request: Request, person: Person) -> Stored:
    target = request.target
    try:
        return put_object(
            door.office,
            door.context(request, person),
            calendar=target.calendar,
            href=target.name,
            text=request.body,
            conditions=conditions(request.headers, request.seq),
            account=person.account,
        )
    except UidConflict as refusal:
        raise of_refusal(refusal, person.collection(target.calendar)) from None
    except UnknownCalendar:
        # RFC 4918 §9.7.1: no collection to put it into.
        raise DavError(409, text="There is no such calendar.") from None


def _put_shared(door: Door, request: Request, person: Person, row: CalendarRow) -> Stored:
    """Into somebody else's calendar: the owner's account changes, and this person is the one who acts."""
    context = door.context(request, person, row)
    text, name, given = request.body, request.target.name, conditions(request.headers, request.seq)
    try:
        return put_into_shared(door.office, context, row=row, href=name, text=text, conditions=given)
    except UidConflict as refusal:
        raise of_refusal(refusal, person.collection(row.name)) from None
    except UnknownCalendar:
        raise DavError(409, text="There is no such calendar.") from None

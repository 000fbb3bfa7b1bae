"""PUT: RFC 4791 §5.3.2, RFC 6638 §3.2."""

from __future__ import annotations

from televent.adapters.caldav.door.destination import MAX_NAME
from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError, need_privileges, of_refusal, precondition
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.properties.rfc4918 import content_type
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import PreconditionFailed, SchedulingUidConflict, UidConflict, UnknownCalendar
from televent.application.use_cases.put_object import Stored, put_object
from televent.application.use_cases.shared_objects import put_into_shared

TYPES = frozenset(
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
        raise need_privileges(request.target.path, "bind")
    if target.kind is not Kind.OBJECT:
        raise DavError(405, headers=((b"allow", b"OPTIONS, GET, HEAD, PROPFIND, REPORT"),))
    if len(target.name) > MAX_NAME:
        raise DavError(403, text=f"The name is longer than {MAX_NAME} characters.")
    if media_type(request) not in TYPES:
        raise precondition("supported-calendar-data")
    try:
        stored = await store(door, request, person)
    except PreconditionFailed:
        standing = await _standing(door, request, person) if request.representation else None
        if standing is None:
            raise
        # RFC 8144 §3.2: what it was that had changed.
        return represented(412, request, standing)
    if request.representation:
        standing = await _standing(door, request, person)
        if standing is not None:
            return represented(201 if stored.created else 200, request, standing)
    return Response(201 if stored.created else 204, b"", tags(stored))


def media_type(request: Request) -> str:
    """The body's, in lower case and without parameters; "" for none said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def store(door: Door, request: Request, person: Person) -> Stored:
    """Puts the request's body under the request's URL, into one's own calendar or somebody else's."""
    shared = await door.shared(request, person)
    if shared is not None:
        check_access(shared, request, "read")
        return await door.run(_put_shared, door, request, person, shared)
    return await door.run(_put, door, request, person)


def tags(stored: Stored) -> list[Header]:
    """The headers that name what is stored. An ETag only where it is what was sent (RFC 4791 §5.3.4)."""
    headers: list[Header] = []
    if stored.etag is not None:
        headers.append((b"etag", f'"{stored.etag}"'.encode()))
    if stored.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{stored.schedule_tag}"'.encode()))
    return headers


def in_the_way(refusal: UidConflict | SchedulingUidConflict, person: Person, calendar: str) -> DavError:
    """403 with the URL of what has the UID already: in ``calendar``, or in the one that the refusal names."""
    return of_refusal(refusal, person.collection(str(refusal.details.get("calendar", calendar))))


def represented(status: int, request: Request, row: ResourceRow) -> Response:
    """An answer with what stands now (RFC 8144 §3)."""
    headers: list[Header] = [
        (b"etag", f'"{row.etag}"'.encode()),
        (b"content-type", content_type(row).encode()),
        (b"content-location", request.target.path.encode()),
        (b"preference-applied", b"return=representation"),
        (b"vary", b"Prefer"),
    ]
    if row.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{row.schedule_tag}"'.encode()))
    return Response(status, row.ics or b"", headers)


async def _standing(door: Door, request: Request, person: Person) -> ResourceRow | None:
    try:
        return await door.resource(request, person)
    except DavError:
        return None


def _put(door: Door, request: Request, person: Person) -> Stored:
    target = request.target
    try:
        return put_object(
            door.backend,
            door.context(request, person),
            calendar=target.calendar,
            href=target.name,
            text=request.body,
            conditions=conditions(request.headers, request.seq),
            account=person.account,
        )
    except (UidConflict, SchedulingUidConflict) as refusal:
        raise in_the_way(refusal, person, target.calendar) from None
    except UnknownCalendar:
        # RFC 4918 §9.7.1: no collection to put it into.
        raise DavError(409, text="There is no such calendar.") from None


def _put_shared(door: Door, request: Request, person: Person, row: CalendarRow) -> Stored:
    """Into somebody else's calendar: the owner's account changes, and this person is the one who acts."""
    context = door.context(request, person, row)
    text, name, given = request.body, request.target.name, conditions(request.headers, request.seq)
    try:
        return put_into_shared(door.backend, context, row=row, href=name, text=text, conditions=given)
    except UidConflict as refusal:
        raise of_refusal(refusal, person.collection(row.name)) from None
    except UnknownCalendar:
        raise DavError(409, text="There is no such calendar.") from None

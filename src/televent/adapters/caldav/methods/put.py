"""PUT of a calendar object (RFC 4791 §5.3.2, RFC 6638 §3.2)."""

from __future__ import annotations

from dataclasses import replace

from televent.adapters.caldav.door.calendar_body import calendar_data
from televent.adapters.caldav.door.destination import MAX_NAME
from televent.adapters.caldav.door.discovery import ALLOW
from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.door.shown_text import ShownText
from televent.adapters.caldav.errors import DavError, need_privileges, of_refusal
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.properties.rfc4918 import content_type
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import Found, ResourceRow
from televent.application.refusals import PreconditionFailed, SchedulingUidConflict, UidConflict, UnknownCalendar
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.application.use_cases.shared.shared_objects import put_into_shared
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.characters import servable


async def put(door: Door, request: Request, person: Person) -> Response:
    """Stores an object: 201 if it is new, else 204. The answer has an ETag only if the stored bytes are those sent.
    With ``Prefer: return=representation`` it contains the stored object, also with 412."""
    target = request.target
    if target.kind in (Kind.INBOX_ITEM, Kind.NOTIFICATION):
        raise need_privileges(request.target.path, "bind")
    if target.kind is not Kind.OBJECT:
        allow = ALLOW[target.kind].replace(" PUT,", "")
        raise DavError(405, headers=((b"allow", allow.encode()),))
    if len(target.name) > MAX_NAME:
        raise DavError(403, text=f"The name is longer than {MAX_NAME} characters.")
    try:
        stored = await store(door, request, person)
    except PreconditionFailed:
        current = await _current(door, request, person) if request.representation else None
        if current is None:
            raise
        # RFC 8144 §3.2: the 412 contains the current object.
        return represented(412, request, current)
    if request.representation:
        current = await _current(door, request, person)
        if current is not None:
            return represented(201 if stored.created else 200, request, current)
    return Response(201 if stored.created else 204, b"", tags(stored))


async def store(door: Door, request: Request, person: Person) -> Stored:
    """Stores the request's body at the request's URL, in the person's own calendar or in a shared one. Raises DavError
    and Refusal."""
    shared = await door.shared(request, person)
    if shared is not None:
        check_access(shared, request, "read")
    early = await request.early_find if request.early_find is not None and shared is None else None
    found = early.row if early is not None else None
    return await door.run(_store, door, request, person, shared, found)


def tags(stored: Stored) -> list[Header]:
    """The ETag and Schedule-Tag headers. There is an ETag only if the stored bytes are those sent (RFC 4791 §5.3.4)."""
    headers: list[Header] = []
    if stored.etag is not None:
        headers.append((b"etag", f'"{stored.etag}"'.encode()))
    if stored.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{stored.schedule_tag}"'.encode()))
    return headers


def in_the_way(refusal: UidConflict | SchedulingUidConflict, person: Person, calendar: str) -> DavError:
    """The 403 with the URL of the object that has the UID already, in ``calendar`` or in the calendar that the refusal
    names."""
    return of_refusal(refusal, person.collection(str(refusal.details.get("calendar", calendar))))


def represented(status: int, request: Request, row: ResourceRow) -> Response:
    """An answer that contains the current object (RFC 8144 §3)."""
    headers: list[Header] = [
        (b"etag", f'"{row.etag}"'.encode()),
        (b"content-type", content_type(row).encode()),
        (b"content-location", request.target.path.encode()),
        (b"preference-applied", b"return=representation"),
        (b"vary", b"Prefer"),
    ]
    if row.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{row.schedule_tag}"'.encode()))
    return Response(status, servable(ShownText(request).of(row.text).raw), headers)


async def _current(door: Door, request: Request, person: Person) -> ResourceRow | None:
    try:
        return await door.resource(request, person)
    except DavError:
        return None


def _store(
    door: Door, request: Request, person: Person, shared: CalendarRow | None, found: Found | None = None
) -> Stored:
    data = calendar_data(request)
    text = CalendarText(data)
    if shared is not None:
        stored = _put_shared(door, request, person, shared, text)
    else:
        stored = _put(door, request, person, text, found)
    return stored if data == request.body else replace(stored, etag=None)


def _put(door: Door, request: Request, person: Person, text: CalendarText, found: Found | None) -> Stored:
    target = request.target
    try:
        return put_object(
            door.backend,
            door.context(request, person),
            calendar=target.calendar,
            href=target.name,
            text=text,
            conditions=conditions(request.headers, request.moment),
            account=person.account,
            moves=True,
            found=found,
        )
    except (UidConflict, SchedulingUidConflict) as refusal:
        raise in_the_way(refusal, person, target.calendar) from None
    except UnknownCalendar:
        # RFC 4918 §9.7.1: 409 if the parent collection does not exist.
        raise DavError(409, text="There is no such calendar.") from None


def _put_shared(door: Door, request: Request, person: Person, row: CalendarRow, text: CalendarText) -> Stored:
    """Stores the object in a shared calendar. The command changes the owner's account, and this person is its actor."""
    context = door.context(request, person, row)
    name, given = request.target.name, conditions(request.headers, request.moment)
    try:
        return put_into_shared(door.backend, context, row=row, href=name, text=text, conditions=given)
    except UidConflict as refusal:
        raise of_refusal(refusal, person.collection(row.name)) from None
    except UnknownCalendar:
        raise DavError(409, text="There is no such calendar.") from None

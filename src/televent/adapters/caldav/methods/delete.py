"""DELETE: RFC 4918 §9.6, RFC 6638 §3.2.1.3, §8.1."""

from __future__ import annotations

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.use_cases.calendars import delete_calendar
from televent.application.use_cases.delete_object import delete_object


async def delete(door: Door, request: Request, person: Person) -> Response:
    """204, for a calendar as for an object."""
    kind = request.target.kind
    if kind is Kind.OBJECT:
        await door.run(_object, door, request, person)
    elif kind is Kind.CALENDAR:
        await door.run(_calendar, door, request, person)
    elif kind is Kind.INBOX_ITEM:
        raise DavError(404)
    else:
        raise DavError(403, "<D:need-privileges/>")
    return Response(204)


def _object(door: Door, request: Request, person: Person) -> None:
    target = request.target
    # RFC 6638 §8.1: "F" asks that nobody be told that an attendee has taken the meeting away.
    reply = request.headers.get("schedule-reply", "T").strip().upper() != "F"
    delete_object(
        door.office,
        door.context(request, person),
        calendar=target.calendar,
        href=target.name,
        conditions=conditions(request.headers, request.seq),
        reply=reply,
    )


def _calendar(door: Door, request: Request, person: Person) -> None:
    delete_calendar(door.office, door.context(request, person), name=request.target.calendar)

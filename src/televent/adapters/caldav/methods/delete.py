"""DELETE (RFC 4918 §9.6, RFC 6638 §3.2.1.3, §8.1)."""

from __future__ import annotations

from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.door.preconditions import check_calendar
from televent.adapters.caldav.errors import need_privileges
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.methods.push_register import unregister
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.notifications import delete_notification
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.calendars import delete_calendar
from televent.application.use_cases.calendars.sharing import answer_share
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.scheduling.inbox import remove_item
from televent.application.use_cases.shared.shared_objects import delete_from_shared


async def delete(door: Door, request: Request, person: Person) -> Response:
    """Deletes a calendar, an object or another resource and answers 204. A sharee who deletes a shared calendar only
    removes it from their own home."""
    kind = request.target.kind
    if kind is Kind.CALENDAR:
        await check_calendar(door, request, person)
    shared = await door.shared(request, person)
    if shared is not None:
        await door.run(_shared, door, request, person, shared)
    elif kind is Kind.OBJECT:
        await door.run(_object, door, request, person)
    elif kind is Kind.CALENDAR:
        await door.run(_calendar, door, request, person)
    elif kind is Kind.PUSH_REGISTRATION:
        await unregister(door, request, person)
    elif kind is Kind.NOTIFICATION:
        return await delete_notification(door, request, person)
    elif kind is Kind.INBOX_ITEM:
        await door.run(_item, door, request, person)
    else:
        raise need_privileges(request.target.path, "unbind")
    return Response(204)


def _object(door: Door, request: Request, person: Person) -> None:
    target = request.target
    delete_object(
        door.backend,
        door.context(request, person),
        calendar=target.calendar,
        href=target.name,
        conditions=conditions(request.headers, request.moment),
        reply=_reply(request),
    )


def _item(door: Door, request: Request, person: Person) -> None:
    context, given = door.context(request, person), conditions(request.headers, request.moment)
    remove_item(door.backend, context, href=request.target.name, conditions=given)


def _reply(request: Request) -> bool:
    """The Schedule-Reply header (RFC 6638 §8.1): "F" means that the organizer gets no reply when an attendee deletes a
    meeting."""
    return request.headers.get("schedule-reply", "T").strip().upper() != "F"


def _shared(door: Door, request: Request, person: Person, row: CalendarRow) -> None:
    """Deletes an object of a shared calendar, or removes the shared calendar from the person's home (CalendarServer
    sharing §5.4.2)."""
    if request.target.kind is Kind.OBJECT:
        check_access(row, request, "write")
        context, given = door.context(request, person, row), conditions(request.headers, request.moment)
        name = request.target.name
        delete_from_shared(door.backend, context, row=row, href=name, conditions=given, reply=_reply(request))
    elif row.share is not None:
        if request.granted is not None:
            check_access(row, request, "unbind")
        answer_share(door.backend, door.context(request, person), share_id=row.share.share_id, accept=False)


def _calendar(door: Door, request: Request, person: Person) -> None:
    delete_calendar(door.backend, door.context(request, person), name=request.target.calendar, reply=_reply(request))

"""MOVE of an object, or of a calendar within the home (RFC 4918 §9.9, RFC 4791 §5.3.2.1, RFC 6638 §3.2.3.4)."""

from __future__ import annotations

from televent.adapters.caldav.door.destination import check_depth, destination, object_target, overwrite
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.preconditions import check_calendar
from televent.adapters.caldav.errors import DavError, need_privileges, of_refusal, precondition
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.methods.copy import answer
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.shared_transfer import concerns, move_shared
from televent.adapters.caldav.tree import Kind, Target
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.refusals import CalendarNameTaken, UidConflict
from televent.application.use_cases.calendars.calendars import rename_calendar
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import Stored


async def move(door: Door, request: Request, person: Person) -> Response:
    """Moves an object or a calendar: 201 if the destination was free, else 204."""
    kind = request.target.kind
    if kind is Kind.CALENDAR:
        await check_calendar(door, request, person)
        return await _calendar(door, request, person)
    if kind is not Kind.OBJECT:
        raise need_privileges(request.target.path, "unbind")
    # §10.2: an object has no members, so every valid depth means the same.
    request.depth("infinity")
    target = object_target(destination(door, request, person))
    if concerns(request, target):
        return answer(await move_shared(door, request, person, target))
    return answer(await door.run(_object, door, request, person, target))


def _object(door: Door, request: Request, person: Person, target: Target) -> Stored:
    source = request.target
    try:
        return move_object(
            door.backend,
            door.context(request, person),
            source=Place(source.calendar, source.name),
            destination=Place(target.calendar, target.name),
            overwrite=overwrite(request),
            conditions=conditions(request.headers, request.moment),
        )
    except UidConflict as refusal:
        raise of_refusal(refusal, person.collection(target.calendar)) from None


async def _calendar(door: Door, request: Request, person: Person) -> Response:
    # §9.9.2: a collection is moved with all its members, so the depth must be infinity.
    check_depth(request, "infinity")
    target = destination(door, request, person)
    if target.kind is not Kind.CALENDAR:
        raise precondition("calendar-collection-location-ok")
    over = overwrite(request)

    def act() -> None:
        try:
            context = door.context(request, person)
            rename_calendar(door.backend, context, name=request.target.calendar, to=target.calendar)
        except CalendarNameTaken:
            if not over:
                raise DavError(412, text="There is a calendar of that name already.") from None
            # Overwriting would delete a calendar with all its meetings, and Overwrite is T if the client sends nothing.
            raise DavError(403, text="A calendar cannot replace another one. Delete the other one first.") from None

    await door.run(act)
    return Response(201)

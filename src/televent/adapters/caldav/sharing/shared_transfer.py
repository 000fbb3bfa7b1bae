"""COPY and MOVE with a shared calendar as the source, the destination or both (CalendarServer sharing §5.5.5).

A copy contains what the person can see, and it is stored like their own PUT. A person may move an object that is not a
meeting to any calendar where they may write (ADR 26). A meeting cannot move to another account (§5.5.5 (2)).
"""

from __future__ import annotations

from televent.adapters.caldav.door.destination import overwrite
from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError, need_privileges, of_refusal
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Target
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.conditions import NONE, Conditions
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import (
    HiddenFromSharees,
    MeetingStays,
    UidConflict,
    UnknownCalendar,
    UnknownDestination,
)
from televent.application.shared_view import share_named
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.application.use_cases.shared.move_across import End, for_another, move_across
from televent.application.use_cases.shared.shared_objects import move_in_shared, put_into_shared
from televent.domain.sharing.access import READ_WRITE


def concerns(request: Request, target: Target) -> bool:
    """True if the source or the destination is in a shared calendar of another owner."""
    return share_named(request.target.calendar) is not None or share_named(target.calendar) is not None


async def copy_shared(door: Door, request: Request, person: Person, target: Target) -> Stored:
    """Copies the request's object to ``target``. Raises DavError, Refusal."""
    source = await door.resource(request, person)
    given = conditions(request.headers, request.moment)
    given.check(source)
    there = await _destination(door, person, target)
    only_new = NONE if overwrite(request) else Conditions(if_none_match=("*",))
    owner = source.share.owner if source.share is not None else person.account.tenant

    def act() -> Stored:
        try:
            context, text = door.context(request, person, there), source.text
            if owner != context.tenant:
                text = for_another(door.backend, context, text)
            if there is not None:
                return put_into_shared(
                    door.backend, context, row=there, href=target.name, text=text, conditions=only_new
                )
            return put_object(
                door.backend,
                context,
                calendar=target.calendar,
                href=target.name,
                text=text,
                conditions=only_new,
                account=person.account,
            )
        except UnknownCalendar:
            raise UnknownDestination() from None
        except UidConflict as refusal:
            raise of_refusal(refusal, person.collection(target.calendar)) from None

    return await door.run(act)


async def move_shared(door: Door, request: Request, person: Person, target: Target) -> Stored:
    """Moves the request's object to ``target``. Raises DavError, Refusal."""
    row, source = await door.shared(request, person), request.target
    if row is not None:
        check_access(row, request, "write")
    inside = row is not None and row.name == target.calendar
    there = row if inside else await _destination(door, person, target)
    given, over = conditions(request.headers, request.moment), overwrite(request)

    def act() -> Stored:
        try:
            if row is not None and there is not None and row.tenant == there.tenant:
                context, names = door.context(request, person, row), {"href": source.name, "to": target.name}
                return move_in_shared(
                    door.backend, context, row=row, into=there, overwrite=over, conditions=given, **names
                )
            return move_across(
                door.backend,
                source=_end(door, request, person, source, row),
                destination=_end(door, request, person, target, there),
                overwrite=over,
                conditions=given,
            )
        except UidConflict as refusal:
            raise of_refusal(refusal, person.collection(target.calendar)) from None
        except (MeetingStays, HiddenFromSharees):
            raise need_privileges(source.path, "unbind") from None
        except UnknownCalendar:
            raise UnknownDestination() from None

    return await door.run(act)


def _end(door: Door, request: Request, person: Person, target: Target, row: CalendarRow | None) -> End:
    context = door.context(request, person, row)
    calendar = row.share.calendar if row is not None and row.share is not None else target.calendar
    return End(context, calendar, target.name, row)


async def _destination(door: Door, person: Person, target: Target) -> CalendarRow | None:
    """The shared calendar of the destination; None if it is the person's own. Raises DavError 403, 409."""
    share_id = share_named(target.calendar)
    if share_id is None:
        return None
    row = await door.run(door.backend.reads.mount, person.account.tenant, share_id)
    if row is None:
        raise DavError(409, text="The Destination's collection does not exist.")
    if row.share is not None and row.share.access != READ_WRITE:
        raise need_privileges(person.collection(target.calendar), "bind")
    return row

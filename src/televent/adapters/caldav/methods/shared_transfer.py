"""COPY and MOVE where somebody else's calendar is the source, the destination or both (CalendarServer sharing §5.5.5).

A copy is read as this person sees it and stored as his own PUT would be. A move stays inside one calendar: what is the
owner's is not carried away, and two accounts are not changed in one transaction.
"""

from __future__ import annotations

from televent.adapters.caldav.door import Door, check_access
from televent.adapters.caldav.errors import DavError, need_privileges, of_refusal
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.methods.destination import overwrite
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Target
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.conditions import NONE, Conditions
from televent.application.ports import CalendarRow
from televent.application.refusals import UidConflict, UnknownCalendar, UnknownDestination
from televent.application.shared_view import share_named
from televent.application.use_cases.put_object import Stored, put_object
from televent.application.use_cases.shared_objects import move_in_shared, put_into_shared


def concerns(request: Request, target: Target) -> bool:
    """True where one of the two is somebody else's."""
    return share_named(request.target.calendar) is not None or share_named(target.calendar) is not None


async def copy_shared(door: Door, request: Request, person: Person, target: Target) -> Stored:
    """Raises DavError, Refusal."""
    source = await door.resource(request, person)
    given = conditions(request.headers, request.seq)
    given.check(source)
    there = await _destination(door, request, person, target)
    only_new = NONE if overwrite(request) else Conditions(if_none_match=("*",))
    text = source.ics or b""

    def act() -> Stored:
        try:
            if there is not None:
                context = door.context(request, person, there)
                return put_into_shared(
                    door.office, context, row=there, href=target.name, text=text, conditions=only_new
                )
            return put_object(
                door.office,
                door.context(request, person),
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
    """Raises DavError, Refusal."""
    row = await door.shared(request, person)
    if row is None or row.name != target.calendar:
        raise need_privileges(request.target.path, "unbind")
    check_access(row, request, "write")
    source, given = request.target, conditions(request.headers, request.seq)

    def act() -> Stored:
        try:
            return move_in_shared(
                door.office,
                door.context(request, person, row),
                row=row,
                href=source.name,
                to=target.name,
                overwrite=overwrite(request),
                conditions=given,
            )
        except UidConflict as refusal:
            raise of_refusal(refusal, person.collection(target.calendar)) from None

    return await door.run(act)


async def _destination(door: Door, request: Request, person: Person, target: Target) -> CalendarRow | None:
    """Somebody else's calendar to copy into; None for one's own. Raises DavError 403, 409."""
    share_id = share_named(target.calendar)
    if share_id is None:
        return None
    row = await door.run(door.office.reads.mount, person.account.tenant, share_id)
    if row is None:
        raise DavError(409, text="There is no collection to put it into.")
    check_access(row, request, "write")
    return row

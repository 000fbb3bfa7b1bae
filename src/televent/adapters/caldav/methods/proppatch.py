"""PROPPATCH: RFC 4918 §9.2. All of it or nothing."""

from __future__ import annotations

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d, empty
from televent.adapters.caldav.webdav.settable import Changes, instructions
from televent.adapters.caldav.webdav.xml_in import name_of
from televent.adapters.caldav.webdav.xml_out import href, multistatus, propstat
from televent.application.refusals import TooManyProperties
from televent.application.use_cases.calendars import change_calendar


async def proppatch(door: Door, request: Request, person: Person) -> Response:
    """207 with a status for each property."""
    root = request.xml()
    if root is None or name_of(root) != d("propertyupdate"):
        raise DavError(400, text="The body is not a DAV:propertyupdate.")
    changes = Changes()
    for to_set, element in instructions(root):
        (changes.set if to_set else changes.remove)(element)
    if request.target.kind is Kind.CALENDAR:
        propstats = await door.run(_change, door, request, person, changes)
    else:
        if request.target.kind is Kind.OBJECT:
            await _must_stand(door, request, person)
        # Nothing can be set elsewhere; a plain 403 would stop macOS, which tries its own properties on the home.
        propstats = _grouped(dict.fromkeys(changes.names, (403, "")))
    return xml_response(207, multistatus((f"<D:response>{href(request.target.path)}{propstats}</D:response>",)))


def _change(door: Door, request: Request, person: Person, changes: Changes) -> str:
    name = request.target.calendar
    if changes.refused:
        if door.office.reads.calendar(person.account.tenant, name) is None:
            raise DavError(404)
        return refused(changes)
    status, error = 200, ""
    try:
        change_calendar(
            door.office,
            door.context(request, person),
            name=name,
            set=changes.put,
            remove=frozenset(changes.gone),
        )
    except TooManyProperties:
        status, error = 507, empty(d("quota-not-exceeded"))
    return _grouped(dict.fromkeys(changes.names, (status, error)))


def refused(changes: Changes) -> str:
    """The propstats of a request of which nothing was done."""
    return _grouped(
        {name: (403, changes.refused[name]) if name in changes.refused else (424, "") for name in changes.names},
    )


def _grouped(outcomes: dict[str, tuple[int, str]]) -> str:
    groups: dict[tuple[int, str], list[str]] = {}
    for name, outcome in outcomes.items():
        groups.setdefault(outcome, []).append(empty(name))
    if not groups:
        return propstat("", 200)
    return "".join(propstat("".join(names), status, error) for (status, error), names in groups.items())


async def _must_stand(door: Door, request: Request, person: Person) -> None:
    target = request.target
    if await door.run(door.office.reads.resource, person.account.tenant, target.calendar, target.name) is None:
        raise DavError(404)

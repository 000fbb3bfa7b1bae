"""PROPPATCH (RFC 4918 §9.2): it applies all changes of a request or none."""

from __future__ import annotations

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.preconditions import check_calendar
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, preference_headers, xml_response
from televent.adapters.caldav.methods.own_properties import Outcomes, change_own
from televent.adapters.caldav.properties.settable import Changes, instructions
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d, empty
from televent.adapters.caldav.webdav.xml_in import Element, name_of
from televent.adapters.caldav.webdav.xml_out import href, multistatus, propstat
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import TooManyProperties
from televent.application.use_cases.calendars.calendars import change_calendar
from televent.application.use_cases.calendars.sharing import change_mount


async def proppatch(door: Door, request: Request, person: Person) -> Response:
    """Sets and removes properties, and answers 207 with a status for each property. Raises DavError 400, 404, 412."""
    root = await door.xml(request)
    if root is None or name_of(root) != d("propertyupdate"):
        raise DavError(400, text="The body is not a DAV:propertyupdate.")
    changes = await door.run(_changes, root, request.target.kind)
    if request.target.kind is Kind.CALENDAR:
        await check_calendar(door, request, person)
    shared = await door.shared(request, person)
    if request.target.kind is Kind.CALENDAR and shared is not None:
        outcomes = await door.run(_change_mount, door, request, person, shared, changes)
    elif request.target.kind is Kind.CALENDAR:
        outcomes = await door.run(_change, door, request, person, changes)
    else:
        if request.target.kind is Kind.OBJECT:
            await door.resource(request, person)
        # The answer is a 207 with 403 inside: a plain 403 would stop macOS, which sets its own properties on the home.
        outcomes = await door.run(change_own, door, request, person, changes)
    if all(status == 200 for status, _ in outcomes.values()) and "brief" not in request.headers and request.minimal:
        # RFC 8144 §2.2. Apple's clients also send Brief, and they disable an account that answers them without a body.
        return Response(200, b"", preference_headers(request))
    response = f"<D:response>{href(request.target.path)}{_grouped(outcomes)}</D:response>"
    return xml_response(207, multistatus((response,)), request)


def _changes(root: Element, kind: Kind) -> Changes:
    changes = Changes(inbox=kind is Kind.INBOX)
    for to_set, element in instructions(root):
        (changes.set if to_set else changes.remove)(element)
    return changes


def _change(door: Door, request: Request, person: Person, changes: Changes) -> Outcomes:
    name = request.target.calendar
    if changes.refused:
        if door.backend.reads.calendar(person.account.tenant, name) is None:
            raise DavError(404)
        return _refusals(changes)
    status, error = 200, ""
    try:
        change_calendar(
            door.backend,
            door.context(request, person),
            name=name,
            set=changes.put,
            remove=frozenset(changes.gone),
        )
    except TooManyProperties:
        status, error = 507, empty(d("quota-not-exceeded"))
    return dict.fromkeys(changes.names, (status, error))


def _change_mount(door: Door, request: Request, person: Person, row: CalendarRow, changes: Changes) -> Outcomes:
    """Sets the sharee's own name and colour of a shared calendar, with any granted access (CalendarServer sharing
    §5.5.3)."""
    if changes.refused:
        return _refusals(changes)
    assert row.share is not None
    status, error = 200, ""
    if not row.share.accepted:
        # The calendar is not in the sharee's home yet, so there is no place for the sharee's own properties.
        status, error = 403, empty(d("need-privileges"))
    else:
        try:
            context, gone = door.context(request, person), frozenset(changes.gone)
            change_mount(door.backend, context, share_id=row.share.share_id, set=changes.put, remove=gone)
        except TooManyProperties:
            status, error = 507, empty(d("quota-not-exceeded"))
    return dict.fromkeys(changes.names, (status, error))


def refused(changes: Changes) -> str:
    """The propstats of a request that changed nothing: 403 for each refused property and 424 for the others."""
    return _grouped(_refusals(changes))


def _refusals(changes: Changes) -> Outcomes:
    return {name: (403, changes.refused[name]) if name in changes.refused else (424, "") for name in changes.names}


def _grouped(outcomes: Outcomes) -> str:
    groups: dict[tuple[int, str], list[str]] = {}
    for name, outcome in outcomes.items():
        groups.setdefault(outcome, []).append(empty(name))
    if not groups:
        return propstat("", 200)
    return "".join(propstat("".join(names), status, error) for (status, error), names in groups.items())

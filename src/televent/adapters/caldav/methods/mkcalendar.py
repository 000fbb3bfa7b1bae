"""MKCALENDAR (RFC 4791 §5.3.1) and extended MKCOL (RFC 5689)."""

from __future__ import annotations

from televent.adapters.caldav.door.discovery import ALLOW
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition, precondition, unsupported
from televent.adapters.caldav.http import XML_TYPES, Request, Response, xml_response
from televent.adapters.caldav.methods.proppatch import refused
from televent.adapters.caldav.properties.settable import Changes, instructions
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.xml_in import Element, children, name_of
from televent.adapters.caldav.webdav.xml_out import document
from televent.application.refusals import CalendarNameTaken
from televent.application.use_cases.calendars.calendars import COMPONENTS, create_calendar

_COMPONENTS = c("supported-calendar-component-set")


async def mkcalendar(door: Door, request: Request, person: Person) -> Response:
    """Creates a calendar and answers 201. Raises DavError 403 with the precondition of the first property that cannot
    be set; then there is no calendar."""
    root = await door.xml(request)
    if root is not None and name_of(root) != c("mkcalendar"):
        raise DavError(400, text="The body is not a CALDAV:mkcalendar.")
    _check_place(request)
    return await _create(door, request, person, root, "C:mkcalendar-response")


async def mkcol(door: Door, request: Request, person: Person) -> Response:
    """Creates a calendar and answers 201. No other collection can be created (RFC 5689 §3.3 DAV:valid-resourcetype)."""
    root = await door.declared_xml(request)
    if root is not None and name_of(root) != d("mkcol"):
        raise unsupported("The body is not a DAV:mkcol.", XML_TYPES)
    _check_place(request)
    sent = [element for to_set, element in (instructions(root) if root is not None else ()) if to_set]
    types = [each for each in sent if name_of(each) == d("resourcetype")]
    if not types or not all(map(_makes_calendar, types)):
        raise dav_precondition("valid-resourcetype")
    try:
        return await _create(door, request, person, root, "D:mkcol-response")
    except CalendarNameTaken:
        # RFC 4918 §9.3.1: MKCOL on an existing resource gets 405.
        allow = ((b"allow", ALLOW[Kind.CALENDAR].encode()),)
        raise DavError(405, "<D:resource-must-be-null/>", headers=allow) from None


def _check_place(request: Request) -> None:
    if request.target.kind in (Kind.HOME, Kind.INBOX, Kind.OUTBOX, Kind.ROOT):
        raise dav_precondition("resource-must-be-null")
    if request.target.kind is not Kind.CALENDAR:
        raise precondition("calendar-collection-location-ok")


async def _create(door: Door, request: Request, person: Person, root: Element | None, answer: str) -> Response:
    changes, components = await door.of_body(request, _wanted, root)
    if changes.refused:
        # RFC 4791 §5.3.1, RFC 5689 §3: all instructions are executed or none, so one bad property creates no calendar.
        if answer.startswith("D:"):
            return xml_response(424, document(answer, refused(changes)))
        raise DavError(403, next(iter(changes.refused.values())))

    def create() -> None:
        create_calendar(
            door.backend,
            door.context(request, person),
            name=request.target.calendar,
            components=components,
            props=changes.put,
        )

    await door.run(create)
    return Response(201, b"", [(b"cache-control", b"no-cache")])


def _wanted(root: Element | None) -> tuple[Changes, tuple[str, ...]]:
    changes = Changes()
    components: tuple[str, ...] = COMPONENTS
    for to_set, element in instructions(root) if root is not None else ():
        if name_of(element) == _COMPONENTS:
            components = _components(element)
        elif to_set and not _makes_calendar(element):
            changes.set(element)
    return changes, components


def _makes_calendar(element: Element) -> bool:
    """True for the resourcetype of a calendar: clients send it with MKCALENDAR too."""
    kinds = {name_of(each) for each in children(element)}
    return name_of(element) == d("resourcetype") and kinds == {d("collection"), c("calendar")}


def _components(element: Element) -> tuple[str, ...]:
    """The requested component kinds that this server stores. Raises DavError 403 if it stores none of them."""
    asked = {str(each.get("name", "")).upper() for each in children(element) if name_of(each) == c("comp")}
    kept = tuple(name for name in COMPONENTS if name in asked)
    if not kept:
        raise precondition("supported-calendar-component")
    return kept

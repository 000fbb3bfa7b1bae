"""PROPFIND (RFC 4918 §9.1). Clients poll with it, so Depth 0 on a calendar reads only one row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from uuid import UUID

from televent.adapters.caldav.door.discovery import DAV_HEADER
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.http import Request, Response, parsed, xml_response
from televent.adapters.caldav.properties.asked import Asked, asked_in
from televent.adapters.caldav.properties.live import COLLECTIONS
from televent.adapters.caldav.properties.own import OWN
from televent.adapters.caldav.properties.rfc4331 import QUOTA
from televent.adapters.caldav.properties.scheduling_privileges import FreeBusyAudience
from televent.adapters.caldav.properties.view import (
    AnyView,
    CalendarView,
    InboxView,
    ObjectView,
    Person,
    Quota,
    View,
    root_view,
)
from televent.adapters.caldav.sharing.notifications import propfind_collection, propfind_notification
from televent.adapters.caldav.tree import INBOX, NOTIFICATIONS, OUTBOX, Kind, encode
from televent.adapters.caldav.webdav.media_types import charset_of
from televent.adapters.caldav.webdav.names import c, cs, d
from televent.adapters.caldav.webdav.xml_in import Element, name_of
from televent.adapters.caldav.webdav.xml_out import multistatus, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.shared_view import share_named
from televent.application.use_cases.people.free_busy import opened_to
from televent.domain.ids import AccountId

_OF_CALENDARS = (c("schedule-default-calendar-URL"), d("sync-token"), cs("getctag"))
"""Properties of the home or the inbox that are computed from the home's calendars."""
_OWN = frozenset(name for names in OWN.values() for name in names)

MAX_PREPARED: Final = 4096
"""Max bytes of a body that is read once for all who send it."""


async def propfind(door: Door, request: Request, person: Person) -> Response:
    """207 with the requested properties. A missing Depth means 0, because clients that omit it mean one resource;
    infinity is refused for collections."""
    asked = await door.of_body(request, prepared, request)
    depth = request.depth("0")
    # A resource without members has none at any depth (§10.2), so infinity is harmless there.
    if depth == "infinity" and request.target.kind in COLLECTIONS:
        raise dav_precondition("propfind-finite-depth")
    if asked.asks_any(QUOTA):
        person.quotas = await door.run(_quotas, door, request, person, depth == "1")
    response = await _ANSWERS[request.target.kind](door, request, person, asked, depth == "1")
    response.headers.append(DAV_HEADER)
    return response


def prepared(request: Request) -> Asked:
    """The properties that the body asks for. All devices of one app send the same bytes, so these are read once.

    Raises DavError 400."""
    if len(request.body) > MAX_PREPARED:
        return _asked_by(request.xml(), request.minimal)
    charset = charset_of(request.headers.get("content-type", ""))
    return _prepared(request.body, charset, request.minimal)


@lru_cache(maxsize=256)
def _prepared(body: bytes, charset: str | None, minimal: bool) -> Asked:
    return _asked_by(parsed(body, charset), minimal)


def _asked_by(root: Element | None, minimal: bool) -> Asked:
    if root is not None and name_of(root) != d("propfind"):
        raise DavError(400, text="The body is not a DAV:propfind.")
    return asked_in(root, minimal=minimal)


def _quotas(door: Door, request: Request, person: Person, members: bool) -> dict[UUID, Quota]:
    """The quotas of all accounts whose calendars the answer may contain (RFC 4331)."""
    tenants = {AccountId(person.account.tenant)}
    if request.granted is not None:
        tenants.add(AccountId(request.granted.tenant))
    elif share_named(request.target.calendar) is not None or (members and request.target.kind is Kind.HOME):
        tenants |= {AccountId(row.tenant) for row in door.backend.reads.mounts(AccountId(person.account.tenant))}
    files = door.backend.attachments
    return {tenant: Quota(files.quota, used) for tenant, used in files.used(tenants).items()}


async def _calendar(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    target = request.target
    row = await door.calendar(request, person)
    view = CalendarView(target.path, person, row)
    if not members:
        return xml_response(207, multistatus((asked.response(view),)), request)

    def responses() -> Iterator[str]:
        if not request.without_root:
            yield asked.response(view)
        yield from _members(door, row, asked, target.path, person)

    return xml_response(207, streamed(responses()), request)


def _members(door: Door, row: CalendarRow, asked: Asked, path: str, person: Person) -> Iterator[str]:
    if row.share is not None:
        for member in door.members(row, with_text=False):
            yield asked.response(ObjectView(path + encode(member.href), person, member))
        return
    listing = asked.listing(path, person)
    for page in door.listed(row, listing.columns):
        yield from listing.written(page)


async def _object(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    target = request.target
    row = await door.resource(request, person)
    return xml_response(207, multistatus((asked.response(ObjectView(target.path, person, row)),)), request)


async def _home(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    view = root_view(request.target, person)
    calendars: list[CalendarRow] = []
    inbox: CalendarRow | None = None
    if members or asked.asks_any(_OF_CALENDARS):
        view.calendars = await door.home(person)
        calendars = [row for row in view.calendars if row.name != INBOX]
        inbox = next((row for row in view.calendars if row.name == INBOX), None)
        view.default_calendar = default_name(calendars, person)
    await _read_own(door, person, asked)
    views: list[AnyView] = [] if members and request.without_root else [view]
    if members:
        views += [CalendarView(person.collection(row.name), person, row) for row in calendars]
        audience = (
            FreeBusyAudience(*await door.run(opened_to, door.backend, person.account)) if asked.asks(d("acl")) else None
        )
        inbox_view = InboxView(Kind.INBOX, person.collection(INBOX), person, view.default_calendar, row=inbox)
        inbox_view.audience = audience
        views.append(inbox_view)
        views.append(View(Kind.OUTBOX, person.collection(OUTBOX), person))
        views.append(View(Kind.NOTIFICATIONS, person.collection(NOTIFICATIONS), person))
    return xml_response(207, multistatus(map(asked.response, views)), request)


async def _inbox(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """The inbox has one iTIP message for each delivery (RFC 6638 §2.2). The calendar is already changed when a message
    appears here (§4.1)."""
    target = request.target
    row = await door.calendar(request, person)
    view = InboxView(Kind.INBOX, target.path, person, row=row)
    if asked.asks_any(_OF_CALENDARS):
        view.default_calendar = default_name(await door.home_calendars(person), person)
    if asked.asks(d("acl")):
        view.audience = FreeBusyAudience(*await door.run(opened_to, door.backend, person.account))
    await _read_own(door, person, asked)
    if not members:
        return xml_response(207, multistatus((asked.response(view),)), request)

    def responses() -> Iterator[str]:
        yield asked.response(view)
        yield from _members(door, row, asked, target.path, person)

    return xml_response(207, streamed(responses()), request)


async def _read_own(door: Door, person: Person, asked: Asked) -> None:
    """Reads the properties that are stored with the account, if the request needs them."""
    if asked.names is None or asked.asks_any(_OWN):
        tenant = person.account.tenant
        person.own = await door.run_on(("principal", tenant), door.backend.reads.principal_props, tenant)


async def _outbox(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """The outbox never has members: a POST to it is answered at once (RFC 6638 §5)."""
    return await _home(door, request, person, asked, False)


async def _root(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    views: list[AnyView] = [] if members and request.without_root else [root_view(request.target, person)]
    if members and request.target.path != "/":
        views.append(View(Kind.HOME, person.principal, person))
    return xml_response(207, multistatus(map(asked.response, views)), request)


async def _nothing(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    raise DavError(404)


def default_name(calendars: list[CalendarRow], person: Person) -> str | None:
    """The name of the person's default calendar."""
    wanted = person.account.default_calendar
    return next((row.name for row in calendars if row.calendar_id == wanted), None)


_ANSWERS = {
    Kind.ROOT: _root,
    Kind.HOME: _home,
    Kind.CALENDAR: _calendar,
    Kind.OBJECT: _object,
    Kind.INBOX: _inbox,
    Kind.OUTBOX: _outbox,
    Kind.INBOX_ITEM: _object,
    Kind.NOTIFICATIONS: propfind_collection,
    Kind.NOTIFICATION: propfind_notification,
    Kind.ATTACHMENT: _nothing,
    Kind.WELL_KNOWN: _nothing,
}

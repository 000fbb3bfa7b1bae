"""Checks the If header (RFC 4918 §10.4) and a calendar's If-Match against the stored state, before a method runs."""

from __future__ import annotations

from urllib.parse import urlsplit

from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.home_token import home_state, home_token
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sync_token import collection_etag, sync_token_of
from televent.adapters.caldav.tree import BadPath, Kind, Target, parse
from televent.adapters.caldav.webdav.conditions import entity_tags
from televent.adapters.caldav.webdav.if_header import MalformedIf, State, holds, parse_if
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.shared_view import share_named

_WRITES = frozenset({"PUT", "DELETE", "COPY", "MOVE", "POST"})


async def check_if(door: Door, request: Request, person: Person) -> None:
    """Raises DavError 412 if no list of the If header holds, 400 if the header is malformed.

    The state that the check has read becomes a condition of the change itself, so that another request cannot change
    it in between.
    """
    value = request.headers.get("if")
    if value is None:
        return
    try:
        alternatives = parse_if(value)
    except MalformedIf:
        raise DavError(400, text="The If header is malformed (RFC 4918 §10.4.2).") from None
    seen: dict[str, str | None] = {}

    async def state_of(url: str | None) -> State:
        target = request.target if url is None else _target(url, person)
        if target is None:
            return State()
        if target.kind is Kind.CALENDAR:
            return await _of_calendar(door, request, person, target)
        if target.kind is Kind.HOME:
            rows = await door.home(person)
            return State(None, frozenset({home_token(home_state(rows))}))
        if target.kind is not Kind.OBJECT:
            return State()
        row = await door.run(_object, door, request, person, target)
        etag = row.etag if row is not None else None
        if (target.calendar, target.name) == (request.target.calendar, request.target.name):
            seen["etag"] = etag
        return State(etag)

    if not await holds(alternatives, state_of):
        raise DavError(412, text="No list of conditions in the If header holds.")
    if request.method in _WRITES and "etag" in seen:
        etag = seen["etag"]
        if etag is None:
            request.headers["if-none-match"] = "*"
        else:
            request.headers.setdefault("if-match", f'"{etag}"')


async def check_calendar(door: Door, request: Request, person: Person) -> None:
    """Checks If-Match and If-None-Match of a calendar itself, whose ETag is its ctag (RFC 9110 §13.1). Raises DavError
    404 and 412."""
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if match is None and none_match is None:
        return
    row = await door.calendar(request, person)
    etag = collection_etag(row)
    if match is not None and not {"*", etag} & {*entity_tags(match, weak=False)}:
        raise DavError(412, text="The calendar has changed since the ETag in If-Match.")
    if none_match is not None and {"*", etag} & {*entity_tags(none_match, weak=True)}:
        raise DavError(412, text="The calendar has not changed since the ETag in If-None-Match.")


async def _of_calendar(door: Door, request: Request, person: Person, target: Target) -> State:
    row = await door.run(_calendar, door, request, person, target)
    if row is None:
        return State()
    if target.calendar == request.target.calendar:
        request.moment = row.moment
    return State(collection_etag(row), frozenset({sync_token_of(row)}))


def _calendar(door: Door, request: Request, person: Person, target: Target) -> CalendarRow | None:
    """The person's own calendar, or a shared one that they may read."""
    reads, share_id = door.backend.reads, share_named(target.calendar)
    if share_id is None:
        return reads.calendar(person.account.tenant, target.calendar)
    granted = request.granted
    if granted is None or granted.name != target.calendar:
        return reads.mount(person.account.tenant, share_id)
    check_access(granted, request, "read")
    return granted


def _object(door: Door, request: Request, person: Person, target: Target) -> ResourceRow | None:
    if share_named(target.calendar) is None:
        return door.backend.reads.resource(person.account.tenant, target.calendar, target.name)
    calendar = _calendar(door, request, person, target)
    return next(iter(door.some(calendar, [target.name])), None) if calendar is not None else None


def _target(url: str, person: Person) -> Target | None:
    """The resource that a Resource-Tag names, if it is in the person's own tree, else None."""
    try:
        target = parse(urlsplit(url).path)
    except (BadPath, ValueError):
        return None
    if target is None or target.user.lower() not in (
        str(person.account.tenant),
        str(person.account.telegram_id),
        *person.addresses,
    ):
        return None
    return target

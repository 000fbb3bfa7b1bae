"""sync-collection (RFC 6578 §3): the changes of a calendar or of the home since a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, parsed, xml_response
from televent.adapters.caldav.properties.asked import limit_in
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.shared_sync import shared_sync
from televent.adapters.caldav.reports.sync_changes import HomeChanges, MemberChanges, tail
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.sync_token import (
    Known,
    complete,
    read_token,
    sync_token_of,
    token_of,
    unknown_token,
)
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.media_types import charset_of
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child, name_of, text_of
from televent.adapters.caldav.webdav.xml_out import multistatus, status_response, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.shared_view import share_named

MAX_PREPARED: Final = 4096
"""Max bytes of a body that is read once for all who send it."""
_TOKENS: Final = re.compile(rb">\s*(data:,televent/[0-9a-f/-]{1,200})\s*<")
_ANY: Final = b"data:,the-token-of-any-device"
"""Stands for the token."""
_LEVELS: Final = frozenset({"", "1", "infinite", "infinity"})


async def usual_sync(door: Door, request: Request, person: Person) -> Response | None:
    """The answer to a sync-collection of an own calendar in the form that nearly all have; None: the request is another
    one. If nothing has changed since its token, one row is enough.

    Apart from the token all devices of one app send the same bytes, so these are read once."""
    target = request.target
    if target.kind is not Kind.CALENDAR or len(request.body) > MAX_PREPARED or request.granted or person.past:
        return None
    tokens = _TOKENS.findall(request.body)
    if len(tokens) != 1 or request.headers.get("depth", "0") not in ("0", "1") or share_named(target.calendar):
        return None
    if request.body.count(tokens[0]) != 1:
        return None  # The name of a property may contain it as well, and must keep it.
    root = _usual(request.body.replace(tokens[0], _ANY), charset_of(request.headers.get("content-type", "")))
    if root is None:
        return None
    row = await door.calendar(request, person)
    token = tokens[0].decode()
    if token == sync_token_of(row):
        return xml_response(207, multistatus((), tail(token)), request)
    return await _changes(door, request, person, root, row, token)


@lru_cache(maxsize=256)
def _usual(body: bytes, charset: str | None) -> Element | None:
    """The root of a body, which has the token _ANY; None where it is no sync-collection, or has faults."""
    try:
        root = parsed(body, charset)
        if root is None or name_of(root) != d("sync-collection"):
            return None
        limit_in(root)
    except DavError:
        return None
    level = text_of(child(root, d("sync-level"))).strip().lower()
    sound = level in _LEVELS and text_of(child(root, d("sync-token"))).strip().encode() == _ANY
    return root if sound else None


async def sync_collection(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the members that changed since the token, a 404 for each deleted one, and the next token.

    The Depth header should be 0 (§3.2), but clients also send 1. A calendar contains no collections, so every
    sync-level means the same there. Raises DavError 400, and 403 valid-sync-token.
    """
    request.depth("0")
    level = text_of(child(root, d("sync-level"))).strip().lower()
    if level not in _LEVELS:
        raise DavError(400, text="sync-level must be 1 or infinite.")
    token = text_of(child(root, d("sync-token"))).strip()
    limit, data = limit_in(root), calendar_data.requested(root)
    if request.target.kind is Kind.HOME:
        collections = await door.home(person)
        changes = HomeChanges(door, request, person, root, data, limit, deep=level.startswith("inf"))
        return xml_response(207, streamed(changes.responses(token, collections)), request)
    shared = await door.shared(request, person)
    if shared is not None:
        check_access(shared, request, "read")
    row = shared or await door.calendar(request, person)
    return await _changes(door, request, person, root, row, token)


async def _changes(
    door: Door, request: Request, person: Person, root: Element, row: CalendarRow, token: str
) -> Response:
    """The changes of one calendar. ``root`` may be that of other requests, too."""
    limit, data = limit_in(root), calendar_data.requested(root)
    known, past = read_token(token, row)
    if past.moments and not await door.run(past.happened, door.backend.reads):
        raise unknown_token()
    whole = complete(row)
    if token and (known.reached, known.own_reached) == (whole.reached, whole.own_reached):
        return xml_response(207, multistatus((), tail(token_of(row, whole))), request)
    if row.share is not None:
        return shared_sync(door, request, person, root, row, row.share, known=known, limit=limit, data=data)
    asked = asked_of(root, request, data, floating_zone(None, row, person))
    members = MemberChanges(door, row, asked.listing(request.target.path, person), limit, known.begun)

    def responses() -> Iterator[str]:
        yield from members.responses(request.target.path, known.reached)
        if members.cut:
            # §3.6: the limit cuts the answer here, and the token belongs to its last member.
            yield status_response(request.target.path, 507, "<D:number-of-matches-within-limits/>")
        yield tail(token_of(row, Known(members.at, members.last, known.begun if members.cut else 0)))

    few = await members.read_few(known.reached)
    return xml_response(207, multistatus(responses()) if few else streamed(responses()), request)

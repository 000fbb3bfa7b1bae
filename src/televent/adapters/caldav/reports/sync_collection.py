"""sync-collection (RFC 6578 §3): the changes of a calendar or of the home since a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from televent.adapters.caldav.door.door import Door, check_access
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.asked import limit_in
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.shared_sync import shared_sync
from televent.adapters.caldav.reports.sync_changes import HomeChanges, MemberChanges, tail
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.sync_token import Known, complete, read_token, token_of, unknown_token
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child, text_of
from televent.adapters.caldav.webdav.xml_out import multistatus, status_response, streamed

_LEVELS: Final = frozenset({"", "1", "infinite", "infinity"})


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
    limit = limit_in(root)
    data = calendar_data.requested(root)
    if request.target.kind is Kind.HOME:
        collections = await door.home(person)
        changes = HomeChanges(door, request, person, root, data, limit, deep=level.startswith("inf"))
        return xml_response(207, streamed(changes.responses(token, collections)), request)
    shared = await door.shared(request, person)
    if shared is not None:
        check_access(shared, request, "read")
    # Most polls find nothing new. For them one row with the counter is enough.
    row = shared or await door.calendar(request, person)
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

    return xml_response(207, streamed(responses()), request)

"""sync-collection: RFC 6578 §3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from televent.adapters.caldav.door import Door, check_access
from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import ObjectView, Person, sync_token
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.shared_sync import shared_sync
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import encode
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child, text_of
from televent.adapters.caldav.webdav.xml_out import multistatus, status_response, streamed
from televent.application.ports import CalendarRow, ResourceRow

PAGE: Final = 500
PAGE_WITH_TEXT: Final = 100
_LEVELS: Final = frozenset({"", "1", "infinite", "infinity"})
_TOKEN = re.compile(r"data:,televent/([0-9a-f-]{36})/([0-9]{1,18})\Z")


async def sync_collection(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207: what has changed since the token, deletions as 404, and the token to come back with.

    The header's Depth should be 0 (§3.2); clients send 1 as well. A calendar has no collections inside, so every
    sync-level means the same.
    """
    request.depth("0")
    if text_of(child(root, d("sync-level"))).strip().lower() not in _LEVELS:
        raise DavError(400, text="sync-level must be 1 or infinite.")
    token = text_of(child(root, d("sync-token"))).strip()
    limit = _limit(root)
    data = calendar_data.requested(root)
    shared = await door.shared(request, person)
    if shared is not None and shared.share is not None:
        check_access(shared, request, "read")
        return shared_sync(door, request, person, root, shared, shared.share, token=token, limit=limit, data=data)
    since = 0
    calendar_id = ""
    if token:
        found = _TOKEN.match(token)
        if found is None:
            raise dav_precondition("valid-sync-token")
        calendar_id, since = found[1], int(found[2])
    size = PAGE_WITH_TEXT if data is not None else PAGE
    if limit is not None:
        size = min(size, limit + 1)

    def page(after: int) -> tuple[CalendarRow, list[ResourceRow]]:
        read = door.office.reads.changes(
            person.account.tenant, request.target.calendar, after, size, with_text=data is not None
        )
        if read is None:
            raise DavError(404)
        return read

    if token:
        # Most polls find nothing new, and for that the counter is enough.
        standing = await door.calendar(request, person)
        _check(standing, calendar_id, since)
        if standing.seq == since:
            return xml_response(207, multistatus((), _tail(standing, since)), request)
    row, rows = await door.run(page, since)
    if token:
        _check(row, calendar_id, since)
    if not rows:
        return xml_response(207, multistatus((), _tail(row, row.seq)), request)
    asked = asked_of(root, request, data, floating_zone(None, row, person))
    path = request.target.path

    def responses() -> Iterator[str]:
        """Up to the counter as the first page saw it. What changes meanwhile gets a higher number: it may be missing
        here, and it comes with the token given out."""
        given, last, batch = 0, since, rows
        while batch:
            for each in batch:
                if each.seq > row.seq:
                    batch = []
                    break
                if each.deleted and not token:
                    last = each.seq
                    continue
                if limit is not None and given == limit:
                    # §3.6: the page ends here; the token is that of its last member.
                    yield status_response(path, 507, "<D:number-of-matches-within-limits/>")
                    yield _tail(row, last)
                    return
                href = path + encode(each.href)
                yield status_response(href, 404) if each.deleted else asked.response(ObjectView(href, person, each))
                given, last = given + 1, each.seq
            else:
                batch = page(last)[1] if len(batch) == size else []
        yield _tail(row, row.seq)

    return xml_response(207, streamed(responses()), request)


def _check(row: CalendarRow, calendar_id: str, since: int) -> None:
    """Raises DavError for a token of another calendar, or of no moment of this one."""
    if str(row.calendar_id) != calendar_id or not row.floor_seq <= since <= row.seq:
        raise dav_precondition("valid-sync-token")


def _tail(row: CalendarRow, seq: int) -> str:
    return f"<D:sync-token>{sync_token(row.calendar_id, seq)}</D:sync-token>"


def _limit(root: Element) -> int | None:
    """DAV:limit (RFC 5323 §5.17); one that is no number is no limit."""
    limit = child(root, d("limit"))
    if limit is None:
        return None
    text = text_of(child(limit, d("nresults"))).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise DavError(400, text="nresults must be a positive number.")
    return int(text)

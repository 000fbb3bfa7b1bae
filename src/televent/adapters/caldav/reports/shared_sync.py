"""sync-collection of a shared calendar (RFC 6578 §3, CalendarServer's sharing).

Two counters show what is new: the counter of the owner's calendar, and the counter of the sharee's own data (alarms and
transparency). A token contains both. A member that a change has hidden from the sharee is reported as deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.sync_changes import tail
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.sync_token import Known, complete, token_of
from televent.adapters.caldav.tree import encode
from televent.adapters.caldav.webdav.xml_in import Element
from televent.adapters.caldav.webdav.xml_out import status_response, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share

PAGE = 100
"""Max members that are read at once."""


def shared_sync(
    door: Door,
    request: Request,
    person: Person,
    root: Element,
    row: CalendarRow,
    share: Share,
    *,
    known: Known,
    limit: int | None,
    data: Element | None,
) -> Response:
    """207 with the members that changed for this sharee since ``known``, and the next token."""
    asked = asked_of(root, request, data, floating_zone(None, row, person))
    path = request.target.path

    def responses() -> Iterator[str]:
        given, cut = 0, False
        # A change during the sync has higher numbers than these, so the next sync reports it.
        whole = complete(row)
        last = replace(whole, reached=known.reached, begun=known.begun, own_reached=known.own_reached)
        for after, href, shown in _changes(door, row, share, last):
            if limit is not None and given == limit:
                cut = True
                break
            place = path + encode(href)
            yield status_response(place, 404) if shown is None else asked.response(ObjectView(place, person, shown))
            given, last = given + 1, after
        # The answer may show changes that are newer than its numbers, so its token names the state of now. If another
        # start of PostgreSQL answers, the history may be another one: then the token names the state of before, and the
        # next request checks it.
        now = door.backend.reads.granted(share.owner, share.calendar, share.sharee)
        if now is not None and now.server == row.server:
            seen = complete(now)
            last = replace(last if cut else whole, at=seen.at, own=seen.own)
        else:
            cut = True
        if cut:
            # RFC 6578 §3.6: a 507 tells the client that the answer is cut.
            yield status_response(path, 507, "<D:number-of-matches-within-limits/>")
        yield tail(token_of(row, last))

    return xml_response(207, streamed(responses()), request)


def _changes(
    door: Door, row: CalendarRow, share: Share, since: Known
) -> Iterator[tuple[Known, str, ResourceRow | None]]:
    """For each changed member: what a client knows after it, the name, and the member as the sharee sees it; None if
    the member is deleted or hidden."""
    reads = door.backend.reads
    after = since.reached
    while after < row.seq:
        read = reads.changes(row.tenant, share.calendar, after, PAGE, with_text=True, begun=since.begun)
        rows = read[1] if read is not None and read[0].calendar_id == row.calendar_id else []
        rows = [each for each in rows if each.seq <= row.seq]
        shown = door.shown(row, [each for each in rows if not each.deleted])
        for each in rows:
            visible = shown.get(each.href)
            # The client never had a member that was hidden or deleted before its first sync began.
            if visible is not None or each.seq > since.begun:
                yield replace(since, reached=each.seq), each.href, visible
        if len(rows) < PAGE:
            break
        after = rows[-1].seq
    yield from _own_changes(door, row, share, since)


def _own_changes(
    door: Door, row: CalendarRow, share: Share, since: Known
) -> Iterator[tuple[Known, str, ResourceRow | None]]:
    """Members of which only the sharee's own data has changed."""
    after = since.own_reached
    while after < share.seq:
        rows = door.backend.reads.overlaid(share, row.calendar_id, after, PAGE)
        # Members beyond ``since.reached`` were already reported by the calendar's counter.
        new = [(own, each) for own, each in rows if each.seq <= since.reached]
        shown = door.shown(row, [each for _, each in new])
        for own, each in new:
            if own <= share.seq and each.href in shown:
                yield replace(since, reached=row.seq, begun=0, own_reached=own), each.href, shown[each.href]
        if len(rows) < PAGE:
            break
        after = rows[-1][0]

"""sync-collection of a shared calendar (RFC 6578 §3, CalendarServer's sharing).

Two counters show what is new: the counter of the owner's calendar, and the counter of the sharee's own data (alarms and
transparency). A token contains both. A member that a change has hidden from the sharee is reported as deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import dav_precondition
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports.query import asked_of
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import encode
from televent.adapters.caldav.webdav.xml_in import Element
from televent.adapters.caldav.webdav.xml_out import status_response, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share

PAGE = 100
"""Max members that are read at once."""
_TOKEN = re.compile(r"data:,televent/([0-9a-f-]{36})/([0-9a-f]{12})/([0-9]{1,18})\.([0-9]{1,18})(?:-([0-9]{1,18}))?\Z")


@dataclass(frozen=True, slots=True)
class Moment:
    """The values of both counters: ``seq`` of the calendar and ``own`` of the sharee's data. ``begun`` is as in
    sync_token.Since."""

    seq: int = 0
    own: int = 0
    begun: int = 0


def token_of(row: CalendarRow, share: Share, moment: Moment) -> str:
    """The sync token of a shared calendar."""
    first_sync = f"-{moment.begun}" if moment.seq < moment.begun else ""
    return f"data:,televent/{share.share_id}/{row.incarnation}/{moment.seq}.{moment.own}{first_sync}"


def read_token(text: str, row: CalendarRow, share: Share) -> Moment:
    """Reads a shared calendar's token; "" begins a first sync. Raises DavError 403 valid-sync-token for a token of
    another calendar, of another incarnation of the data, or with counters that this calendar cannot answer."""
    if not text:
        return Moment(begun=row.seq)
    found = _TOKEN.match(text)
    if found is None or (found[1], found[2]) != (str(share.share_id), row.incarnation):
        raise dav_precondition("valid-sync-token")
    moment = Moment(int(found[3]), int(found[4]), int(found[5] or 0))
    if not row.floor_seq <= moment.seq <= row.seq or moment.own > share.seq or moment.begun > row.seq:
        raise dav_precondition("valid-sync-token")
    return moment


def shared_sync(
    door: Door,
    request: Request,
    person: Person,
    root: Element,
    row: CalendarRow,
    share: Share,
    *,
    token: str,
    limit: int | None,
    data: Element | None,
) -> Response:
    """207 with the members that changed for this sharee since ``token``, and the next token. Raises DavError 403
    valid-sync-token."""
    since = read_token(token, row, share)
    asked = asked_of(root, request, data, floating_zone(None, row, person))
    path = request.target.path
    changes = _changes(door, row, share, since)

    def responses() -> Iterator[str]:
        given = 0
        last = since
        for moment, href, shown in changes:
            if limit is not None and given == limit:
                # RFC 6578 §3.6: a 507 tells the client that the limit cuts the answer.
                yield status_response(path, 507, "<D:number-of-matches-within-limits/>")
                yield f"<D:sync-token>{token_of(row, share, last)}</D:sync-token>"
                return
            place = path + encode(href)
            yield status_response(place, 404) if shown is None else asked.response(ObjectView(place, person, shown))
            given, last = given + 1, moment
        # The token has the counters that were read first. A change during the sync is reported again next time.
        yield f"<D:sync-token>{token_of(row, share, Moment(row.seq, share.seq))}</D:sync-token>"

    return xml_response(207, streamed(responses()), request)


def _changes(
    door: Door, row: CalendarRow, share: Share, since: Moment
) -> Iterator[tuple[Moment, str, ResourceRow | None]]:
    """For each changed member: the counters after the change, the name, and the member as the sharee sees it; None if
    the member is deleted or hidden."""
    reads = door.backend.reads
    after = since.seq
    while after < row.seq:
        read = reads.changes(row.tenant, share.calendar, after, PAGE, with_text=True, begun=since.begun)
        rows = read[1] if read is not None and read[0].calendar_id == row.calendar_id else []
        rows = [each for each in rows if each.seq <= row.seq]
        shown = door.shown(row, [each for each in rows if not each.deleted])
        for each in rows:
            visible = shown.get(each.href)
            # The client never had a member that was hidden or deleted before its first sync began.
            if visible is not None or each.seq > since.begun:
                yield Moment(each.seq, since.own, since.begun), each.href, visible
        if len(rows) < PAGE:
            break
        after = rows[-1].seq
    yield from _own_changes(door, row, share, since)


def _own_changes(
    door: Door, row: CalendarRow, share: Share, since: Moment
) -> Iterator[tuple[Moment, str, ResourceRow | None]]:
    """Members of which only the sharee's own data has changed."""
    after = since.own
    while after < share.seq:
        rows = door.backend.reads.overlaid(share, row.calendar_id, after, PAGE)
        # Members beyond ``since.seq`` were already reported by the calendar's counter.
        new = [(own, each) for own, each in rows if each.seq <= since.seq]
        shown = door.shown(row, [each for _, each in new])
        for own, each in new:
            if own <= share.seq and each.href in shown:
                yield Moment(row.seq, own), each.href, shown[each.href]
        if len(rows) < PAGE:
            break
        after = rows[-1][0]

"""The notification collection: what was said of shares and is not dismissed (CalendarServer sharing §4, §6.15).

A notification is the row of the share read as XML: nothing is kept beside it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Header, Request, Response, xml_response
from televent.adapters.caldav.properties.view import AnyView, NotificationView, Person, View
from televent.adapters.caldav.tree import PREFIX, Kind, encode
from televent.adapters.caldav.webdav.asked import Asked
from televent.adapters.caldav.webdav.conditions import not_modified
from televent.adapters.caldav.webdav.text import escape
from televent.adapters.caldav.webdav.xml_out import document, href, multistatus
from televent.application.share_rows import MountRow
from televent.application.use_cases.sharing import dismiss_notice
from televent.domain.sharing import BUSY, READ_WRITE

_SAID = {"offered": "noresponse", "accepted": "accepted", "ended": "deleted"}
_SUFFIX = ".xml"
CONTENT_TYPE = b"application/xml; charset=utf-8"


async def propfind_collection(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """207."""
    views: list[AnyView] = [View(Kind.NOTIFICATIONS, request.target.path, person)]
    if members:
        views += [_view(request.target.path, person, row) for row in await door.run(_standing, door, person)]
    return xml_response(207, multistatus(map(asked.response, views)), request)


async def propfind_notification(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """207."""
    view = await _named(door, request, person)
    return xml_response(207, multistatus((asked.response(view),)), request)


async def get_notification(door: Door, request: Request, person: Person) -> Response:
    """200 with the notification."""
    view = await _named(door, request, person)
    headers: list[Header] = [(b"etag", f'"{view.etag}"'.encode()), (b"cache-control", b"private, no-cache")]
    if not_modified(request.headers, view.etag):
        return Response(304, b"", headers)
    return Response(200, view.text, [*headers, (b"content-type", CONTENT_TYPE)])


async def delete_notification(door: Door, request: Request, person: Person) -> Response:
    """204: it is dismissed; the share stays what it is."""
    view = await _named(door, request, person)
    context = door.context(request, person)
    await door.run(lambda: dismiss_notice(door.office, context, share_id=view.share_id))
    return Response(204)


async def _named(door: Door, request: Request, person: Person) -> NotificationView:
    name = request.target.name
    collection = request.target.path.removesuffix(encode(name))
    for row in await door.run(_standing, door, person):
        if name == f"{row.share_id}{_SUFFIX}":
            return _view(collection, person, row)
    raise DavError(404, text="There is no such notification.")


def _standing(door: Door, person: Person) -> list[MountRow]:
    """What is not dismissed. Who is told only when somebody is busy has nothing to accept."""
    return [row for row in door.office.reads.shares_of(person.account.tenant) if row.notice and row.access != BUSY]


def _view(collection: str, person: Person, row: MountRow) -> NotificationView:
    text = document("CS:notification", _content(person, row))
    etag = hashlib.sha256(text).hexdigest()[:32]
    path = f"{collection}{row.share_id}{_SUFFIX}"
    return NotificationView(path, person, row.share_id, text, etag, row.noticed_at)


def _content(person: Person, row: MountRow) -> str:
    """CS:dtstamp and CS:invite-notification (§6.15)."""
    access = "read-write" if row.access == READ_WRITE else "read"
    source = f"{PREFIX}{row.owner}/{encode(row.calendar or str(row.calendar_id))}/"
    owner = f"{PREFIX}{row.owner}/"
    summary = escape(row.summary or row.title)
    return (
        f"<CS:dtstamp>{row.noticed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}</CS:dtstamp>"
        f'<CS:invite-notification shared-type="calendar"><CS:uid>{row.share_id}</CS:uid>{href(person.principal)}'
        f"<CS:invite-{_SAID[row.notice]}/><CS:access><CS:{access}/></CS:access><CS:hosturl>{href(source)}</CS:hosturl>"
        f"<CS:organizer>{href(owner)}<CS:common-name>{escape(row.owner_name)}</CS:common-name></CS:organizer>"
        f"<CS:summary>{summary}</CS:summary></CS:invite-notification>"
    )

"""The notification collection: notices about shares until they are dismissed (CalendarServer sharing §4, §6.15, §6.22).

A notification is made from a row when a client reads it. The sharee's notification comes from the row of the share, and
the owner's comes from the row of their calendar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Header, Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked
from televent.adapters.caldav.properties.extensions.calendarserver_notifications import modified
from televent.adapters.caldav.properties.extensions.calendarserver_sharing import address_uri
from televent.adapters.caldav.properties.view import AnyView, NotificationView, Person, View
from televent.adapters.caldav.tree import PREFIX, Kind, encode
from televent.adapters.caldav.webdav.conditions import entity_tags, not_modified
from televent.adapters.caldav.webdav.text import escape
from televent.adapters.caldav.webdav.xml_out import document, href, multistatus
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.shares import MountRow
from televent.application.use_cases.calendars.sharing import dismiss_answer, dismiss_notice, title_of
from televent.domain.sharing.access import BUSY, READ_WRITE, share_id

_STATUS: Final = {"offered": "noresponse", "accepted": "accepted", "ended": "deleted"}
_SUFFIX: Final = ".xml"
CONTENT_TYPE: Final = b"application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification. ``kind`` is its element with its attributes but without content (§4.2.1); ``dismiss`` runs the
    command that removes it."""

    id: UUID
    kind: str
    content: str
    at: datetime
    dismiss: Callable[[Backend, Context], None]


async def propfind_collection(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """207 for the notification collection; ``members`` True: with its notifications."""
    views: list[AnyView] = (
        [] if members and request.without_root else [View(Kind.NOTIFICATIONS, request.target.path, person)]
    )
    if members:
        views += [_view(request.target.path, person, each) for each in await door.run(_pending, door, person)]
    return xml_response(207, multistatus(map(asked.response, views)), request)


async def propfind_notification(door: Door, request: Request, person: Person, asked: Asked, members: bool) -> Response:
    """207 for one notification. Raises DavError 404."""
    view, _ = await named_notification(door, request, person)
    return xml_response(207, multistatus((asked.response(view),)), request)


async def get_notification(door: Door, request: Request, person: Person) -> Response:
    """200 with the notification, 304 if the client's copy is current. Raises DavError 404."""
    view, _ = await named_notification(door, request, person)
    headers: list[Header] = [(b"etag", f'"{view.etag}"'.encode()), (b"cache-control", b"private, no-cache")]
    headers.append((b"last-modified", modified(view).encode()))
    if not_modified(request.headers, view.etag):
        return Response(304, b"", headers)
    return Response(200, view.text, [*headers, (b"content-type", CONTENT_TYPE)])


async def delete_notification(door: Door, request: Request, person: Person) -> Response:
    """Dismisses the notification and answers 204. The share does not change. Raises DavError 404, 412."""
    view, notice = await named_notification(door, request, person)
    match = request.headers.get("if-match")
    if match is not None and not {"*", view.etag} & {*entity_tags(match, weak=False)}:
        raise DavError(412, text="The notification has changed.")
    context = door.context(request, person)
    await door.run(notice.dismiss, door.backend, context)
    return Response(204)


async def named_notification(door: Door, request: Request, person: Person) -> tuple[NotificationView, Notice]:
    """The notification that the request names. Raises DavError 404."""
    name = request.target.name
    collection = request.target.path.removesuffix(encode(name))
    for notice in await door.run(_pending, door, person):
        if name == f"{notice.id}{_SUFFIX}":
            return _view(collection, person, notice), notice
    raise DavError(404, text="There is no such notification.")


def _pending(door: Door, person: Person) -> list[Notice]:
    """The person's notifications that are not dismissed, the oldest first."""
    reads, tenant = door.backend.reads, person.account.tenant
    found = [_invitation(person, row) for row in reads.shares_of(tenant) if row.notice and row.access != BUSY]
    found += [each for row in reads.calendars(tenant) for each in _answers(row)]
    return sorted(found, key=lambda each: (each.at, each.id))


def _view(collection: str, person: Person, notice: Notice) -> NotificationView:
    dated = f"<CS:dtstamp>{notice.at.astimezone(UTC):%Y%m%dT%H%M%SZ}</CS:dtstamp>"
    text = document("CS:notification", dated + notice.content)
    etag = hashlib.sha256(text).hexdigest()[:32]
    path = f"{collection}{notice.id}{_SUFFIX}"
    return NotificationView(path, person, notice.kind, text, etag, notice.at)


def _invitation(person: Person, row: MountRow) -> Notice:
    """The sharee's CS:invite-notification (§6.15). Free/busy shares have none, because there is nothing to accept."""
    access = "read-write" if row.access == READ_WRITE else "read"
    source = f"{PREFIX}{row.owner}/{encode(row.calendar or str(row.calendar_id))}/"
    owner = f"{PREFIX}{row.owner}/"
    summary = escape(row.summary or row.title)
    content = (
        f'<CS:invite-notification shared-type="calendar"><CS:uid>{row.share_id}</CS:uid>{href(person.principal)}'
        f"<CS:invite-{_STATUS[row.notice]}/><CS:access><CS:{access}/></CS:access><CS:hosturl>{href(source)}</CS:hosturl>"
        f"<CS:organizer>{href(owner)}<CS:common-name>{escape(row.owner_name)}</CS:common-name></CS:organizer>"
        f"<CS:summary>{summary}</CS:summary></CS:invite-notification>"
    )

    def dismiss(backend: Backend, context: Context) -> None:
        dismiss_notice(backend, context, share_id=row.share_id)

    return Notice(row.share_id, '<CS:invite-notification shared-type="calendar"/>', content, row.noticed_at, dismiss)


def _answers(row: CalendarRow) -> Iterator[Notice]:
    """The owner's CS:invite-reply notifications: the replies of the sharees (§6.22)."""
    for person, grant in row.shares.items():
        if "unseen" not in grant:
            continue
        number, at = grant["unseen"]
        sharee = UUID(person)
        share = share_id(row.calendar_id, sharee)
        content = (
            f"<CS:invite-reply>{href(address_uri(grant))}<CS:invite-{grant['status']}/>"
            f"<CS:hosturl>{href(f'{PREFIX}{row.tenant}/{encode(row.name)}/')}</CS:hosturl>"
            f"<CS:in-reply-to>{share}</CS:in-reply-to>"
            f"<CS:summary>{escape(grant['summary'] or title_of(row))}</CS:summary>"
            f"<CS:common-name>{escape(grant['name'])}</CS:common-name></CS:invite-reply>"
        )

        def dismiss(backend: Backend, context: Context, sharee: UUID = sharee, number: int = number) -> None:
            dismiss_answer(backend, context, calendar_id=row.calendar_id, sharee=sharee, number=number)

        # Each reply has its own name, so that dismissing an old one does not remove a newer one.
        yield Notice(
            uuid5(share, f"answer/{number}"), "<CS:invite-reply/>", content, datetime.fromisoformat(at), dismiss
        )

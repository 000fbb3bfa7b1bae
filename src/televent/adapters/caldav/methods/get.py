"""GET and HEAD (RFC 4918 §9.4, RFC 4791 §5.3.4, RFC 6638 §3.2.10)."""

from __future__ import annotations

from collections.abc import Iterator

from televent.adapters.caldav.answers.feed import feed
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.shown_text import ShownText
from televent.adapters.caldav.door.zones_wanted import VARY
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.methods.attachments import get_attachment
from televent.adapters.caldav.properties.rfc4918 import content_type, last_modified
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.notifications import get_notification
from televent.adapters.caldav.sync_token import collection_etag
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.conditions import conditions, not_modified
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.sharing import title_of
from televent.ical.text.characters import servable

_SAFE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"private, no-cache"),
    VARY,
)

_GUARDS = ("if-match", "if-unmodified-since")


async def get(door: Door, request: Request, person: Person) -> Response:
    """200 with the stored bytes of an object, or with a whole calendar as one iCalendar stream; 304 if the client's
    copy is current."""
    kind = request.target.kind
    if kind in (Kind.OBJECT, Kind.INBOX_ITEM):
        return await _object(door, request, person)
    if kind is Kind.CALENDAR:
        return await _calendar(door, request, person)
    if kind is Kind.NOTIFICATION:
        return await get_notification(door, request, person)
    if kind is Kind.ATTACHMENT:
        return await get_attachment(door, request, person)
    text = b"This is a calendar account. Open it with a calendar app.\n"
    return Response(200, text, [(b"content-type", b"text/plain; charset=utf-8")])


async def _object(door: Door, request: Request, person: Person) -> Response:
    row = await door.resource(request, person)
    headers: list[Header] = [(b"etag", f'"{row.etag}"'.encode()), *_SAFE]
    if row.schedule_tag is not None:
        headers.append((b"schedule-tag", f'"{row.schedule_tag}"'.encode()))
    headers.append((b"last-modified", last_modified(row).encode()))
    asked = {name: request.headers[name] for name in _GUARDS if name in request.headers}
    if asked:
        conditions(asked).check(row)
    if not_modified(request.headers, row.etag, row.modified_at):
        return Response(304, b"", headers)
    headers.append((b"content-type", content_type(row).encode()))
    return Response(200, servable(ShownText(request).of(row.text).raw), headers)


async def _calendar(door: Door, request: Request, person: Person) -> Response:
    row = await door.calendar(request, person)
    etag = collection_etag(row)
    headers: list[Header] = [(b"etag", f'"{etag}"'.encode()), *_SAFE]
    if not_modified(request.headers, etag):
        return Response(304, b"", headers)
    headers.append((b"content-type", b"text/calendar; charset=utf-8"))
    return Response(200, _stream(door, row, ShownText(request)), headers)


def _stream(door: Door, row: CalendarRow, shown: ShownText) -> Iterator[bytes]:
    members = (shown.of(each.text) for each in door.members(row, with_text=True) if each.ics is not None)
    return feed(members, title_of(row))

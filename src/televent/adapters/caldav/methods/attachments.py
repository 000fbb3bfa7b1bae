"""Managed attachments: POST on a calendar object, GET of an attachment (RFC 8607 §3, §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, quote

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.upload import Incoming, filename_of, media_type_of, store
from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.http import Header, Request, Response
from televent.adapters.caldav.methods.put import represented
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.tree import Target, attachment_of
from televent.adapters.caldav.webdav.byte_range import Unsatisfiable, wanted_range
from televent.adapters.caldav.webdav.conditions import conditions, entity_tags, not_modified
from televent.application.attachments import AttachmentRow, Upload, attachment_url
from televent.application.outage import Outage
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import PreconditionFailed
from televent.application.use_cases.shared.attach import Edit, check_edit, edit_attachments, readable
from televent.domain.ids import AccountId
from televent.ical.editing.attachments import Attachment, add_attachment, remove_attachment, update_attachment
from televent.ical.objects.calendar_text import CalendarText

ADD, UPDATE, REMOVE = "attachment-add", "attachment-update", "attachment-remove"
ACTIONS: Final = frozenset({ADD, UPDATE, REMOVE})
MAX_HELD: Final = 64 * 1024
"""Max bytes of a calendar text that is kept parsed while an attachment is uploaded."""


@dataclass(frozen=True, slots=True)
class Action:
    """The requested change (§3.3). ``rids`` are the chosen occurrences; None: all components. ``managed_id`` is "" for
    attachment-add."""

    name: str
    managed_id: str
    rids: tuple[str, ...] | None


def action_of(query: str) -> Action:
    """Reads the change from the query of the URL. Raises DavError 403 with the precondition that a parameter fails
    (§3.3.1 to §3.3.3)."""
    try:
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise precondition("valid-action") from None
    values = {name: [value for key, value in given if key == name] for name in ("action", "managed-id", "rid")}
    action, managed, rid = values["action"], values["managed-id"], values["rid"]
    if len(action) != 1 or action[0] not in ACTIONS:
        raise precondition("valid-action")
    name = action[0]
    if len(managed) != (0 if name == ADD else 1) or managed == [""]:
        raise precondition("valid-managed-id")
    if len(rid) > 1 or (rid and (name == UPDATE or not rid[0])):
        raise precondition("valid-rid")
    return Action(name, managed[0] if managed else "", tuple(rid[0].split(",")) if rid else None)


async def change_attachments(door: Door, request: Request, person: Person, query: str, incoming: Incoming) -> Response:
    """Adds, replaces or removes an attachment: 201 for a new attachment, else 204. With ``Prefer:
    return=representation`` the answer contains the object, also with 412 (RFC 8144 §3.2)."""
    action = action_of(query)
    row = await door.calendar(request, person, privilege="write")
    try:
        return await _changed(door, request, person, row, action, incoming)
    except PreconditionFailed:
        if not request.representation:
            raise
        return represented(412, request, await door.resource(request, person))


async def _changed(
    door: Door, request: Request, person: Person, row: CalendarRow, action: Action, incoming: Incoming
) -> Response:
    declared = request.headers.get("content-length")
    headers: list[Header] = []
    if action.name == REMOVE:
        # attachment-remove ignores the body.
        await incoming.drain()
        await door.run(_change, door, request, person, row, partial(_without, action))
    else:
        name = filename_of(request.headers.get("content-disposition", ""))
        kind = media_type_of(request.headers.get("content-type", ""))
        attachment_id = door.backend.ids()
        url = attachment_url(request.base, row.tenant, attachment_id, name)
        line = Attachment(str(attachment_id), url, name, kind, 0)
        # Known errors are reported before the client uploads up to twenty megabytes.
        standing = await door.run(_check, door, request, person, row, partial(_with, action, line))
        owner = AccountId(row.tenant)
        upload = Upload(owner, attachment_id, name, kind, AccountId(person.account.tenant))
        size = await store(door, incoming, declared, upload)
        line = Attachment(str(attachment_id), url, name, kind, size)
        try:
            await door.run(_change, door, request, person, row, partial(_with, action, line), standing)
        except Outage:
            # The object may use the attachment by now. If it does not, the attachment is removed later.
            raise
        except BaseException:
            await door.run(door.backend.attachments.drop, owner, attachment_id)
            raise
        headers += [(b"cal-managed-id", str(attachment_id).encode()), (b"location", url.encode())]
    status = 201 if action.name == ADD else 204
    if not request.representation:
        # The answer has no ETag, because an ETag would mean that the client already has the object's new text (§3.4).
        return Response(status, b"", headers)
    shown = represented(201 if status == 201 else 200, request, await door.resource(request, person))
    shown.headers += headers
    return shown


def _with(action: Action, line: Attachment, text: CalendarText, now: datetime) -> CalendarText:
    if action.name == ADD:
        return add_attachment(text, line, action.rids, now=now)
    return update_attachment(text, action.managed_id, line, now=now)


def _without(action: Action, text: CalendarText, now: datetime) -> CalendarText:
    return remove_attachment(text, action.managed_id, action.rids, now=now)


def _check(door: Door, request: Request, person: Person, row: CalendarRow, edit: Edit) -> CalendarText | None:
    """Checks that the edit is possible. Returns the stored text, or None if it is too large to keep it parsed during an
    upload, which may take long."""
    context, given = door.context(request, person, row), conditions(request.headers, request.moment)
    text = check_edit(door.backend, context, row=row, href=request.target.name, edit=edit, conditions=given)
    return text if len(text.raw) <= MAX_HELD else None


def _change(
    door: Door, request: Request, person: Person, row: CalendarRow, edit: Edit, standing: CalendarText | None = None
) -> None:
    context, given = door.context(request, person, row), conditions(request.headers, request.moment)
    href = request.target.name
    edit_attachments(door.backend, context, row=row, href=href, edit=edit, conditions=given, stored=standing)


async def get_attachment(door: Door, request: Request, person: Person) -> Response:
    """200, or 206 for a range, for the owner and for the sharees of the event, as a download that a browser does not
    open. 410 if it was removed (§3.12.5). 404 for others, so that they cannot find out which attachments exist. 416 if
    the range is beyond the end."""
    row = await named_attachment(door, request, person)
    etag = str(row.attachment_id)
    headers: list[Header] = [
        (b"etag", f'"{etag}"'.encode()),
        (b"cache-control", b"private, no-cache"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"accept-ranges", b"bytes"),
    ]
    if "if-match" in request.headers and not {"*", etag} & {*entity_tags(request.headers["if-match"], weak=False)}:
        raise DavError(412, text="The attachment is not the one in If-Match.")
    if not_modified(request.headers, etag, row.created_at):
        return Response(304, b"", headers)
    plain = "".join(each if each.isascii() and each not in '"\\' else "_" for each in row.filename)
    shown = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.filename, safe='')}"
    headers += [(b"content-type", row.media_type.encode()), (b"content-disposition", shown.encode())]
    try:
        # §14.2: only GET has ranges.
        part = wanted_range(request.headers, row.size, etag) if request.method == "GET" else None
    except Unsatisfiable:
        size = ((b"content-range", f"bytes */{row.size}".encode()),)
        raise DavError(416, text=f"The attachment has {row.size} bytes.", headers=size) from None
    start, end = part or (0, row.size)
    if part is not None:
        headers.append((b"content-range", f"bytes {start}-{end - 1}/{row.size}".encode()))
    headers.append((b"content-length", str(end - start).encode()))
    return Response(200 if part is None else 206, door.backend.attachments.read(row, start, end), headers)


async def named_attachment(door: Door, request: Request, person: Person) -> AttachmentRow:
    """The attachment that the request names. Raises DavError 404, and 410 if it was removed."""
    row = await door.run(_readable, door, person, request.target)
    if row is None:
        raise DavError(404, text="There is no such attachment.")
    if row.removed:
        raise DavError(410, text="The attachment was removed.")
    return row


def _readable(door: Door, person: Person, target: Target) -> AttachmentRow | None:
    owner = door.backend.people.account_of_name(target.user)
    attachment_id = attachment_of(target)
    if owner is None or attachment_id is None:
        return None
    return readable(door.backend, owner.tenant, person.account.tenant, attachment_id)

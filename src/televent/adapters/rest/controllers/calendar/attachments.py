"""The files of an event. They are the managed attachments of calendar apps (RFC 8607), and the same ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from televent.adapters.rest.conditions import if_match, known_tags
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.events import ASKED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import see
from televent.adapters.rest.mapping.shapes import Attachment
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.adapters.rest.uploads import UNKNOWN_TYPE, download_headers, media_type_of, store
from televent.application.attachments import MAX_ATTACHMENT, Upload, attachment_url
from televent.application.outage import Outage
from televent.application.use_cases.events.event_attachments import attach, attachment_of, check_attaching, detach
from televent.domain.ids import AccountId
from televent.ical.editing import attachments as lines

FILE: Final = {
    "url": "https://cal.example.com/caldav/0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11/attachments/"
    "5b0f7a52-0c4e-4b8e-9a1c-0d4c7be2f5a1/agenda.pdf",
    "name": "agenda.pdf",
    "media_type": "application/pdf",
    "size": 51200,
    "managed_id": "5b0f7a52-0c4e-4b8e-9a1c-0d4c7be2f5a1",
}
CHANGED: Final = (
    *WRITTEN, "unknown-resource", "precondition-failed", "read-only-share", "not-organizer", "too-many-attachments",
    "quota-exceeded", "invalid-object", "object-too-large", "hidden-from-sharees",
)  # fmt: skip
Name = Annotated[str, QueryParameter(min_length=1, max_length=200, description="The name of the file.")]


@dataclass
class Uploading(Operation):
    """An operation whose body is a file. It is read as a stream, so no parameter of the handler tells of it."""

    def __post_init__(self) -> None:
        content = OpenAPIMediaType(
            schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, max_length=MAX_ATTACHMENT),
            examples={"file": Example(value="…")},
        )
        self.request_body = RequestBody({UNKNOWN_TYPE: content}, description="The file itself.", required=True)


class Attachments(Controller):
    """Files of events."""

    path = "/events/{event_id:uuid}/attachments"
    tags = ("Attachments",)

    @get(
        "/",
        operation_id="listAttachments",
        summary="List the files of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The files, and links that other programs attached.", list[Attachment], [FILE]),
            **documented(*ASKED, "unknown-resource"),
        },
    )
    async def every(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID]
    ) -> list[Attachment]:
        """The same as `attachments` of the event."""
        auth: Auth = request.app.state.auth
        return list((await auth.run(see, auth.backend, signed_in.tenant, event_id)).event.attachments)

    @post(
        "/",
        operation_id="addAttachment",
        summary="Attach a file to an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        request_max_body_size=MAX_ATTACHMENT,
        operation_class=Uploading,
        responses={**shown(201, "The file.", Attachment, FILE), **documented(*CHANGED)},
    )
    async def add(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], name: Name
    ) -> Response[Attachment]:
        """Stores the body, at most 20 MB, as a file of the event, with the type in `Content-Type`. The guests get it
        with the meeting. A repeat adds a second file: its bytes are not kept to be compared."""
        auth: Auth = request.app.state.auth
        context, etags = auth.context(request, signed_in.tenant), if_match(request)
        filename, kind = lines.fit_name(name), media_type_of(request.headers.get("content-type", ""))
        attachment_id = auth.backend.ids()
        line = lines.Attachment(str(attachment_id), "", filename, kind, 0)
        # Known errors are reported before the client uploads up to twenty megabytes.
        check = partial(check_attaching, event_id=event_id, line=line, etags=etags)
        owner = await auth.run(check, auth.backend, context)
        size = await store(auth, request, Upload(owner, attachment_id, filename, kind, AccountId(signed_in.tenant)))
        # The URL is that of CalDAV, because it is the text of the event, which calendar apps read.
        base = request.app.state.base(request.scope)
        url = attachment_url(base, owner, attachment_id, filename)
        line = lines.Attachment(str(attachment_id), url, filename, kind, size)
        try:
            await auth.run(partial(attach, event_id=event_id, line=line, etags=etags), auth.backend, context)
        except Outage:
            # The event may have the file by now. If it does not, the file is removed later.
            raise
        except BaseException:
            await auth.run(auth.backend.attachments.drop, owner, attachment_id)
            raise
        headers = {"location": f"/api/events/{event_id}/attachments/{attachment_id}", "cache-control": "no-store"}
        return Response(Attachment(url, filename, kind, size, str(attachment_id)), status_code=201, headers=headers)

    @get(
        "/{attachment_id:uuid}",
        operation_id="fetchAttachment",
        summary="Fetch a file of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                bytes,
                generate_examples=False,
                media_type=UNKNOWN_TYPE,
                description="The file, with its own type, as a download.",
                examples=[Example(value="…")],
            ),
            304: ResponseSpec(None, description="The client has it already."),
            **documented(*ASKED, "unknown-resource", "unknown-managed-id"),
        },
    )
    async def fetch(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> Response[Any]:
        """The bytes of the file. A file never changes, so its ETag stays."""
        auth: Auth = request.app.state.auth
        find = partial(attachment_of, event_id=event_id, attachment_id=attachment_id)
        row = await auth.run(find, auth.backend, signed_in.tenant)
        headers = download_headers(row)
        if known_tags(request)(str(row.attachment_id)):
            return Response(b"", status_code=304, headers=headers)
        headers["content-length"] = str(row.size)
        content = auth.backend.attachments.read(row, 0, row.size)
        return Stream(_chunks(auth, content), media_type=row.media_type, headers=headers)

    @delete(
        "/{attachment_id:uuid}",
        operation_id="removeAttachment",
        summary="Remove a file of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*CHANGED, "unknown-managed-id"),
    )
    async def remove(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        attachment_id: FromPath[UUID],
    ) -> None:
        """Takes the file off all occurrences; the guests are told."""
        auth: Auth = request.app.state.auth
        act = partial(detach, event_id=event_id, attachment_id=attachment_id, etags=if_match(request))
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))


async def _chunks(auth: Auth, content: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await auth.run(next, content, b""):
        yield chunk

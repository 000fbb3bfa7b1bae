"""Everything that is held on the own account, as an archive: asked for, and fetched within a day (ADR 81)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.response import Stream

from televent.adapters.rest.controllers.account.auth import TOKEN
from televent.adapters.rest.growing import Growing
from televent.adapters.rest.problems import TooManyRequests, documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.accounts.archive_requests import DEADLINE, ArchiveRow
from televent.application.exporting.writing import write_archive
from televent.application.use_cases.people.own_archive import ask_for_archive
from televent.domain.ids import AccountId

AT_ONCE: Final = 2
"""Max archives that one process writes at once: each holds two connections to the database and a thread."""
PLACES: Final = threading.BoundedSemaphore(AT_ONCE)
AGAIN: Final = 20.0
"""Seconds after which a client asks again where all of them are taken."""
ZIP: Final = "application/zip"
Signed = NamedDependency[Person]
ALWAYS: Final = ("malformed-request", "not-signed-in", "too-many-requests", "unavailable")


class Export(msgspec.Struct, frozen=True):
    """The last archive that was asked for. ``state``: "ready", "sending", "torn" (it can be fetched again) or "sent".
    ``expires_at``: when it can be fetched no more. ``size``: bytes, once all of them were sent."""

    state: Literal["ready", "sending", "torn", "sent"]
    asked_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    size: int | None
    archive: str = "/api/users/me/export/archive"


ASKED: Final = {
    "state": "ready",
    "asked_at": "2026-11-23T10:00:00Z",
    "expires_at": "2026-11-24T10:00:00Z",
    "finished_at": None,
    "size": None,
    "archive": "/api/users/me/export/archive",
}


class Exports(Controller):
    """The archive of everything. Only somebody who signed in gets it: no API key does."""

    path = "/users/me/export"
    tags = ("Account",)

    @post(
        "/",
        operation_id="askForExport",
        status_code=202,
        summary="Ask for everything that is held on you",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            202: ResponseSpec(
                Export, generate_examples=False, description="It can be fetched.", examples=[Example(value=ASKED)]
            ),
            **documented(*ALWAYS, "try-again"),
        },
    )
    async def ask(self, request: Request[Any, Any, Any], signed_in: Signed) -> Export:
        """Lets you fetch an archive for a day. The audit of your account has it."""
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        return _shown(await auth.run(ask_for_archive, auth.backend, context), context.now)

    @get(
        "/",
        operation_id="getExport",
        summary="Look at the last export",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            200: ResponseSpec(
                Export, generate_examples=False, description="The last one.", examples=[Example(value=ASKED)]
            ),
            **documented(*ALWAYS, "no-such-path"),
        },
    )
    async def look(self, request: Request[Any, Any, Any], signed_in: Signed) -> Export:
        """The state of the export that was asked for last; 404 where there is none, or its day is over."""
        auth: Auth = request.app.state.auth
        now = auth.backend.clock()
        row = await auth.run(auth.backend.archive_requests.find, signed_in.tenant, now)
        if row is None:
            raise NotFoundException
        return _shown(row, now)

    @get(
        "/archive",
        operation_id="fetchExport",
        summary="Fetch the archive",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        media_type=ZIP,
        responses={
            200: ResponseSpec(
                bytes,
                generate_examples=False,
                media_type=ZIP,
                description="A ZIP archive with everything. An answer that ends before its last part is torn.",
                examples=[Example(value="PK…")],
            ),
            **documented(*ALWAYS, "no-such-path"),
        },
    )
    async def fetch(self, request: Request[Any, Any, Any], signed_in: Signed) -> Stream:
        """The archive as of now: README, the account as JSON with its schema, calendars, mails, attachments. One at a
        time. It is written while it is sent, and is stored nowhere."""
        auth: Auth = request.app.state.auth
        tenant, requests, now = signed_in.tenant, auth.backend.archive_requests, auth.backend.clock()
        if await auth.run(requests.find, tenant, now) is None:
            raise NotFoundException
        if not PLACES.acquire(blocking=False):
            raise TooManyRequests(AGAIN)
        file: Growing | None = None
        try:
            file = Growing(DEADLINE.total_seconds())
            if not await auth.run(requests.begin, tenant, now):
                raise TooManyRequests(AGAIN)
        except BaseException:
            PLACES.release()
            if file is not None:
                file.close()
            raise
        # From here on the writer gives its place free.
        body = _sent(auth, tenant, now, file)
        # With the first bytes: an error before them is a problem, and no torn archive.
        first = await anext(body)
        name = f"televent-{now:%Y-%m-%d}.zip"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Stream(_joined(first, body), media_type=ZIP, headers=headers)


async def _sent(auth: Auth, tenant: AccountId, begun_at: datetime, file: Growing) -> AsyncGenerator[bytes, None]:
    """The bytes of the archive. Notes whether all of them were sent, also where the client has gone."""
    size: int | None = None

    async def write() -> None:
        try:
            await auth.run(write_archive, auth.backend, tenant, file)
        finally:
            PLACES.release()

    try:
        async for chunk in file.chunks(auth.run, write):
            yield chunk
        size = file.size
    finally:
        # A task of its own: this one may be cancelled already, because the client has gone.
        ended = auth.run(auth.backend.archive_requests.end, tenant, begun_at, auth.backend.clock(), size)
        await asyncio.shield(asyncio.ensure_future(ended))


async def _joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in rest:
        yield chunk


def _shown(row: ArchiveRow, now: datetime) -> Export:
    return Export(row.state(now), row.asked_at, row.expires_at, row.finished_at, row.size)  # type: ignore[arg-type]

"""Calendar files: imported after a preview, and exported."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import IO, TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Meta

from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_collection import Calendar
from televent.adapters.rest.controllers.calendar.events import ASKED, WRITTEN, shown
from televent.adapters.rest.errors import URN, name_of
from televent.adapters.rest.events.event_answers import Answer, see
from televent.adapters.rest.mapping.wrong import wrong
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.exporting.writing import write_calendars
from televent.application.refusals import UnknownCalendar
from televent.application.use_cases.events.storing import refusing
from televent.application.use_cases.importing.import_objects import Standing, import_object, standing_of
from televent.domain.ids import AccountId

if TYPE_CHECKING:
    from televent.ical.mending.files import CalendarFile

MAX_OBJECTS: Final = 1_000
"""Max events of a file in one request."""
MAX_TOLD: Final = 200
"""Max events that an answer names."""
CHUNK: Final = 64 * 1024
"""Bytes that are sent at once."""
STORED: Final = frozenset({"", "PUBLISH", "REQUEST"})
"""The methods of files that are imported: a file proves no sender, so a message about a meeting is not applied."""
_AT_ONCE: Final = asyncio.Semaphore(2)
"""Exports that are made at once in a process: each holds a connection to the database to its end."""
SAMPLE: Final = {
    "found": 2,
    "unreadable": 0,
    "reasons": [],
    "counts": {"new": 1, "here": 1},
    "entries": [{"uid": "a@example.com", "summary": "Team sync", "standing": "new", "problem": None}],
    "imported": 1,
}
CALENDAR_FILE: Final = {
    200: ResponseSpec(
        str,
        generate_examples=False,
        media_type="text/calendar",
        description="A calendar file (RFC 5545).",
        examples=[Example(value="BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…")],
    )
}


class Import(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``text``: the content of a file (RFC 5545, or vCalendar 1.0). ``calendar_id``: an own calendar for new events;
    else the default one. ``preview``: nothing is stored."""

    text: Annotated[str, Meta(min_length=1, max_length=1_000_000)]
    calendar_id: UUID | None = None
    preview: bool = False


class ImportedEvent(msgspec.Struct, frozen=True):
    """One event of a file. ``standing``: "new", "newer" than the stored one, or "here" already. ``problem``: the type
    of the problem why it is not imported."""

    uid: str
    summary: str
    standing: str
    problem: str | None


class ImportReport(msgspec.Struct, frozen=True):
    """The report of an import or preview. ``unreadable``: events that no reader can read, with the first ``reasons``.
    ``entries`` names the first 200; ``imported`` counts those that are stored now."""

    found: int
    unreadable: int
    reasons: tuple[str, ...]
    counts: dict[str, int]
    entries: tuple[ImportedEvent, ...]
    imported: int


class Files(Controller):
    """Calendar files."""

    tags = ("Files",)

    @post(
        "/import",
        operation_id="importFile",
        summary="Import a calendar file, or preview it",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "The report.", ImportReport, SAMPLE),
            **documented(*WRITTEN, "unknown-calendar", "invalid-object"),
        },
    )
    async def take(self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[Import]) -> Response[Any]:
        """Stores the events of a file, at most 1,000. The same file twice is one; nobody is invited by it."""
        auth: Auth = request.app.state.auth
        act = partial(_import, data=data)
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @get(
        "/export",
        operation_id="exportCalendars",
        summary="Export calendars as a file",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**CALENDAR_FILE, **documented(*ASKED, "unknown-calendar")},
    )
    async def export(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        calendar_id: Calendar = None,
    ) -> Response[Any]:
        """All events of the person's own calendars, or of one of them, as calendar apps import them."""
        auth: Auth = request.app.state.auth
        async with _AT_ONCE:
            file = await auth.run(_export, auth.backend, signed_in.tenant, calendar_id)
        headers = {"content-disposition": 'attachment; filename="my_calendar.ics"', "cache-control": "no-store"}
        return Stream(_chunks(auth, file), media_type="text/calendar; charset=utf-8", headers=headers)

    @get(
        "/events/{event_id:uuid}/ics",
        operation_id="exportEvent",
        summary="Export an event as a file",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**CALENDAR_FILE, **documented(*ASKED, "unknown-resource")},
    )
    async def one(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        download: Annotated[bool, QueryParameter(description="As a file to save.")] = True,
    ) -> Response[Any]:
        """The event's text, byte for byte as calendar apps get it."""
        auth: Auth = request.app.state.auth
        seen = await auth.run(see, auth.backend, signed_in.tenant, event_id)
        headers = {"etag": f'"{seen.event.etag}"', "cache-control": "private, no-cache"}
        if download:
            headers["content-disposition"] = 'attachment; filename="event.ics"'
        return Response(seen.found.row.ics, media_type="text/calendar; charset=utf-8", headers=headers)


def _read(text: str) -> CalendarFile:
    """The objects of a file. Raises InvalidObject, ValidationException."""
    # The readers of broken files load a library that other requests do not need.
    from televent.ical.mending.files import read_any_file

    with refusing():
        file = read_any_file(text.encode())
    if file.method not in STORED:
        raise wrong("text", "This is a message about a meeting, and not a calendar file.")
    if len(file.objects) > MAX_OBJECTS:
        raise wrong("text", f"At most {MAX_OBJECTS} events; send the file in parts.")
    return file


def _import(backend: Backend, context: Context, *, data: Import) -> Answer:
    file = _read(data.text)
    into: str | None = None
    if data.calendar_id is not None:
        row = backend.reads.calendar_of(context.tenant, data.calendar_id)
        if row is None:
            raise UnknownCalendar()
        into = row.name
    counts: Counter[str] = Counter()
    entries: list[ImportedEvent] = []
    imported = 0
    for text in file.objects:
        if data.preview:
            standing, problem = standing_of(backend, context.tenant, text), None
        else:
            done = import_object(backend, context, text=text, into=into)
            standing = done.standing
            problem = f"{URN}{name_of(type(done.refusal))}" if done.refusal is not None else None
            imported += standing is not Standing.HERE and problem is None
        counts[standing.value] += 1
        if len(entries) < MAX_TOLD:
            reading = text.reading
            entries.append(ImportedEvent(reading.uid, reading.instances()[0].summary, standing.value, problem))
    report = ImportReport(
        len(file.objects) + file.unreadable, file.unreadable, file.reasons, dict(counts), tuple(entries), imported
    )
    return Answer(200, msgspec.json.encode(report))


def _export(backend: Backend, tenant: AccountId, calendar_id: UUID | None) -> IO[bytes]:
    if calendar_id is not None and backend.reads.calendar_of(tenant, calendar_id) is None:
        raise UnknownCalendar()
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by _chunks)
    try:
        write_calendars(backend, tenant, file, calendar_id)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


async def _chunks(auth: Auth, file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await auth.run(file.read, CHUNK):
            yield chunk

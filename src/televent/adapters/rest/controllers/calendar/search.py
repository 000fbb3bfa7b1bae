"""The search for events."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.mapping.times import instant_in
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.use_cases.calendars.search_events import MAX_RESULTS, Hit, Results, read_cursor, search_events
from televent.application.use_cases.calendars.search_query import MAX_TEXT, Question
from televent.ical.text.values import Moment

PAGE: Final = 20
MAX_DESCRIPTION: Final = 300
"""Max characters of a description in a result; the event itself has all of them."""
FOUND: Final = {
    "events": [
        {
            "id": "8b1f6f0e-3f3c-4f0e-9b39-4a3a1c3c2f10",
            "calendar_id": "3d9f2a52-6b8e-4d35-8a64-1f6d1f7b9a01",
            "uid": "8b1f6f0e@cal.example.com",
            "occurrence_id": None,
            "summary": "Dentist",
            "description": "Bring the X-ray",
            "location": "5 Mill Lane",
            "start": "2026-11-30T10:00:00",
            "end": "2026-11-30T10:30:00",
            "all_day": False,
            "start_time": "2026-11-30T09:00:00Z",
            "end_time": "2026-11-30T09:30:00Z",
            "status": "CONFIRMED",
            "answer": None,
            "role": "none",
            "recurs": False,
            "shared_by": None,
        }
    ],
    "next_cursor": None,
    "understood": {"words": ["dentist"], "first": None, "last": None},
}


class FoundEvent(msgspec.Struct, frozen=True):
    """An event that was found; a series once, at its next occurrence (``occurrence_id``).

    ``start`` and ``end`` are local times of the event, or dates; ``end`` is exclusive. ``start_time`` and ``end_time``
    are the instants; null for whole days and floating times. ``description`` has at most 300 characters. ``shared_by``:
    the owner of the shared calendar that has it.
    """

    id: UUID
    calendar_id: UUID
    uid: str
    occurrence_id: str | None
    summary: str
    description: str
    location: str
    start: str
    end: str
    all_day: bool
    start_time: datetime | None
    end_time: datetime | None
    status: str
    answer: str | None
    role: str
    recurs: bool
    shared_by: str | None


class UnderstoodQuestion(msgspec.Struct, frozen=True):
    """The words and days that were searched for. Words are in lower case, without accents, and in Latin script."""

    words: tuple[str, ...]
    first: date | None
    last: date | None


class FoundEvents(msgspec.Struct, frozen=True):
    """A page of results, the best first; it may have fewer than ``limit``. ``next_cursor`` null: there are no more."""

    events: tuple[FoundEvent, ...]
    next_cursor: str | None
    understood: UnderstoodQuestion


def _text(description: str) -> Any:
    return QueryParameter(max_length=MAX_TEXT, description=description)


Range = Annotated[datetime | None, QueryParameter(description="A time with an offset or Z.")]


class Search(Controller):
    """Events by their words."""

    path = "/events/search"
    tags = ("Events",)

    @get(
        "/",
        operation_id="searchEvents",
        summary="Search for events",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                FoundEvents,
                generate_examples=False,
                description="A page of results, the best first.",
                examples=[Example(value=FOUND)],
            ),
            **documented("malformed-request", "invalid-request", "not-signed-in", "too-many-requests", "unavailable"),
        },
    )
    async def search(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        q: Annotated[str, _text("Words of any part, and days such as 2026-11-30, 30.11. or 2026-11.")] = "",
        title: Annotated[str, _text("Words of the title.")] = "",
        description: Annotated[str, _text("Words of the description.")] = "",
        location: Annotated[str, _text("Words of the place.")] = "",
        attendee: Annotated[str, _text("A name, an address, or words of them.")] = "",
        start: Range = None,
        end: Range = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_RESULTS, description="Max events of the answer.")] = PAGE,
        cursor: Annotated[str | None, QueryParameter(max_length=64, description="`next_cursor` of the page.")] = None,
    ) -> FoundEvents:
        """Finds events of own and shared calendars that have all words, in any order, also by the beginnings of words,
        with a typing error, and in Cyrillic or Latin script. At least one of the parameters is needed."""
        auth: Auth = request.app.state.auth
        after = None if cursor is None else read_cursor(cursor)
        if cursor is not None and after is None:
            raise _wrong("cursor", "This is no cursor of an answer.")
        start = None if start is None else instant_in(start, "start")
        end = None if end is None else instant_in(end, "end")
        if start is not None and end is not None and start >= end:
            raise _wrong("end", "The end is after the start.")
        # PostgreSQL reads no offset beyond 15:59.
        first, last = _instant(start), _instant(end)
        question = Question(q, title, description, location, attendee, first, last)
        now = auth.backend.clock()
        asked = partial(search_events, now=now, after=after, limit=limit)
        results = await auth.run(asked, auth.backend, signed_in.tenant, question)
        if results.understood.empty:
            raise _wrong("q", "At least one word or a time is needed.")
        return _shown(results)


def _shown(results: Results) -> FoundEvents:
    read = results.understood
    place = str(results.next) if results.next is not None else None
    return FoundEvents(tuple(map(_event, results.hits)), place, UnderstoodQuestion(read.words, read.first, read.last))


def _event(hit: Hit) -> FoundEvent:
    entry = hit.entry
    return FoundEvent(
        id=entry.stream_id,
        calendar_id=hit.calendar.calendar_id,
        uid=entry.uid,
        occurrence_id=entry.recurrence_id,
        summary=entry.summary,
        description=entry.description[:MAX_DESCRIPTION],
        location=entry.location,
        start=_local(entry.start),
        end=_local(entry.end),
        all_day=entry.all_day,
        start_time=_instant(entry.start),
        end_time=_instant(entry.end),
        status=entry.status,
        answer=entry.partstat,
        role=entry.role,
        recurs=entry.recurs,
        shared_by=entry.shared_by or None,
    )


def _local(moment: Moment) -> str:
    return moment.replace(tzinfo=None).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def _instant(moment: Moment | None) -> datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _wrong(name: str, message: str) -> ValidationException:
    return ValidationException(extra=[{"key": name, "message": message}])

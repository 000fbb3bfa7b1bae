"""Occurrences of a series, its repetition, and copies of events."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from televent.adapters.rest.conditions import if_match, minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_collection import End, Start
from televent.adapters.rest.controllers.calendar.event_examples import EVENT, ID
from televent.adapters.rest.controllers.calendar.events import ASKED, CHANGED, STORED, VALUES, WRITTEN, Fields, shown
from televent.adapters.rest.events.event_answers import Answer, see
from televent.adapters.rest.events.event_changes import change
from televent.adapters.rest.events.event_lists import range_of
from televent.adapters.rest.fields import wanted
from televent.adapters.rest.mapping.changing import change_from
from televent.adapters.rest.mapping.shapes import Event, EventFields, Repetition
from televent.adapters.rest.mapping.showing import times_of
from televent.adapters.rest.mapping.wrong import wrong
from televent.adapters.rest.paging import LIMIT, Cursor, Key, Limit, read, written
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.events.duplicate_event import duplicate_event
from televent.application.use_cases.events.expand_series import Place, expand_series
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.which import Scope as Extent
from televent.application.use_cases.events.which import Which
from televent.domain.ids import AccountId

Reach = Annotated[
    Literal["this", "following", "all"],
    QueryParameter(name="scope", description="Only this occurrence, this and the following ones, or the whole series."),
]
OCCURRENCE_ID: Final = "20261207T100000Z"
OCCURRENCE: Final = {**EVENT, "occurrence_id": OCCURRENCE_ID, "start": "2026-12-07T10:00:00"}
EXPANDED: Final = {
    "occurrences": [
        {
            "event_id": ID,
            "occurrence_id": OCCURRENCE_ID,
            "start": "2026-12-07T10:00:00",
            "end": "2026-12-07T11:00:00",
            "time_zone": "Europe/London",
            "end_time_zone": None,
            "all_day": False,
            "start_time": "2026-12-07T10:00:00Z",
            "end_time": "2026-12-07T11:00:00Z",
        }
    ],
    "next_cursor": None,
}


class Copy(EventFields, frozen=True, kw_only=True):
    """The values that the copy has and the event has not. ``occurrence_id``: only this occurrence is copied.
    ``invite``: the guests are invited to the copy, too."""

    occurrence_id: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    invite: bool = False


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """The times of an occurrence."""

    event_id: UUID
    occurrence_id: str
    start: str
    end: str
    time_zone: str | None
    end_time_zone: str | None
    all_day: bool
    start_time: datetime | None
    end_time: datetime | None


class OccurrencePage(msgspec.Struct, frozen=True):
    """A page of occurrences. ``next_cursor``: of the next page; null: this is the last."""

    occurrences: tuple[Occurrence, ...]
    next_cursor: str | None


class Occurrences(Controller):
    """Single occurrences of a series."""

    path = "/events/{event_id:uuid}/occurrences/{occurrence_id:str}"
    tags = ("Events",)

    @get(
        "/",
        operation_id="getOccurrence",
        summary="Read an occurrence",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The occurrence.", Event, OCCURRENCE),
            **documented(*ASKED, "unknown-resource", "unknown-occurrence-id"),
        },
    )
    async def one(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        occurrence_id: FromPath[str],
        fields: Fields = None,
    ) -> Response[Any]:
        """One occurrence with its own values. The id of a single event's occurrence is its start."""
        auth: Auth = request.app.state.auth
        asked = wanted(fields, Event)
        return (await auth.run(see, auth.backend, signed_in.tenant, event_id, occurrence_id)).answer(200, asked).sent()

    @put(
        "/",
        operation_id="changeOccurrence",
        summary="Change an occurrence",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*CHANGED, "unknown-occurrence-id")},
    )
    async def put_values(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        occurrence_id: FromPath[str],
        data: JSONBody[EventFields],
        reach: Reach = "this",
    ) -> Response[Any]:
        """Changes the fields that are there. `following` divides the series: the answer is the new one. With `all` the
        other occurrences move as far as this one."""
        auth: Auth = request.app.state.auth
        which = Which(event_id, occurrence_id, Extent(reach), etags=if_match(request))
        context = auth.context(request, signed_in.tenant)
        return (await auth.run(partial(change, auth.backend, context, which, data, brief=minimal(request)))).sent()

    @delete(
        "/",
        operation_id="deleteOccurrence",
        summary="Delete an occurrence",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(
            *ASKED, "unknown-resource", "unknown-occurrence-id", "precondition-failed", "read-only-share",
            "unsplittable-series", "try-again",
        ),
    )  # fmt: skip
    async def remove(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        occurrence_id: FromPath[str],
        reach: Reach = "this",
    ) -> None:
        """Takes the occurrence out of the series, ends the series before it, or deletes the series."""
        auth: Auth = request.app.state.auth
        which = Which(event_id, occurrence_id, Extent(reach), etags=if_match(request))
        await auth.run(partial(remove_event, which=which), auth.backend, auth.context(request, signed_in.tenant))


class Series(Controller):
    """Series as a whole."""

    tags = ("Events",)

    @put(
        "/events/{event_id:uuid}/recurrence",
        operation_id="putRecurrence",
        summary="Set the repetition of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*CHANGED)},
    )
    async def repeat(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[Repetition]
    ) -> Response[Any]:
        """Replaces rule, added and excluded dates. Without rule and dates the event does not repeat. Occurrences that
        were changed and that the new rule does not have go."""
        auth: Auth = request.app.state.auth
        values = EventFields(recurrence=data if data.rule or data.dates else None)
        which = Which(event_id, etags=if_match(request))
        context = auth.context(request, signed_in.tenant)
        return (await auth.run(partial(change, auth.backend, context, which, values, brief=minimal(request)))).sent()

    @post(
        "/events/{event_id:uuid}/duplicate",
        operation_id="duplicateEvent",
        summary="Copy an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(201, "The copy."),
            **documented(
                *WRITTEN,
                *VALUES,
                "unknown-resource",
                "unknown-occurrence-id",
                "not-organizer",
                "unmovable-series",
            ),
        },
    )
    async def duplicate(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        data: JSONBody[Copy],
    ) -> Response[Any]:
        """Makes another event like this one in the same calendar, with the values of the request."""
        act = partial(_duplicate, event_id=event_id, data=data, brief=minimal(request))
        auth: Auth = request.app.state.auth
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @get(
        "/calendar/recurring/expand",
        operation_id="expandSeries",
        summary="List the occurrences of a series",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "A page of occurrences.", OccurrencePage, EXPANDED),
            **documented(*ASKED, "unknown-resource", "invalid-object"),
        },
    )
    async def expand(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: Annotated[UUID, QueryParameter(description="The series.")],
        start: Start = None,
        end: End = None,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
    ) -> Response[Any]:
        """The times of the occurrences, the first one first. A page costs the same however many there are."""
        auth: Auth = request.app.state.auth
        first, last = range_of(start, end, auth.backend.clock())
        ask = partial(_expanded, start=first, end=last, limit=limit, cursor=cursor)
        return (await auth.run(ask, auth.backend, signed_in.tenant, event_id)).sent()


def _duplicate(backend: Backend, context: Context, *, event_id: UUID, data: Copy, brief: bool) -> Answer:
    before = see(backend, context.tenant, event_id, data.occurrence_id)
    zone = backend.people.account(context.tenant).timezone
    extent = Extent.THIS if data.occurrence_id is not None else Extent.ALL
    made = duplicate_event(
        backend,
        context,
        which=Which(event_id, data.occurrence_id, extent),
        change=change_from(data, before.event, before.times, zone),
        guests=data.invite,
    )
    return see(backend, context.tenant, made.stream_id).answer(201, minimal=brief)


def _expanded(
    backend: Backend, tenant: AccountId, event_id: UUID, *, start: datetime, end: datetime, limit: int,
    cursor: str | None,
) -> Answer:  # fmt: skip
    after = _place(read(cursor, "start_time"))
    found = expand_series(backend, tenant, event_id, start=start, end=end, after=after, limit=limit)
    shown_all = tuple(
        Occurrence(event_id=event_id, occurrence_id=rid, **times_of(each.start, each.end))  # type: ignore[arg-type]
        for (_, rid), each in found.occurrences
    )
    last = found.occurrences[-1][0] if found.more else None
    page = OccurrencePage(
        shown_all, written("start_time", (last[0].isoformat(), last[1])) if last is not None else None
    )
    return Answer(200, msgspec.json.encode(page))


def _place(key: Key | None) -> Place | None:
    """The place in a cursor. Raises ValidationException."""
    if key is None:
        return None
    try:
        at = datetime.fromisoformat(key[0])
    except ValueError:
        raise wrong("cursor", "This is no cursor of an answer.") from None
    if at.tzinfo is None:
        raise wrong("cursor", "This is no cursor of an answer.")
    return at, key[1]

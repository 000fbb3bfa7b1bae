"""Events: made, read, changed, deleted (ADR 85)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from televent.adapters.rest.conditions import if_match, known_tags, minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import EVENT
from televent.adapters.rest.events.event_answers import event_now, event_then
from televent.adapters.rest.events.event_changes import change
from televent.adapters.rest.events.remembered import remembered
from televent.adapters.rest.fields import wanted
from televent.adapters.rest.mapping.shapes import Event, EventFields
from televent.adapters.rest.mapping.times import moment_past
from televent.adapters.rest.problems import documented
from televent.adapters.rest.rows_read import ROWS, event_rows
from televent.adapters.rest.signing_in.auth import Auth, person_in
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.which import Which

ASKED: Final = ("malformed-request", "not-signed-in", "invalid-request", "too-many-requests", "unavailable")
WRITTEN: Final = (*ASKED, "body-too-large", "storage-full", "try-again")
VALUES: Final = (
    "text-too-long", "invalid-object", "object-too-large", "invalid-address", "too-many-attendees", "read-only-share",
    "hidden-from-sharees",
)  # fmt: skip
"""The problems of the values of an event."""
CHANGED: Final = (
    *WRITTEN, *VALUES, "unknown-resource", "precondition-failed", "not-organizer", "unreadable-times",
    "unmovable-series", "unsplittable-series",
)  # fmt: skip
Fields = Annotated[
    str | None,
    QueryParameter(max_length=1000, description="The fields of the answer, separated by commas; else all."),
]
AsOf = Annotated[
    datetime | None,
    QueryParameter(description="With an offset or Z: as it stood then. Own calendars only, at least a minute ago."),
]


def shown(status: int, description: str, schema: Any = Event, value: Any = EVENT) -> dict[int, ResponseSpec]:
    """The documentation of an answer with a body."""
    return {
        status: ResponseSpec(schema, generate_examples=False, description=description, examples=[Example(value=value)])
    }


READ: Final = {**shown(200, "The event."), 304: ResponseSpec(None, description="The client has it already.")}
STORED: Final = {
    **shown(200, "The event after the change."),
    204: ResponseSpec(None, description="Done; with `Prefer: return=minimal`."),
}


class Events(Controller):
    """Events of the person's calendars, and of those that are shared with them."""

    path = "/events"
    tags = ("Events",)

    @get(
        "/{event_id:uuid}",
        operation_id="getEvent",
        summary="Read an event",
        security=TOKEN,
        opt={**needs(Scope.CALENDARS_READ), ROWS: event_rows},
        responses={**READ, **documented(*ASKED, "unknown-resource", "not-yet-past", "past-too-large")},
    )
    async def one(
        self,
        request: Request[Any, Any, Any],
        event_id: FromPath[UUID],
        fields: Fields = None,
        as_of: AsOf = None,
    ) -> Response[Any]:
        """The event; a series as a whole. The ETag is that of CalDAV."""
        auth: Auth = request.app.state.auth
        tenant = person_in(request).tenant
        asked = wanted(fields, Event)
        has = known_tags(request)
        at = moment_past(as_of)
        if at is not None:
            return (
                await auth.run(partial(event_then, at=at, fields=asked, has=has), auth.backend, tenant, event_id)
            ).sent()
        make = partial(event_now, auth, tenant, event_id, asked)
        return await remembered(request, ("event", tenant, event_id, asked), make, has)

    @put(
        "/{event_id:uuid}",
        operation_id="putEvent",
        summary="Change an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*CHANGED)},
    )
    async def put_values(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[EventFields]
    ) -> Response[Any]:
        """The same as PATCH: a field that is not there stays as it is."""
        return await _changed(request, signed_in.tenant, event_id, data)

    @patch(
        "/{event_id:uuid}",
        operation_id="changeEvent",
        summary="Change some values of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*CHANGED)},
    )
    async def change_values(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[EventFields]
    ) -> Response[Any]:
        """Changes the fields that are there; the guests are told. A series changes as a whole."""
        return await _changed(request, signed_in.tenant, event_id, data)

    @delete(
        "/{event_id:uuid}",
        operation_id="deleteEvent",
        summary="Delete an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, "unknown-resource", "precondition-failed", "read-only-share", "try-again"),
    )
    async def remove(self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID]) -> None:
        """Moves the event to the trash. The organizer's guests get a cancellation; an attendee declines."""
        auth: Auth = request.app.state.auth
        which = Which(event_id, etags=if_match(request))
        await auth.run(partial(remove_event, which=which), auth.backend, auth.context(request, signed_in.tenant))


async def _changed(request: Request[Any, Any, Any], tenant: UUID, event_id: UUID, data: EventFields) -> Response[Any]:
    auth: Auth = request.app.state.auth
    which = Which(event_id, etags=if_match(request))
    context = auth.context(request, tenant)
    return (await auth.run(partial(change, auth.backend, context, which, data, brief=minimal(request)))).sent()

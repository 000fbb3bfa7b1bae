"""The events of a person: a new one, those of a time, and the next ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody, QueryParameter

from televent.adapters.rest.conditions import minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import EVENT
from televent.adapters.rest.controllers.calendar.events import ASKED, VALUES, WRITTEN, AsOf, Fields, shown
from televent.adapters.rest.events.event_answers import made_now
from televent.adapters.rest.events.event_lists import Query, list_events, range_of
from televent.adapters.rest.events.remembered import remembered
from televent.adapters.rest.fields import wanted
from televent.adapters.rest.mapping.changing import new_values
from televent.adapters.rest.mapping.shapes import Event, NewEvent
from televent.adapters.rest.mapping.times import moment_past
from televent.adapters.rest.paging import LIMIT, Cursor, Limit
from televent.adapters.rest.problems import documented
from televent.adapters.rest.rows_read import ROWS, home_rows
from televent.adapters.rest.signing_in.auth import Auth, person_in
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.rows import account_with_id, default_calendar
from televent.application.use_cases.events.create_event import create_event
from televent.domain.ids import AccountId

Sort = Literal[
    "start_time", "end_time", "title", "created_at", "-start_time", "-end_time", "-title", "-created_at"
]  # fmt: skip
Calendar = Annotated[UUID | None, QueryParameter(description="Only events of this calendar.")]
Start = Annotated[datetime | None, QueryParameter(description="With an offset or Z. Without it: now.")]
End = Annotated[
    datetime | None,
    QueryParameter(description="With an offset or Z, at most 400 days after the start. Without it: 31 days later."),
]
PAGE: Final = {"events": [EVENT], "next_cursor": None}


Home = tuple[AccountRow | None, CalendarRow | None]


class EventPage(msgspec.Struct, frozen=True):
    """A page of events. ``next_cursor``: of the next page; null: this is the last."""

    events: tuple[Event, ...]
    next_cursor: str | None


class EventCollection(Controller):
    """All events of a person."""

    path = "/events"
    tags = ("Events",)

    @post(
        "/",
        operation_id="createEvent",
        summary="Make an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(201, "The event."),
            **documented(*WRITTEN, *VALUES, "unknown-calendar", "uid-conflict", "component-not-supported"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewEvent]
    ) -> Response[Any]:
        """Makes an event. Its attendees are invited: in Telegram, in their calendar here, or by mail."""
        auth: Auth = request.app.state.auth
        tenant = signed_in.tenant
        act = partial(_create, data=data, home=await _home(auth, tenant))
        event_id = await auth.run(act, auth.backend, auth.context(request, tenant))
        return (await made_now(auth, tenant, event_id, minimal=minimal(request))).sent()

    @get(
        "/",
        operation_id="listEvents",
        summary="List the events of a time",
        security=TOKEN,
        opt={**needs(Scope.CALENDARS_READ), ROWS: home_rows},
        responses={
            **shown(200, "A page of events.", EventPage, PAGE),
            **documented(*ASKED, "unknown-calendar", "too-many-events", "not-yet-past", "past-too-large"),
        },
    )
    async def listed(
        self,
        request: Request[Any, Any, Any],
        calendar_id: Calendar = None,
        start: Start = None,
        end: End = None,
        expand: Annotated[bool, QueryParameter(description="Each occurrence of a series by itself.")] = False,
        sort: Annotated[Sort, QueryParameter(description='With "-" before it, the last comes first.')] = "start_time",
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        fields: Fields = None,
        as_of: AsOf = None,
    ) -> Response[Any]:
        """The events that take place in that time, at least in part, of own and shared calendars. A series is there
        once, with the times of its start, unless it is expanded."""
        auth: Auth = request.app.state.auth
        tenant = person_in(request).tenant
        first, last = range_of(start, end, auth.backend.clock())
        query = Query(
            first, last, calendar_id, expand, sort, limit, cursor, wanted(fields, Event), as_of=moment_past(as_of)
        )
        # Without both times the answer depends on the clock.
        fixed = start is not None and end is not None and as_of is None
        make = partial(auth.run, list_events, auth.backend, tenant, query)
        return await remembered(request, ("list", tenant, query) if fixed else None, make)

    @get(
        "/upcoming",
        operation_id="upcomingEvents",
        summary="List the next events",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The next events, the first one first.", EventPage, PAGE),
            **documented(*ASKED, "too-many-events"),
        },
    )
    async def upcoming(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        days: Annotated[int, QueryParameter(ge=1, le=400, description="Days from now.")] = 31,
        limit: Limit = 10,
        fields: Fields = None,
    ) -> Response[Any]:
        """The events, or occurrences of a series, that begin in the next days and take place: neither cancelled nor
        declined."""
        auth: Auth = request.app.state.auth
        now = auth.backend.clock()
        asked = wanted(fields, Event)
        query = Query(now, now + timedelta(days=days), expand=True, limit=limit, fields=asked, coming=True)
        return (await auth.run(partial(list_events, query=query), auth.backend, signed_in.tenant)).sent()


async def _home(auth: Auth, tenant: AccountId) -> Home:
    """The account and its default calendar, read in one round trip; None where nobody reads them without a thread."""
    if auth.rows is None:
        return None, None
    account, calendar = auth.rows.read(account_with_id(tenant)), auth.rows.read(default_calendar(tenant))
    return (await account).row, (await calendar).row


def _create(backend: Backend, context: Context, *, data: NewEvent, home: Home) -> UUID:
    account = home[0] or backend.people.account(context.tenant)
    values = new_values(data, account.timezone)
    guests = [each.email for each in data.attendees] if data.attendees else []
    made = create_event(
        backend,
        context,
        values=values,
        calendar_id=data.calendar_id or None,
        uid=data.uid or None,
        guests=guests,
        account=account,
        default=home[1],
    )
    return made.stream_id

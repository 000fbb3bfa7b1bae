"""Calendars: the person's own, and those that are shared with them."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.conditions import if_match, known_tags, minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import CALENDAR_ID
from televent.adapters.rest.controllers.calendar.events import ASKED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.mapping.calendars import Calendar, CalendarFields, NewCalendar, calendar_of, properties
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import CalendarNameTaken, PreconditionFailed
from televent.application.use_cases.calendars.calendars import change_calendar, create_calendar, delete_calendar
from televent.application.use_cases.calendars.sharing import answer_share, change_mount
from televent.application.use_cases.calendars.which_calendar import calendar_seen, calendars_seen
from televent.application.use_cases.people.principal import change_principal
from televent.domain.ids import AccountId

EXAMPLE: Final = {
    "id": CALENDAR_ID,
    "name": "Work",
    "colour": "#1a73c9",
    "description": "",
    "time_zone": "Europe/London",
    "order": 1,
    "default": True,
    "access": "owner",
    "owner_name": None,
    "team_role": None,
    "components": ["VEVENT", "VTODO", "VJOURNAL"],
}
CHANGED: Final = (*WRITTEN, "unknown-calendar", "precondition-failed", "too-many-properties", "not-shared")


class Calendars(Controller):
    """Calendars."""

    path = "/calendars"
    tags = ("Calendars",)

    @get(
        "/",
        operation_id="listCalendars",
        summary="List the calendars",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "Own and shared ones.", list[Calendar], [EXAMPLE]), **documented(*ASKED)},
    )
    async def every(self, request: Request[Any, Any, Any], signed_in: Signed) -> Response[Any]:
        """The person's own calendars, and those that are shared with them and that they have accepted."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_every, auth.backend, signed_in.tenant)).sent()

    @post(
        "/",
        operation_id="createCalendar",
        summary="Make a calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(201, "The calendar.", Calendar, EXAMPLE),
            **documented(*WRITTEN, "too-many-properties"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewCalendar]
    ) -> Response[Any]:
        """Makes a calendar. Two calendars may have the same name."""
        auth: Auth = request.app.state.auth
        act = partial(_create, data=data, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @get(
        "/{calendar_id:uuid}",
        operation_id="getCalendar",
        summary="Read a calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The calendar.", Calendar, EXAMPLE),
            304: ResponseSpec(None, description="The client has it already."),
            **documented(*ASKED, "unknown-calendar"),
        },
    )
    async def one(
        self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID]
    ) -> Response[Any]:
        """One calendar. Its ETag changes with its values, and not with its events."""
        auth: Auth = request.app.state.auth
        answer = await auth.run(_one, auth.backend, signed_in.tenant, calendar_id)
        if known_tags(request)(answer.headers["etag"].strip('"')):
            return Answer(304, b"", answer.headers).sent()
        return answer.sent()

    @patch(
        "/{calendar_id:uuid}",
        operation_id="changeCalendar",
        summary="Change a calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "The calendar after the change.", Calendar, EXAMPLE),
            204: ResponseSpec(None, description="Done; with `Prefer: return=minimal`."),
            **documented(*CHANGED, "component-not-supported"),
        },
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        calendar_id: FromPath[UUID],
        data: JSONBody[CalendarFields],
    ) -> Response[Any]:
        """Changes the values that are there. Those of a shared calendar change for the person alone."""
        auth: Auth = request.app.state.auth
        act = partial(_change, calendar_id=calendar_id, data=data, tags=if_match(request), brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @delete(
        "/{calendar_id:uuid}",
        operation_id="deleteCalendar",
        summary="Delete a calendar, or leave a shared one",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(
            *ASKED, "unknown-calendar", "precondition-failed", "default-calendar-stays", "not-shared", "try-again"
        ),
    )
    async def remove(self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID]) -> None:
        """Deletes the calendar with its events; guests get cancellations. A shared calendar is only left."""
        auth: Auth = request.app.state.auth
        act = partial(_remove, calendar_id=calendar_id, tags=if_match(request))
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))


def _every(backend: Backend, tenant: AccountId) -> Answer:
    default = backend.people.account(tenant).default_calendar
    found = [calendar_of(row, default) for row in calendars_seen(backend, tenant)]
    return Answer(200, msgspec.json.encode(found))


def _one(backend: Backend, tenant: AccountId, calendar_id: UUID, status: int = 200, *, brief: bool = False) -> Answer:
    default = backend.people.account(tenant).default_calendar
    body = msgspec.json.encode(calendar_of(calendar_seen(backend, tenant, calendar_id), default))
    headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if status == 201:
        headers["location"] = f"/api/calendars/{calendar_id}"
    if brief:
        return Answer(204 if status == 200 else status, b"", {**headers, "preference-applied": "return=minimal"})
    return Answer(status, body, headers)


def _check(backend: Backend, tenant: AccountId, calendar_id: UUID, tags: tuple[str, ...] | None) -> None:
    if tags is not None and not {"*", _one(backend, tenant, calendar_id).headers["etag"].strip('"')} & {*tags}:
        raise PreconditionFailed(condition="If-Match")


def _create(backend: Backend, context: Context, *, data: NewCalendar, brief: bool) -> Answer:
    props, _ = properties(data)
    name = str(uuid5(context.command_id, "calendar"))
    try:
        calendar_id = create_calendar(backend, context, name=name, props=props)
    except CalendarNameTaken:
        # The same command came twice.
        there = backend.reads.calendar(context.tenant, name)
        if there is None:
            raise
        calendar_id = there.calendar_id
    if data.default is True:
        change_principal(backend, context, set={}, default_calendar=name)
    return _one(backend, context.tenant, calendar_id, 201, brief=brief)


def _change(
    backend: Backend,
    context: Context,
    *,
    calendar_id: UUID,
    data: CalendarFields,
    tags: tuple[str, ...] | None,
    brief: bool,
) -> Answer:
    _check(backend, context.tenant, calendar_id, tags)
    row = calendar_seen(backend, context.tenant, calendar_id)
    put, gone = properties(data)
    if row.share is not None:
        change_mount(backend, context, share_id=row.share.share_id, set=put, remove=gone)
    elif put or gone:
        change_calendar(backend, context, name=row.name, set=put, remove=gone)
    if data.default is True and row.share is None:
        change_principal(backend, context, set={}, default_calendar=row.name)
    return _one(backend, context.tenant, calendar_id, brief=brief)


def _remove(backend: Backend, context: Context, *, calendar_id: UUID, tags: tuple[str, ...] | None) -> None:
    _check(backend, context.tenant, calendar_id, tags)
    row = calendar_seen(backend, context.tenant, calendar_id)
    if row.share is not None:
        answer_share(backend, context, share_id=row.share.share_id, accept=False)
    else:
        delete_calendar(backend, context, name=row.name)

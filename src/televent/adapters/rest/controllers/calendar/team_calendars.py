"""Team calendars: made, changed and ended by managers, left by anybody (ADR 96)."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import CALENDAR_ID, ID
from televent.adapters.rest.controllers.calendar.events import ASKED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.mapping.calendars import CalendarFields, properties
from televent.adapters.rest.mapping.teams import (
    NewMember,
    NewRole,
    NewTeamCalendar,
    TeamCalendar,
    TeamFields,
    team_json,
)
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.teams import team_calendars as use_cases
from televent.domain.ids import AccountId

EXAMPLE: Final = {
    "id": CALENDAR_ID,
    "name": "Design",
    "colour": "#1a73c9",
    "description": "",
    "time_zone": "Europe/London",
    "role": "manager",
    "members": [{"person_id": ID, "name": "Ann", "email": "ann@example.com", "role": "manager", "status": "member"}],
    "waiting_mails": 0,
}
ASKING: Final = ("unknown-sharee", "too-many-offers", "asked-lately")
MEMBERS: Final = ("unknown-calendar", "not-manager")


class TeamCalendars(Controller):
    """Calendars that belong to a team."""

    path = "/team-calendars"
    tags = ("Team calendars",)

    @post(
        "/",
        operation_id="createTeamCalendar",
        summary="Make a team calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(201, "The calendar.", TeamCalendar, EXAMPLE),
            **documented(*WRITTEN, *ASKING, "too-many-teams", "too-many-properties", "invalid-name"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewTeamCalendar]
    ) -> Response[Any]:
        """Makes a calendar that belongs to nobody alone. Its members are invited: each has it when they accept, and may
        leave."""
        return await _do(request, signed_in.tenant, partial(_create, data=data))

    @get(
        "/",
        operation_id="listTeamCalendars",
        summary="List the team calendars",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "Those of the person.", list[TeamCalendar], [EXAMPLE]), **documented(*ASKED)},
    )
    async def every(self, request: Request[Any, Any, Any], signed_in: Signed) -> Response[Any]:
        """The team calendars of which the person is a member, with all members. Events are read as in any calendar."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_every, auth.backend, signed_in.tenant)).sent()

    @get(
        "/{team_id:uuid}",
        operation_id="getTeamCalendar",
        summary="Read a team calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "The calendar.", TeamCalendar, EXAMPLE), **documented(*ASKED, "unknown-calendar")},
    )
    async def one(self, request: Request[Any, Any, Any], signed_in: Signed, team_id: FromPath[UUID]) -> Response[Any]:
        """The calendar as all members have it. Only managers see addresses."""
        auth: Auth = request.app.state.auth
        return _answer(await auth.run(use_cases.team_of, auth.backend, signed_in.tenant, team_id)).sent()

    @patch(
        "/{team_id:uuid}",
        operation_id="changeTeamCalendar",
        summary="Rename or change a team calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "The calendar after the change.", TeamCalendar, EXAMPLE),
            **documented(*WRITTEN, *MEMBERS, "too-many-properties", "invalid-name"),
        },
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        team_id: FromPath[UUID],
        data: JSONBody[TeamFields],
    ) -> Response[Any]:
        """Changes the values for all members. `PATCH /api/calendars/{id}` changes them for the person alone."""
        return await _do(request, signed_in.tenant, partial(_change, team_id=team_id, data=data))

    @delete(
        "/{team_id:uuid}",
        operation_id="deleteTeamCalendar",
        summary="Delete a team calendar for all",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, *MEMBERS, "try-again"),
    )
    async def end(self, request: Request[Any, Any, Any], signed_in: Signed, team_id: FromPath[UUID]) -> None:
        """The calendar and its events are gone for all members, for good."""
        auth: Auth = request.app.state.auth
        act = partial(use_cases.end_team, calendar_id=team_id)
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))

    @post(
        "/{team_id:uuid}/members",
        operation_id="addTeamMember",
        summary="Invite a member",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "The calendar with its members.", TeamCalendar, EXAMPLE),
            **documented(*WRITTEN, *MEMBERS, *ASKING, "too-many-sharees", "last-manager"),
        },
    )
    async def add(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        team_id: FromPath[UUID],
        data: JSONBody[NewMember],
    ) -> Response[Any]:
        """Somebody with an account here is asked whether they want to be a member: they answer in the chat, by a mail,
        in an app, or by `POST /api/shares/{share_id}/answer`. A member gets the role at once. Somebody who declined is
        asked again after seven days at the earliest, and one day after an offer was taken back."""
        act = partial(_add, team_id=team_id, data=data)
        return await _do(request, signed_in.tenant, act)

    @put(
        "/{team_id:uuid}/members/{person_id:uuid}",
        operation_id="changeTeamMember",
        summary="Change the role of a member",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "The calendar with its members.", TeamCalendar, EXAMPLE),
            **documented(*WRITTEN, *MEMBERS, "not-member", "last-manager", "asked-lately", "too-many-offers"),
        },
    )
    async def promote(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        team_id: FromPath[UUID],
        person_id: FromPath[UUID],
        data: JSONBody[NewRole],
    ) -> Response[Any]:
        """A reader reads, a writer changes events, a manager changes the calendar and its members, too."""
        act = partial(_promote, team_id=team_id, person_id=person_id, data=data)
        return await _do(request, signed_in.tenant, act)

    @delete(
        "/{team_id:uuid}/members/{person_id:uuid}",
        operation_id="removeTeamMember",
        summary="Remove a member or an offer, or leave",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, *MEMBERS, "not-shared", "try-again"),
    )
    async def remove(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        team_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> None:
        """Managers remove anybody, and everybody may leave. If the last manager leaves, the first member of the highest
        role is manager; the calendar ends with its last member."""
        auth: Auth = request.app.state.auth
        act = partial(use_cases.remove_member, calendar_id=team_id, person=AccountId(person_id))
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))


async def _do(request: Request[Any, Any, Any], tenant: UUID, act: Any) -> Response[Any]:
    auth: Auth = request.app.state.auth
    answer: Answer = await auth.run(act, auth.backend, auth.context(request, tenant))
    return answer.sent()


def _answer(found: use_cases.TeamCalendar, status: int = 200) -> Answer:
    headers = {"location": f"/api/team-calendars/{found.row.calendar_id}"} if status == 201 else {}
    return Answer(status, msgspec.json.encode(team_json(found)), headers)


def _every(backend: Backend, tenant: AccountId) -> Answer:
    return Answer(200, msgspec.json.encode([team_json(each) for each in use_cases.teams_of(backend, tenant)]))


def _properties(data: TeamFields) -> tuple[dict[str, str], frozenset[str]]:
    fields = {
        name: value
        for name in ("colour", "description", "time_zone")
        if not isinstance(value := getattr(data, name), UnsetType)
    }
    return properties(CalendarFields(**fields))


def _create(backend: Backend, context: Context, *, data: NewTeamCalendar) -> Answer:
    members = [(each.email.strip(), each.role) for each in data.members]
    props, _ = _properties(data)
    found = use_cases.make_team(backend, context, title=" ".join(data.name.split()), props=props, members=members)
    return _answer(found, 201)


def _change(backend: Backend, context: Context, *, team_id: UUID, data: TeamFields) -> Answer:
    put, gone = _properties(data)
    title = None if data.name is UNSET else " ".join(str(data.name).split())
    return _answer(use_cases.change_team(backend, context, calendar_id=team_id, title=title, set=put, remove=gone))


def _add(backend: Backend, context: Context, *, team_id: UUID, data: NewMember) -> Answer:
    address = data.email.strip()
    return _answer(use_cases.add_member(backend, context, calendar_id=team_id, address=address, role=data.role))


def _promote(backend: Backend, context: Context, *, team_id: UUID, person_id: UUID, data: NewRole) -> Answer:
    person = AccountId(person_id)
    return _answer(use_cases.change_role(backend, context, calendar_id=team_id, person=person, role=data.role))

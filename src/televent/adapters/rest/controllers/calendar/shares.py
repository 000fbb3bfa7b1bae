"""Sharing of calendars: the owner gives and takes access, the sharee accepts and leaves."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import CALENDAR_ID, ID
from televent.adapters.rest.controllers.calendar.events import ASKED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.mapping.sharing import NewShare, Offer, Share, ShareAnswer, offer_of, shares_of
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import UnknownCalendar
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar, sharee_of, withdraw_share
from televent.domain.ids import AccountId

SHARE: Final = {"person_id": ID, "email": "bob@example.com", "access": "read", "status": "noresponse"}
OFFER: Final = {
    "id": ID,
    "calendar_id": CALENDAR_ID,
    "name": "Work",
    "owner_name": "Ann",
    "access": "read",
    "status": "noresponse",
    "message": "Our plans",
    "offered_at": "2026-11-23T09:00:00Z",
    "team_role": None,
}


class Shares(Controller):
    """Shares of calendars."""

    tags = ("Sharing",)

    @get(
        "/calendars/{calendar_id:uuid}/shares",
        operation_id="listShares",
        summary="List who has access to a calendar",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The people.", list[Share], [SHARE]),
            **documented(*ASKED, "unknown-calendar"),
        },
    )
    async def every(
        self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID]
    ) -> Response[Any]:
        """The people with whom the person's own calendar is shared."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_every, auth.backend, signed_in.tenant, calendar_id)).sent()

    @post(
        "/calendars/{calendar_id:uuid}/shares",
        operation_id="shareCalendar",
        summary="Share a calendar",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "All who have access now.", list[Share], [SHARE]),
            **documented(*WRITTEN, "unknown-calendar", "unknown-sharee", "too-many-sharees"),
        },
    )
    async def share(
        self, request: Request[Any, Any, Any], signed_in: Signed, calendar_id: FromPath[UUID], data: JSONBody[NewShare]
    ) -> Response[Any]:
        """Gives somebody with an account here access, or changes it. They are asked whether they want it."""
        auth: Auth = request.app.state.auth
        act = partial(_share, calendar_id=calendar_id, data=data)
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @delete(
        "/calendars/{calendar_id:uuid}/shares/{person_id:uuid}",
        operation_id="withdrawShare",
        summary="Take access to a calendar back",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, "unknown-calendar", "try-again"),
    )
    async def withdraw(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        calendar_id: FromPath[UUID],
        person_id: FromPath[UUID],
    ) -> None:
        """The access ends at once. Nothing happens where there is none."""
        auth: Auth = request.app.state.auth
        act = partial(_withdraw, calendar_id=calendar_id, person_id=person_id)
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))

    @get(
        "/shares",
        operation_id="listOffers",
        summary="List the calendars that others share",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={**shown(200, "Offered, accepted and declined ones.", list[Offer], [OFFER]), **documented(*ASKED)},
    )
    async def offers(self, request: Request[Any, Any, Any], signed_in: Signed) -> Response[Any]:
        """The calendars that others share with the person, also those without an answer yet."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_offers, auth.backend, signed_in.tenant)).sent()

    @post(
        "/shares/{share_id:uuid}/answer",
        operation_id="answerShare",
        summary="Accept, decline or leave a shared calendar",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "All shares after the answer.", list[Offer], [OFFER]),
            **documented(*WRITTEN, "not-shared"),
        },
    )
    async def answer(
        self, request: Request[Any, Any, Any], signed_in: Signed, share_id: FromPath[UUID], data: JSONBody[ShareAnswer]
    ) -> Response[Any]:
        """The answer may be changed later."""
        auth: Auth = request.app.state.auth
        act = partial(_answer, share_id=share_id, accept=data.accept)
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()


def _own(backend: Backend, tenant: AccountId, calendar_id: UUID) -> CalendarRow:
    """The person's own calendar. Raises UnknownCalendar, also for one that is shared with them."""
    row = backend.reads.calendar_of(tenant, calendar_id)
    if row is None:
        raise UnknownCalendar()
    return row


def _every(backend: Backend, tenant: AccountId, calendar_id: UUID) -> Answer:
    return Answer(200, msgspec.json.encode(shares_of(_own(backend, tenant, calendar_id).shares)))


def _share(backend: Backend, context: Context, *, calendar_id: UUID, data: NewShare) -> Answer:
    row = _own(backend, context.tenant, calendar_id)
    sharee = sharee_of(backend, context, data.email.strip())
    share_calendar(
        backend,
        context,
        name=row.name,
        sharee=sharee,
        access=data.access,
        summary=data.message,
        known_by=data.email.strip(),
    )
    return _every(backend, context.tenant, calendar_id)


def _withdraw(backend: Backend, context: Context, *, calendar_id: UUID, person_id: UUID) -> None:
    row = _own(backend, context.tenant, calendar_id)
    withdraw_share(backend, context, name=row.name, sharee=AccountId(person_id))


def _offers(backend: Backend, tenant: AccountId) -> Answer:
    return Answer(200, msgspec.json.encode([offer_of(row) for row in backend.reads.shares_of(tenant)]))


def _answer(backend: Backend, context: Context, *, share_id: UUID, accept: bool) -> Answer:
    answer_share(backend, context, share_id=share_id, accept=accept)
    return _offers(backend, context.tenant)

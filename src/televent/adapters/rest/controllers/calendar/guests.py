"""The people of an event: invited, taken off, their answers, and the other times that they propose."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from televent.adapters.rest.conditions import if_match, minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.events import ASKED, CHANGED, STORED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import Answer, see
from televent.adapters.rest.mapping.past import Proposal, proposal_of
from televent.adapters.rest.mapping.shapes import Guest, When, ZoneName
from televent.adapters.rest.mapping.times import changed_times
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.remove_guest import remove_guest
from televent.application.use_cases.events.which import Which, acting_for_owner
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.proposals import (
    accept_proposal,
    decline_proposal,
    open_proposals,
    propose_time,
)
from televent.domain.ids import AccountId
from televent.ical.editing.changes import EventChange
from televent.ical.objects.sharees import PUBLIC, visibility

Note = Annotated[str, Meta(max_length=1000)]
OccurrenceId = Annotated[str, Meta(max_length=32, examples=["20261207T100000Z"])]
PROPOSAL: Final = {
    "id": "a1b2c3d4e5",
    "attendee": {"email": "bob@example.com", "name": "Bob"},
    "occurrence_id": None,
    "was": None,
    "now": None,
    "note": "An hour later?",
    "possible": True,
    "answer": None,
}
PROPOSED: Final = (
    "own-meeting", "only-events-move", "propose-one-occurrence", "no-such-occurrence", "ends-before-start",
    "time-is-over", "same-time", "not-sent-from-here", "unreachable", "meeting-is-over", "meeting-is-cancelled",
    "not-invited",
)  # fmt: skip
SETTLED: Final = (
    "unknown-proposal", "outdated-proposal", "proposal-is-answered", "series-proposal", "meeting-is-cancelled",
    "time-is-over", "not-organizer", "read-only-share", "hidden-from-sharees",
)  # fmt: skip


class NewGuests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """People to invite, by address or ``@username``."""

    attendees: Annotated[tuple[Guest, ...], Meta(min_length=1, max_length=200)]


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to an invitation. ``following``: for that occurrence and all later ones. ``note``: for the
    organizer."""

    answer: Literal["ACCEPTED", "DECLINED", "TENTATIVE"]
    occurrence_id: OccurrenceId | None = None
    following: bool = False
    note: Note | None = None


class OtherTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another time for a meeting. Without ``end`` it keeps its length."""

    start: When
    end: When | UnsetType = UNSET
    time_zone: ZoneName | UnsetType | None = UNSET
    occurrence_id: OccurrenceId | None = None
    location: Annotated[str, Meta(max_length=1024)] | None = None
    note: Note | None = None


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``note``: for the attendee."""

    note: Note | None = None


class Guests(Controller):
    """The people of an event."""

    path = "/events/{event_id:uuid}"
    tags = ("Attendees",)

    @post(
        "/attendees",
        operation_id="addAttendees",
        summary="Invite people",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*CHANGED)},
    )
    async def invite(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[NewGuests]
    ) -> Response[Any]:
        """Invites more people to the event, or to all occurrences. Those who are invited already are left as they
        are."""
        auth: Auth = request.app.state.auth
        which = Which(event_id, etags=if_match(request))
        act = partial(_invite, which=which, data=data, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @delete(
        "/attendees/{email:str}",
        operation_id="removeAttendee",
        summary="Take a person off the list",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(
            *WRITTEN, "unknown-resource", "precondition-failed", "not-organizer", "not-invited", "read-only-share"
        ),
    )
    async def uninvite(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], email: FromPath[str]
    ) -> None:
        """The person gets a cancellation."""
        auth: Auth = request.app.state.auth
        act = partial(remove_guest, which=Which(event_id, etags=if_match(request)), address=email.strip().lower())
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))

    @post(
        "/answer",
        operation_id="answerInvitation",
        summary="Answer an invitation",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **STORED,
            **documented(*WRITTEN, "unknown-resource", "unknown-occurrence-id", "not-invited", "not-from-there"),
        },
    )
    async def answer(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[Reply]
    ) -> Response[Any]:
        """Sends the answer to the organizer, with a note. It may be changed later."""
        auth: Auth = request.app.state.auth
        act = partial(_answer, event_id=event_id, data=data, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @get(
        "/proposals",
        operation_id="listProposals",
        summary="List the proposed times",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "Those that wait for an answer.", list[Proposal], [PROPOSAL]),
            **documented(*ASKED, "unknown-resource"),
        },
    )
    async def proposals(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID]
    ) -> Response[Any]:
        """The times that attendees propose to the organizer, or that the person has proposed."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_proposals, auth.backend, signed_in.tenant, event_id)).sent()

    @post(
        "/proposals",
        operation_id="proposeTime",
        summary="Propose another time",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(201, "All proposals of the person that wait.", list[Proposal], [PROPOSAL]),
            **documented(*WRITTEN, "unknown-resource", "unknown-occurrence-id", *PROPOSED),
        },
    )
    async def propose(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[OtherTime]
    ) -> Response[Any]:
        """Asks the organizer to move the event. A newer proposal replaces an older one."""
        auth: Auth = request.app.state.auth
        act = partial(_propose, event_id=event_id, data=data)
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @post(
        "/proposals/{proposal:str}/accept",
        operation_id="acceptProposal",
        summary="Accept a proposed time",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={**STORED, **documented(*WRITTEN, "unknown-resource", *SETTLED)},
    )
    async def accept(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], proposal: FromPath[str]
    ) -> Response[Any]:
        """Moves the event; everybody who is invited is asked again."""
        auth: Auth = request.app.state.auth
        act = partial(_accept, event_id=event_id, proposal=proposal, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @post(
        "/proposals/{proposal:str}/decline",
        operation_id="declineProposal",
        summary="Decline a proposed time",
        status_code=204,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(
            *WRITTEN,
            "unknown-resource",
            "unknown-proposal",
            "proposal-is-answered",
            "not-organizer",
            "read-only-share",
            "hidden-from-sharees",
        ),
    )
    async def decline(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        event_id: FromPath[UUID],
        proposal: FromPath[str],
        data: JSONBody[Refused],
    ) -> None:
        """The event stays as it is; the attendee is told."""
        auth: Auth = request.app.state.auth
        act = partial(_decline, event_id=event_id, proposal=proposal, note=data.note)
        await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))


def _invite(backend: Backend, context: Context, *, which: Which, data: NewGuests, brief: bool) -> Answer:
    change_event(backend, context, which=which, change=EventChange(), come=[each.email for each in data.attendees])
    return see(backend, context.tenant, which.stream_id).answer(200, minimal=brief)


def _answer(backend: Backend, context: Context, *, event_id: UUID, data: Reply, brief: bool) -> Answer:
    see(backend, context.tenant, event_id, data.occurrence_id)
    answer_invitation(
        backend,
        context,
        stream_id=event_id,
        partstat=data.answer,
        recurrence_id=data.occurrence_id,
        comment=data.note,
        following=data.following and data.occurrence_id is not None,
    )
    return see(backend, context.tenant, event_id, data.occurrence_id).answer(200, minimal=brief)


def _proposals(backend: Backend, tenant: AccountId, event_id: UUID, status: int = 200) -> Answer:
    place = see(backend, tenant, event_id).found
    # Those who may accept it see it: the owner, and sharees who write for the owner.
    owner = place.calendar.tenant if place.writable and visibility(place.row.text) == PUBLIC else tenant
    found = [proposal_of(each) for each in open_proposals(backend, owner, event_id)]
    return Answer(status, msgspec.json.encode(found))


def _propose(backend: Backend, context: Context, *, event_id: UUID, data: OtherTime) -> Answer:
    seen = see(backend, context.tenant, event_id, data.occurrence_id)
    zone = backend.people.account(context.tenant).timezone
    times = changed_times(seen.times, data.start, data.end, data.time_zone, UNSET, zone)
    start, end = (times.start, times.end) if times is not None else seen.times
    propose_time(
        backend,
        context,
        stream_id=event_id,
        start=start,
        end=end,
        recurrence_id=data.occurrence_id,
        place=data.location,
        comment=data.note,
    )
    return _proposals(backend, context.tenant, event_id, 201)


def _accept(backend: Backend, context: Context, *, event_id: UUID, proposal: str, brief: bool) -> Answer:
    acting = acting_for_owner(backend, context, event_id)
    accept_proposal(backend, acting, stream_id=event_id, proposal=proposal)
    return see(backend, context.tenant, event_id).answer(200, minimal=brief)


def _decline(backend: Backend, context: Context, *, event_id: UUID, proposal: str, note: str | None) -> None:
    acting = acting_for_owner(backend, context, event_id)
    decline_proposal(backend, acting, stream_id=event_id, proposal=proposal, comment=note)

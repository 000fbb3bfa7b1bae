"""The past of events: history, undo, the trash; and their move to another calendar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.conditions import if_match, minimal
from televent.adapters.rest.controllers.account.auth import TOKEN, Signed
from televent.adapters.rest.controllers.calendar.event_examples import ID
from televent.adapters.rest.controllers.calendar.events import ASKED, STORED, WRITTEN, shown
from televent.adapters.rest.events.event_answers import Answer, see
from televent.adapters.rest.mapping.past import Change, TrashedEvent, changes_of, trashed
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.events.move_event import move_event
from televent.application.use_cases.events.read_history import read_history
from televent.application.use_cases.events.trash import read_trash, restore_event
from televent.application.use_cases.events.undo_change import last_change, undo_change
from televent.application.use_cases.events.which import Which
from televent.domain.ids import AccountId

CHANGE_ID: Final = "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d33"
CHANGE: Final = {
    "at": "2026-11-23T09:00:00Z",
    "change_id": CHANGE_ID,
    "word": "created",
    "by": "Ann",
    "own": True,
    "door": "rest",
    "occurrence_id": None,
    "was": None,
    "now": None,
    "guest": None,
    "answer": None,
    "properties": [],
    "count": 0,
}
TRASHED: Final = {
    "id": ID,
    "uid": f"{ID}@televent.app",
    "summary": "Team sync",
    "event": None,
    "role": "organizer",
    "deleted_at": "2026-11-23T09:00:00Z",
    "until": "2026-12-23T09:00:00Z",
}


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``change_id``: of an entry of the history. Without it: the person's newest change of the event."""

    change_id: UUID | None = None


class Undone(msgspec.Struct, frozen=True):
    """``change_id`` names the undo itself: undone, it is a redo. ``gone``: the event is not there now."""

    change_id: UUID
    gone: bool


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calendar to which an event goes."""

    calendar_id: UUID


class EventPast(Controller):
    """The past of events."""

    tags = ("Events",)

    @get(
        "/events/{event_id:uuid}/history",
        operation_id="readHistory",
        summary="Read the history of an event",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The newest change first, at most those of 200 facts.", list[Change], [CHANGE]),
            **documented(*ASKED, "unknown-resource"),
        },
    )
    async def history(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID]
    ) -> Response[Any]:
        """Each change with its person, its time and its door. Only events of own calendars have a history."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_history, auth.backend, signed_in.tenant, event_id)).sent()

    @post(
        "/events/{event_id:uuid}/undo",
        operation_id="undoChange",
        summary="Undo a change",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **shown(200, "It is undone.", Undone, {"change_id": CHANGE_ID, "gone": False}),
            **documented(
                *WRITTEN, "unknown-resource", "nothing-to-undo", "not-your-change", "changed-again", "uid-conflict",
                "scheduling-uid-conflict", "invalid-object",
            ),
        },
    )  # fmt: skip
    async def undo(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[Undo]
    ) -> Response[Any]:
        """Takes back a change of the person's own, also a deletion. Guests are told as after any other change."""
        auth: Auth = request.app.state.auth
        act = partial(_undo, event_id=event_id, data=data)
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @get(
        "/trash",
        operation_id="listTrash",
        summary="List the deleted events",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            **shown(200, "The 50 that were deleted last.", list[TrashedEvent], [TRASHED]),
            **documented(*ASKED),
        },
    )
    async def trash(self, request: Request[Any, Any, Any], signed_in: Signed) -> Response[Any]:
        """The events of the last 30 days that can be restored, the newest first."""
        auth: Auth = request.app.state.auth
        return (await auth.run(_trash, auth.backend, signed_in.tenant)).sent()

    @post(
        "/trash/{event_id:uuid}/restore",
        operation_id="restoreEvent",
        summary="Restore a deleted event",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **STORED,
            **documented(*WRITTEN, "unknown-resource", "uid-conflict", "scheduling-uid-conflict"),
        },
    )
    async def restore(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID]
    ) -> Response[Any]:
        """The event comes back as it was. Guests of its organizer are invited again."""
        auth: Auth = request.app.state.auth
        act = partial(_restore, event_id=event_id, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()

    @post(
        "/events/{event_id:uuid}/move",
        operation_id="moveEvent",
        summary="Move an event to another calendar",
        status_code=200,
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            **STORED,
            **documented(
                *WRITTEN, "unknown-resource", "unknown-calendar", "unknown-destination", "precondition-failed",
                "read-only-share", "meeting-stays", "uid-conflict", "scheduling-uid-conflict",
                "component-not-supported",
            ),
        },
    )  # fmt: skip
    async def move(
        self, request: Request[Any, Any, Any], signed_in: Signed, event_id: FromPath[UUID], data: JSONBody[Place]
    ) -> Response[Any]:
        """Moves the event, and tells nobody. In another person's calendar it gets another id."""
        auth: Auth = request.app.state.auth
        which = Which(event_id, etags=if_match(request))
        act = partial(_move, which=which, calendar_id=data.calendar_id, brief=minimal(request))
        return (await auth.run(act, auth.backend, auth.context(request, signed_in.tenant))).sent()


def _history(backend: Backend, tenant: AccountId, event_id: UUID) -> Answer:
    facts = read_history(backend, tenant, event_id)
    name_of = _names(backend, {envelope.actor for _, envelope in facts})
    found = [each for fact, envelope in facts for each in changes_of(fact, envelope, tenant, name_of)]
    return Answer(200, msgspec.json.encode(found))


def _names(backend: Backend, actors: set[str]) -> Callable[[str], str]:
    ids = set()
    for actor in actors:
        try:
            ids.add(AccountId(UUID(actor)))
        except ValueError:
            continue  # "mail:…", "system": the entry names who caused it, or its door says enough
    names = {str(row.tenant): row.name for row in backend.reads.accounts_with(sorted(ids))}
    return lambda actor: names.get(actor, "")


def _undo(backend: Backend, context: Context, *, event_id: UUID, data: Undo) -> Answer:
    change_id = data.change_id or last_change(backend, context, event_id).change_id
    done = undo_change(backend, context, stream_id=event_id, change_id=change_id)
    return Answer(200, msgspec.json.encode(Undone(done.change_id, done.gone)))


def _trash(backend: Backend, tenant: AccountId) -> Answer:
    return Answer(200, msgspec.json.encode([trashed(each) for each in read_trash(backend, tenant, backend.clock())]))


def _restore(backend: Backend, context: Context, *, event_id: UUID, brief: bool) -> Answer:
    stored = restore_event(backend, context, stream_id=event_id)
    return see(backend, context.tenant, stored.stream_id).answer(200, minimal=brief)


def _move(backend: Backend, context: Context, *, which: Which, calendar_id: UUID, brief: bool) -> Answer:
    moved = move_event(backend, context, which=which, calendar_id=calendar_id)
    return see(backend, context.tenant, moved.stream_id).answer(200, minimal=brief)

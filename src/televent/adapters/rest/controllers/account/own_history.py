"""The history of the own account: who did what, when, and by which door."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from televent.adapters.rest.account_shapes import wrong_value
from televent.adapters.rest.controllers.account.auth import TOKEN
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.accounts.audit_rows import AuditRow
from televent.application.accounts.own_history import Place
from televent.domain.ids import AccountId

MAX_PAGE: Final = 200
"""Max entries of one page."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(r"(\d{1,16})\.(\d{1,18})")
Signed = NamedDependency[Person]
Cursor = Annotated[str | None, QueryParameter(name="cursor", max_length=40, description="`next` of the page before.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_PAGE, description="Max entries of the page.")]


class Entry(msgspec.Struct, frozen=True):
    """One change. ``action``: its name in the log, such as "event-rescheduled". ``own_account`` false: you did it in
    the account of somebody who shares with you, or who invited you. ``subject``: the event, calendar or account that it
    is about, in your own account. ``request_id``, ``device``, ``ip`` and ``user_agent`` are known of your own acts,
    and not of all."""

    at: datetime
    action: str
    actor: Literal["you", "another person", "operator", "mail", "system"]
    door: str
    own_account: bool
    subject: UUID | None
    request_id: str | None
    device: str | None
    ip: str | None
    user_agent: str | None


class History(msgspec.Struct, frozen=True):
    """One page. ``next`` null: it is the last one."""

    items: list[Entry]
    next: str | None


SHOWN: Final = {
    "items": [
        {
            "at": "2026-11-23T10:00:00Z",
            "action": "event-rescheduled",
            "actor": "you",
            "door": "caldav",
            "own_account": True,
            "subject": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d13",
            "request_id": "0d4c7be2f5a14b0f8a6d0f1b8f1f8a52",
            "device": "Phone",
            "ip": "192.0.2.7",
            "user_agent": "DAVx5/4.5",
        }
    ],
    "next": "1795600800000000.7340032",
}


class OwnHistoryOf(Controller):
    """The audit of the account, which is kept for two years."""

    path = "/users/me/history"
    tags = ("Account",)

    @get(
        "/",
        operation_id="getMyHistory",
        summary="List what happened in the own account",
        security=TOKEN,
        opt=needs(Scope.ACCOUNT_READ),
        responses={
            200: ResponseSpec(
                History, generate_examples=False, description="The newest first.", examples=[Example(value=SHOWN)]
            ),
            **documented("malformed-request", "not-signed-in", "invalid-request", "too-many-requests", "unavailable"),
        },
    )
    async def history(
        self, request: Request[Any, Any, Any], signed_in: Signed, cursor: Cursor = None, limit: Limit = 50
    ) -> History:
        """Every change of the account, its calendars and events, and your own changes in the calendars of others."""
        auth: Auth = request.app.state.auth
        before = _place(cursor) if cursor is not None else None
        # One more than asked for says whether there is a next page.
        rows = await auth.run(auth.backend.own_history.newest, signed_in.tenant, before, limit + 1)
        items = [_entry(row, signed_in.tenant) for row in rows[:limit]]
        return History(items, _cursor(rows[limit - 1]) if len(rows) > limit else None)


def _entry(row: AuditRow, person: AccountId) -> Entry:
    own, origin = row.tenant == person, row.origin
    return Entry(
        at=row.at,
        action=row.topic.partition("/")[0],
        actor=_actor(row.actor, person),
        door=row.door,
        own_account=own,
        subject=row.stream_id if own else None,
        request_id=row.correlation_id if row.actor == str(person) else None,
        device=origin.device_name if origin is not None else None,
        ip=origin.ip if origin is not None else None,
        user_agent=origin.user_agent if origin is not None else None,
    )


def _actor(actor: str, person: AccountId) -> Literal["you", "another person", "operator", "mail", "system"]:
    """The kind of actor. Ids of other people stay with them."""
    if actor == str(person):
        return "you"
    if actor.startswith("mail:"):
        return "mail"
    return "operator" if actor == "operator" else "system" if actor == "system" else "another person"


def _cursor(row: AuditRow) -> str:
    return f"{(row.at - EPOCH) // timedelta(microseconds=1)}.{row.position}"


def _place(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise wrong_value("cursor", "Expected `next` of an earlier page")
    return Place(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))

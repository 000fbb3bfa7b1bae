"""Subscriptions: calendars of others at a URL, as calendars that may only be read (ADR 89)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.feeds.taken import Subscription
from televent.application.use_cases.feeds import subscribe as use_cases

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
Signed = NamedDependency[Person]


class NewSubscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription to be. Without ``title`` it gets that of the calendar."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2048, examples=["webcal://example.com/holidays.ics"])]
    title: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""


class SubscriptionView(msgspec.Struct, frozen=True):
    """A subscription. ``calendar_id``: its calendar. ``last_error``: a code of the last read, null where it went well:
    "unreachable", "forbidden-address", "too-many-redirects", "http-404" and other statuses, "not-a-calendar",
    "too-large", "partly-unreadable", "internal". ``last_success_at``: when the calendar was as it is at the URL."""

    id: UUID
    calendar_id: UUID
    url: str
    title: str
    created_at: datetime
    last_read_at: datetime | None
    last_success_at: datetime | None
    next_read_at: datetime
    last_error: str | None
    failures: int
    events: int


SHOWN: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "calendar_id": "6e0c2f7a-3f0f-4a52-9d5b-0c7f3a1b2c3d",
    "url": "https://example.com/holidays.ics",
    "title": "Holidays",
    "created_at": "2026-11-23T10:00:00Z",
    "last_read_at": "2026-11-23T10:00:02Z",
    "last_success_at": "2026-11-23T10:00:02Z",
    "next_read_at": "2026-11-23T11:00:02Z",
    "last_error": None,
    "failures": 0,
    "events": 12,
}
ASKED: Final = ("malformed-request", "not-signed-in", "too-many-requests", "unavailable")


def _shown(description: str) -> ResponseSpec:
    return ResponseSpec(
        SubscriptionView, generate_examples=False, description=description, examples=[Example(value=SHOWN)]
    )


class SubscriptionsResource(Controller):
    """The subscriptions of the account."""

    path = "/subscriptions"
    tags = ("Subscriptions",)

    @post(
        "/",
        operation_id="createSubscription",
        summary="Subscribe to a calendar at a URL",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            201: _shown("The subscription. Its calendar is there, and filled in the next seconds."),
            **documented(*ASKED, "body-too-large", "invalid-request", "invalid-url", "too-many-subscriptions"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewSubscription]
    ) -> SubscriptionView:
        """Shows a calendar that is published as a file (https, webcal) beside the account's own, for reading only. It
        is read every hour, or as often as it asks for. The same URL again is the same subscription."""
        return _view(await _do(request, signed_in, use_cases.subscribe, url=data.url, title=data.title.strip()))

    @get(
        "/",
        operation_id="listSubscriptions",
        summary="List the subscriptions",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                list[SubscriptionView],
                generate_examples=False,
                description="The oldest first.",
                examples=[Example(value=[SHOWN])],
            ),
            **documented("not-signed-in", "too-many-requests", "unavailable"),
        },
    )
    async def all(self, request: Request[Any, Any, Any], signed_in: Signed) -> list[SubscriptionView]:
        """Each with its last error and the time of its next read."""
        auth: Auth = request.app.state.auth
        return [_view(each) for each in await auth.run(auth.backend.subscriptions.all, signed_in.tenant)]

    @post(
        "/{subscription_id:uuid}/refresh",
        operation_id="refreshSubscription",
        status_code=202,
        summary="Read a calendar now",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses={
            202: _shown("The subscription, with the time of its next read."),
            **documented(*ASKED, "unknown-subscription"),
        },
    )
    async def refresh(
        self, request: Request[Any, Any, Any], signed_in: Signed, subscription_id: FromPath[UUID]
    ) -> SubscriptionView:
        """Reads it in the next seconds, or a minute after the last time."""
        return _view(await _do(request, signed_in, use_cases.refresh, keeper=subscription_id))

    @delete(
        "/{subscription_id:uuid}",
        operation_id="deleteSubscription",
        summary="Unsubscribe",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_WRITE),
        responses=documented(*ASKED, "unknown-subscription"),
    )
    async def end(self, request: Request[Any, Any, Any], signed_in: Signed, subscription_id: FromPath[UUID]) -> None:
        """Its calendar is gone at once."""
        await _do(request, signed_in, use_cases.unsubscribe, keeper=subscription_id)


def _view(subscription: Subscription) -> SubscriptionView:
    return SubscriptionView(
        id=subscription.keeper,
        calendar_id=use_cases.calendar_of(subscription),
        url=subscription.url,
        title=subscription.title,
        created_at=subscription.created_at,
        last_read_at=subscription.polled_at,
        last_success_at=subscription.taken_at,
        next_read_at=subscription.next_at,
        last_error=subscription.error or None,
        failures=subscription.failures,
        events=subscription.events,
    )


async def _do(request: Request[Any, Any, Any], person: Person, use_case: Any, **given: Any) -> Any:
    """Calls a use case for the person, in a thread."""
    auth: Auth = request.app.state.auth
    return await auth.run(partial(use_case, **given), auth.backend, auth.context(request, person.tenant))

"""Webhooks: requests to a person's own programs about what happens in their calendars (ADR 88)."""

from __future__ import annotations

import os
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from televent.adapters.rest.controllers.outward.webhook_shapes import (
    DELIVERY_SHOWN,
    SECRET_SHOWN,
    SHOWN,
    DeliveryPage,
    DeliveryView,
    EventTypeView,
    NewWebhook,
    WebhookChange,
    WebhookView,
    WebhookWithSecret,
    delivery_of,
    view_of,
    with_secret,
)
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.use_cases.webhooks import deliveries as log
from televent.application.use_cases.webhooks import manage
from televent.application.webhooks.types import TEST, TYPES, schema_of

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
SECRET: Final = 32
"""Bytes of a secret."""
PAGE: Final = 20
Signed = NamedDependency[Person]
ASKED: Final = ("not-signed-in", "too-many-requests", "unavailable")
BODY: Final = ("malformed-request", "body-too-large", "invalid-request", *ASKED)
ONE: Final = ("malformed-request", "unknown-webhook", *ASKED)
URL: Final = ("invalid-url", "unknown-event-type")


def _answer(status: int, kind: Any, description: str, value: Any) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(kind, generate_examples=False, description=description, examples=[Example(value=value)])
    }


class WebhooksResource(Controller):
    """Webhooks, their secrets, and the log of their deliveries."""

    path = "/webhooks"
    tags = ("Webhooks",)

    @get(
        "/event-types",
        operation_id="listEventTypes",
        summary="List the types of events",
        responses={
            **_answer(
                200,
                list[EventTypeView],
                "Every type, with the JSON Schema of its body.",
                [{"name": TEST, "description": TYPES[TEST].about, "schema": schema_of(TYPES[TEST])}],
            ),
            **documented("too-many-requests", "unavailable"),
        },
        sync_to_thread=False,
    )
    def event_types(self) -> list[EventTypeView]:
        """All that webhooks tell of. New types may come; a webhook without types gets them as well."""
        return [EventTypeView(each.name, each.about, schema_of(each)) for each in TYPES.values()]

    @post(
        "/",
        operation_id="createWebhook",
        summary="Make a webhook",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(201, WebhookWithSecret, "The webhook. Its secret is shown this once.", SECRET_SHOWN),
            **documented(*BODY, *URL, "too-many-webhooks"),
        },
    )
    async def create(
        self, request: Request[Any, Any, Any], signed_in: Signed, data: JSONBody[NewWebhook]
    ) -> WebhookWithSecret:
        """Sends events to a URL from now on, signed by Standard Webhooks. An account has twenty at most."""
        given = {"url": data.url, "types": data.types, "description": data.description, "secret": os.urandom(SECRET)}
        return with_secret(await _do(request, signed_in, manage.create_webhook, **given))

    @get(
        "/",
        operation_id="listWebhooks",
        summary="List the webhooks",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(200, list[WebhookView], "The oldest first, without their secrets.", [SHOWN]),
            **documented(*ASKED),
        },
    )
    async def all(self, request: Request[Any, Any, Any], signed_in: Signed) -> list[WebhookView]:
        """All webhooks of the account."""
        auth: Auth = request.app.state.auth
        return [view_of(each) for each in await auth.run(auth.backend.webhooks.all, signed_in.tenant)]

    @get(
        "/{webhook_id:uuid}",
        operation_id="getWebhook",
        summary="Read a webhook",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={**_answer(200, WebhookView, "The webhook, without its secret.", SHOWN), **documented(*ONE)},
    )
    async def one(self, request: Request[Any, Any, Any], signed_in: Signed, webhook_id: FromPath[UUID]) -> WebhookView:
        """One webhook, and whether it is well."""
        return view_of(await _do(request, signed_in, manage.read_webhook, webhook_id=webhook_id))

    @patch(
        "/{webhook_id:uuid}",
        operation_id="changeWebhook",
        summary="Change, enable or disable a webhook",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(200, WebhookView, "The webhook as it is now.", SHOWN),
            **documented(*BODY, *URL, "unknown-webhook"),
        },
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookChange],
    ) -> WebhookView:
        """Changes the fields that are there. Events that happened while it was disabled are not sent later."""
        given = {"url": data.url, "types": data.types, "description": data.description, "enabled": data.enabled}
        return view_of(await _do(request, signed_in, manage.change_webhook, webhook_id=webhook_id, **given))

    @delete(
        "/{webhook_id:uuid}",
        operation_id="deleteWebhook",
        summary="Delete a webhook",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses=documented(*ONE),
    )
    async def remove(self, request: Request[Any, Any, Any], signed_in: Signed, webhook_id: FromPath[UUID]) -> None:
        """Deletes it with the log of its deliveries. Nothing more is sent."""
        await _do(request, signed_in, manage.delete_webhook, webhook_id=webhook_id)

    @post(
        "/{webhook_id:uuid}/rotate",
        operation_id="rotateWebhookSecret",
        status_code=200,
        summary="Get a new secret",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(
                200,
                WebhookWithSecret,
                "The new secret, shown this once. The one before signs as well for a day.",
                {**SECRET_SHOWN, "old_secret_until": "2026-11-24T10:00:00Z"},
            ),
            **documented(*ONE),
        },
    )
    async def rotate(
        self, request: Request[Any, Any, Any], signed_in: Signed, webhook_id: FromPath[UUID]
    ) -> WebhookWithSecret:
        """Each delivery of the next day has a signature by both secrets."""
        secret = os.urandom(SECRET)
        return with_secret(await _do(request, signed_in, manage.rotate_secret, webhook_id=webhook_id, secret=secret))

    @post(
        "/{webhook_id:uuid}/test",
        operation_id="testWebhook",
        status_code=202,
        summary="Send a test event",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(202, DeliveryView, "The delivery, which is on its way.", DELIVERY_SHOWN),
            **documented(*ONE),
        },
    )
    async def test(
        self, request: Request[Any, Any, Any], signed_in: Signed, webhook_id: FromPath[UUID]
    ) -> DeliveryView:
        """Sends an event of the type webhook.test, also to a webhook that is disabled."""
        return delivery_of(await _do(request, signed_in, log.try_webhook, webhook_id=webhook_id))

    @get(
        "/{webhook_id:uuid}/deliveries",
        operation_id="listDeliveries",
        summary="Read the log of deliveries",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(200, DeliveryPage, "One page.", {"deliveries": [DELIVERY_SHOWN], "next": None}),
            **documented(*ONE, "invalid-request"),
        },
    )
    async def deliveries(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        webhook_id: FromPath[UUID],
        before: FromQuery[UUID | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = PAGE,
    ) -> DeliveryPage:
        """The deliveries of the last thirty days, the newest first."""
        asked = {"webhook_id": webhook_id, "before": before, "limit": limit + 1}
        found = await _do(request, signed_in, log.read_deliveries, **asked)
        page = found[:limit]
        return DeliveryPage(list(map(delivery_of, page)), page[-1].delivery_id if len(found) > limit else None)

    @post(
        "/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay",
        operation_id="replayDelivery",
        status_code=202,
        summary="Send an event again",
        security=TOKEN,
        opt=needs(Scope.WEBHOOKS),
        responses={
            **_answer(202, DeliveryView, "The new delivery of the same event.", DELIVERY_SHOWN),
            **documented(*ONE, "unknown-delivery", "webhook-is-off"),
        },
    )
    async def replay(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> DeliveryView:
        """The webhook-id and the body are those of the first delivery, so a program that has it does nothing."""
        asked = {"webhook_id": webhook_id, "delivery_id": delivery_id}
        return delivery_of(await _do(request, signed_in, log.replay_delivery, **asked))


async def _do(request: Request[Any, Any, Any], person: Person, use_case: Any, **given: Any) -> Any:
    """Calls a use case for the person, in a thread."""
    auth: Auth = request.app.state.auth
    return await auth.run(partial(use_case, **given), auth.backend, auth.context(request, person.tenant))

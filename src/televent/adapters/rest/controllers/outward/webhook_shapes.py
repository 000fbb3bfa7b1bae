"""The bodies of requests and answers about webhooks, with their examples."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from televent.application.webhooks.book import Delivery, Webhook

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2048, examples=["https://example.com/hooks/televent"])]
Types = Annotated[list[str], msgspec.Meta(max_length=100, examples=[["event.created", "rsvp.given"]])]
Description = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class NewWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook to be. Without ``types`` it gets all events."""

    url: Url
    types: Types = msgspec.field(default_factory=list)
    description: Description = ""


class WebhookChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields to change; the rest stays. ``enabled`` false stops deliveries."""

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    enabled: bool | None = None


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook. ``types`` empty: all events. ``disabled_because``: "failing" for days, "gone" (its program answered
    410) or "person"."""

    id: UUID
    url: str
    types: tuple[str, ...]
    description: str
    enabled: bool
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None


class WebhookWithSecret(WebhookView, frozen=True):
    """The same with the secret that signs, which is shown this once. ``old_secret_until``: how long deliveries are
    signed with the one before, too."""

    secret: str
    old_secret_until: datetime | None = None


class DeliveryView(msgspec.Struct, frozen=True):
    """One event for one webhook. ``status``, ``error`` and ``answer`` (its first 1,024 bytes) are of the last attempt.
    ``event``: the body that is sent."""

    id: UUID
    event_id: UUID
    type: str
    state: str
    created_at: datetime
    attempts: int
    attempted_at: datetime | None
    status: int | None
    error: str | None
    answer: str | None
    event: dict[str, Any]


class DeliveryPage(msgspec.Struct, frozen=True):
    """The newest first. ``next``: the value of ``before`` for the next page; null at the end."""

    deliveries: list[DeliveryView]
    next: UUID | None


class EventTypeView(msgspec.Struct, frozen=True):
    """A type of events. ``schema``: the JSON Schema (2020-12) of the body."""

    name: str
    description: str
    schema: dict[str, Any]


def view_of(webhook: Webhook) -> WebhookView:
    """A webhook as it is listed."""
    return WebhookView(**_fields(webhook))


def with_secret(webhook: Webhook) -> WebhookWithSecret:
    """A webhook with its newest secret."""
    untils = [each.until for each in webhook.secrets if each.until is not None]
    secret = f"whsec_{base64.b64encode(webhook.secrets[0].key).decode()}"
    return WebhookWithSecret(**_fields(webhook), secret=secret, old_secret_until=max(untils, default=None))


def delivery_of(delivery: Delivery) -> DeliveryView:
    """A delivery of the log."""
    return DeliveryView(
        id=delivery.delivery_id,
        event_id=delivery.event_id,
        type=delivery.type,
        state=delivery.state,
        created_at=delivery.created_at,
        attempts=delivery.attempts,
        attempted_at=delivery.attempted_at,
        status=delivery.status,
        error=delivery.error or None,
        answer=delivery.answer or None,
        event=msgspec.json.decode(delivery.body),
    )


def _fields(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.webhook_id,
        "url": webhook.url,
        "types": webhook.types,
        "description": webhook.description,
        "enabled": webhook.disabled_at is None,
        "created_at": webhook.created_at,
        "failing_since": webhook.failing_since,
        "disabled_at": webhook.disabled_at,
        "disabled_because": webhook.why or None,
    }


SHOWN: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "url": "https://example.com/hooks/televent",
    "types": ["event.created", "rsvp.given"],
    "description": "the office's door sign",
    "enabled": True,
    "created_at": "2026-11-23T10:00:00Z",
    "failing_since": None,
    "disabled_at": None,
    "disabled_because": None,
}
SECRET_SHOWN: Final = {**SHOWN, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "old_secret_until": None}
DELIVERY_SHOWN: Final = {
    "id": "5f5a4f6c-0c5b-4a3e-9a53-3f1f6f9a0008",
    "event_id": "5f5a4f6c-0c5b-4a3e-9a53-3f1f6f9a0007",
    "type": "webhook.test",
    "state": "delivered",
    "created_at": "2026-11-23T10:00:00Z",
    "attempts": 1,
    "attempted_at": "2026-11-23T10:00:01Z",
    "status": 204,
    "error": None,
    "answer": None,
    "event": {
        "id": "5f5a4f6c-0c5b-4a3e-9a53-3f1f6f9a0007",
        "type": "webhook.test",
        "timestamp": "2026-11-23T10:00:00Z",
        "data": {"message": "This is a test."},
    },
}

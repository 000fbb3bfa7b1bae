"""The log of deliveries: reading it, asking for a test, and sending a delivery again."""

from __future__ import annotations

from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import UnknownDelivery, WebhookIsOff
from televent.application.use_cases.webhooks.manage import read_webhook
from televent.application.webhooks.book import Delivery
from televent.application.webhooks.payloads import encoded
from televent.application.webhooks.shapes import Tested
from televent.application.webhooks.types import TEST


def try_webhook(backend: Backend, context: Context, *, webhook_id: UUID) -> Delivery:
    """Queues an event of the type TEST, also for a webhook that is disabled. Raises UnknownWebhook."""
    read_webhook(backend, context, webhook_id=webhook_id)
    event_id = context.command_id
    body = encoded(event_id, TEST, context.now, Tested(message="This is a test.")).decode()
    return _queued(backend, context, Delivery(event_id, webhook_id, event_id, TEST, body, context.now))


def replay_delivery(backend: Backend, context: Context, *, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Queues the same event again: same id, same body, new signature. Raises UnknownWebhook, UnknownDelivery,
    WebhookIsOff."""
    webhook = read_webhook(backend, context, webhook_id=webhook_id)
    was = backend.webhooks.delivery(context.tenant, delivery_id)
    if was is None or was.webhook_id != webhook_id:
        raise UnknownDelivery()
    if webhook.disabled_at is not None and was.type != TEST:
        raise WebhookIsOff()
    again = Delivery(context.command_id, webhook_id, was.event_id, was.type, was.body, context.now)
    return _queued(backend, context, again)


def read_deliveries(
    backend: Backend, context: Context, *, webhook_id: UUID, before: UUID | None, limit: int
) -> list[Delivery]:
    """The deliveries of a webhook, the newest first, and only those older than ``before``. Raises UnknownWebhook."""
    read_webhook(backend, context, webhook_id=webhook_id)
    return backend.webhooks.deliveries(context.tenant, webhook_id, before, limit)


def _queued(backend: Backend, context: Context, delivery: Delivery) -> Delivery:
    backend.webhooks.queue(context.tenant, [delivery], context.correlation_id)
    return delivery

"""Turns a fact into deliveries, one for each webhook that takes it: the outbox's handler of WebhookEvent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.event_store.envelope import envelope_of
from televent.application.event_store.mapper import UnreadableFact
from televent.application.messages.outbox import Claimed, GiveUp
from televent.application.messages.webhooks import WebhookEvent
from televent.application.webhooks.book import Delivery
from televent.application.webhooks.payloads import data_of, encoded
from televent.application.webhooks.types import type_of
from televent.domain.ids import StreamKey


class WebhookTeller:
    """Makes the deliveries of a fact. Idempotent: their ids derive from the fact's."""

    kinds = (WebhookEvent,)

    def __init__(self, backend: Backend, run: Callable[..., Any]) -> None:
        self._backend, self._run = backend, run

    async def handle(self, message: Claimed) -> None:
        """Queues the deliveries. Raises GiveUp where the fact cannot be read."""
        await self._run(self._tell, message)

    def _tell(self, message: Claimed) -> None:
        event, tenant, backend = message.message, message.tenant, self._backend
        assert isinstance(event, WebhookEvent)
        takers = [each for each in backend.webhooks.all(tenant) if each.disabled_at is None]
        if not takers or backend.store.facts.erased(tenant):
            return
        key = StreamKey(tenant, event.stream_id)
        try:
            found = backend.store.at(key, event.version)
        except UnreadableFact as error:
            raise GiveUp(str(error)) from error
        if found is None:
            raise GiveUp("the fact is not there")
        recorded, fact = found
        name = type_of(fact, event.version)
        envelope = envelope_of(recorded)
        # The log may be read later than the webhook was made; it gets nothing of the time before.
        takers = [each for each in takers if name is not None and each.takes(name) and each.created_at <= envelope.now]
        if name is None or not takers:
            return
        row = backend.reads.by_stream(tenant, event.stream_id)
        event_id = envelope.derived_id("webhook")
        data = data_of(fact, event.stream_id, row.calendar_id if row is not None else None)
        body = encoded(event_id, name, envelope.now, data).decode()
        now = backend.clock()
        made = [
            Delivery(uuid5(event_id, str(each.webhook_id)), each.webhook_id, event_id, name, body, now)
            for each in takers
        ]
        backend.webhooks.queue(tenant, made, message.correlation_id)

"""The webhooks policy: each fact that webhooks tell of becomes a message, for accounts that have a webhook.

The message only names the fact: which webhooks get it is looked up when it is delivered.
"""

from __future__ import annotations

from typing import Any

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.webhooks import WebhookEvent
from televent.application.webhooks.types import TOLD, type_of


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The message of a fact."""
    if type_of(fact, envelope.version) is None:
        return []
    message_id = envelope.derived_id("webhook")
    message = WebhookEvent(envelope.key.stream, envelope.version)
    return [OutboxMessage(message_id, f"webhook/{message_id}", message, envelope.now)]


WEBHOOKS = Policy("webhooks", react, topics=tuple(map(name_of, TOLD)), only_for="webhooks")

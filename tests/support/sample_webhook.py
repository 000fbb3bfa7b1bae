"""A reaction as the recipe in CONTRIBUTING says: one new file, and one line in the composition root."""

from typing import Any

from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.outbox import OutboxMessage
from televent.domain.calendar_object.events import EventCreated


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """A message for each event that is made."""
    if not isinstance(fact, EventCreated):
        return []
    payload = {"event": "event.created", "uid": fact.uid}
    message_id = envelope.derived_id("webhook")
    return [OutboxMessage(message_id, "webhook", f"webhook/{message_id}", payload, envelope.now)]


WEBHOOK = Policy("webhook", react, topics=("event-created/1",))

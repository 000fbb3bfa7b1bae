"""A reaction as the recipe in CONTRIBUTING says: one new file, and one line in the composition root."""

from typing import Any

from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.domain.calendar_object.events import EventCreated


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """Returns a message for each created event."""
    if not isinstance(fact, EventCreated):
        return []
    message_id = envelope.derived_id("webhook")
    # A class of the catalogue: a webhook has none of its own yet.
    message = ChatText("event.created", {"uid": fact.uid})
    return [OutboxMessage(message_id, f"webhook/{message_id}", message, envelope.now)]


WEBHOOK = Policy("webhook", react, topics=("event-created/1",))

"""Messages that become requests to a person's own programs."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.message import Message


class WebhookEvent(Message, frozen=True):
    """A fact is to be told to the account's webhooks: the one with that ``version`` in its stream."""

    stream_id: UUID
    version: int


class WebhookDue(Message, frozen=True):
    """One event for one webhook. The body is in the log of deliveries."""

    delivery_id: UUID

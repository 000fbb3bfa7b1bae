"""A message to a push service (WebDAV-Push)."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.message import Message


class PushDue(Message, frozen=True):
    """A subscription is told that its collection changed. The text is made when the message leaves (ADR 17)."""

    subscription_id: UUID

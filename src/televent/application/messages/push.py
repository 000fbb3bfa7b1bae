"""A message to a push service (WebDAV-Push)."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.message import Message


class PushDue(Message, frozen=True):
    """A subscription gets a push because its collection changed. The text is made at the time of sending (ADR 17)."""

    subscription_id: UUID

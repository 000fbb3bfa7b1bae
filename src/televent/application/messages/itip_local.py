"""An iTIP message from one account here to another."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.message import Message


class ItipLocal(Message, frozen=True):
    """``text``: the VCALENDAR with its METHOD. ``refresh``: only other people's answers changed, the recipient hears
    nothing of it. ``asks``: the recipient is to answer again, whatever they said before."""

    recipient_tenant: UUID
    recipient: str
    text: str
    method: str
    refresh: bool
    asks: bool
    sender_name: str

"""An iTIP message from one account here to another."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.message import Message


class ItipLocal(Message, frozen=True):
    """An iTIP message for the account ``recipient_tenant``.

    ``text``: the VCALENDAR with its METHOD. ``refresh``: only other people's answers changed, so the recipient gets no
    notice. ``asks``: the recipient has to answer, even after an earlier answer.
    """

    recipient_tenant: UUID
    recipient: str
    text: str
    method: str
    refresh: bool
    asks: bool
    sender_name: str

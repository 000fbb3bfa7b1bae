"""Tells an organizer of a guest whom no invitation reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.messages.chat import ChatText
from televent.application.messages.mail import NoticeMail
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.agenda import event
from televent.domain.ids import AccountId

Enqueue = Callable[[Sequence[OutboxMessage], AccountId, str, datetime], None]
"""Stores messages for an account, with the id of their cause and the time."""
Text = Literal["guest-unreachable", "guest-mail-unreachable"]
"""The sentence: Telegram takes no messages for the guest, or nobody has their address."""


def tell_organizer(
    backend: Backend, enqueue: Enqueue, stream_id: UUID, guest: AccountRow, text: Text, correlation_id: str
) -> None:
    """Tells the organizer, once for each meeting, that this guest got no invitation. ``stream_id``: the guest's copy.

    Only an organizer with an account here is told: in the chat, or by mail.
    """
    entry = event(backend, guest.tenant, stream_id)
    organizer = None
    if entry is not None and entry.organizer is not None:
        organizer = backend.people.accounts_of_addresses([entry.organizer]).get(entry.organizer)
    if entry is None or organizer is None or (organizer.telegram_id is None and not organizer.addresses):
        return
    kind = ChatText if organizer.telegram_id is not None else NoticeMail
    values = {"name": guest.name, "title": entry.summary}
    told = OutboxMessage(
        outbox_id=uuid5(stream_id, f"unreachable/{guest.tenant}"),
        key=f"unreachable/{stream_id}",
        message=kind(text, values),
        due_at=backend.clock(),
    )
    enqueue([told], organizer.tenant, correlation_id, backend.clock())

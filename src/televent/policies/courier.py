"""The courier: delivers iTIP messages from one account here to another, at least once.

The message (``ItipLocal``) is queued in the transaction of the facts that caused it. The door then asks for delivery at
once; a worker delivers what the door could not. Receiving is idempotent, so a second delivery changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

import structlog

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp
from televent.application.messages.share_local import ShareLocal
from televent.application.use_cases.calendars import sharing
from televent.application.use_cases.scheduling.receive_itip import receive_itip
from televent.domain.ids import AccountId
from televent.ical.itip.message import read_message

KINDS = (ItipLocal, ShareLocal)
"""The classes of messages that the courier delivers."""

log = structlog.get_logger("televent.courier")


class Queue(Protocol):
    """The functions of the outbox that the courier needs."""

    def claim_ids(self, tenant: AccountId, ids: list[UUID], now: datetime) -> list[Claimed]: ...
    def complete(self, message: Claimed, now: datetime) -> None: ...
    def release(self, message: Claimed, now: datetime) -> None: ...


def deliver(backend: Backend, context: Context, outbox_id: UUID, message: Message) -> None:
    """Applies one outbox message to its recipient's own streams; idempotent. Raises GiveUp for a class not in KINDS."""
    if not isinstance(message, ItipLocal | ShareLocal):
        raise GiveUp(f"the courier does not deliver {type(message).__name__}")
    there = context.on_behalf_of(AccountId(message.recipient_tenant), uuid5(outbox_id, "receive"))
    if isinstance(message, ShareLocal):
        sharing.receive_share(backend, there, message.news)
        return
    receive_itip(
        backend,
        there,
        message=read_message(message.text.encode(), method=message.method),
        message_key=f"itip/{outbox_id}",
        refresh=message.refresh,
        asks_again=message.asks,
        sender_name=message.sender_name,
    )


class LocalCourier:
    """Delivers messages at once that are already in the outbox."""

    def __init__(self, backend: Backend, queue: Queue) -> None:
        self._backend = backend
        self._queue = queue

    def deliver(self, context: Context, outbox_ids: list[UUID]) -> None:
        """Delivers these messages. One that fails is released, and a worker tries it again by the outbox's schedule."""
        for claimed in self._queue.claim_ids(context.tenant, outbox_ids, context.now):
            try:
                deliver(self._backend, context, claimed.outbox_id, claimed.message)
            except Exception:
                log.exception("message not delivered at once", outbox_id=str(claimed.outbox_id))
                self._queue.release(claimed, context.now)
            else:
                self._queue.complete(claimed, context.now)

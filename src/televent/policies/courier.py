"""The courier: carries letters from one account here to another, at least once.

A letter is owed in the transaction of the facts that caused it (kind ``itip_local``). The door that caused it asks for
delivery at once; whatever it could not carry, a worker does. The recipient decides idempotently, so a letter carried
twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

import structlog

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.messages.outbox import Claimed
from televent.application.use_cases import sharing
from televent.application.use_cases.receive_itip import Received, receive_itip
from televent.domain.ids import AccountId

SHARE = sharing.KIND

log = structlog.get_logger("televent.courier")


class Queue(Protocol):
    """The outbox as the courier needs it."""

    def claim_ids(self, tenant: AccountId, ids: list[UUID], now: datetime) -> list[Claimed]: ...
    def complete(self, message: Claimed, now: datetime) -> None: ...
    def release(self, message: Claimed, now: datetime) -> None: ...


def carry_share(backend: Backend, context: Context, outbox_id: UUID, payload: Mapping[str, Any]) -> None:
    """What the two sides of a shared calendar tell each other."""
    recipient = AccountId(UUID(payload["recipient_tenant"]))
    sharing.receive_share(backend, context.on_behalf_of(recipient, uuid5(outbox_id, "receive")), payload)


def react(backend: Backend, context: Context, outbox_id: UUID, payload: Mapping[str, Any]) -> Received:
    """One letter, applied to the recipient's copy."""
    recipient = AccountId(UUID(payload["recipient_tenant"]))
    there = context.on_behalf_of(recipient, uuid5(outbox_id, "receive"))
    return receive_itip(
        backend,
        there,
        message=payload["message"].encode(),
        method=payload["method"],
        message_key=f"letter/{outbox_id}",
        refresh=payload["kind"] == "refresh",
        # Letters of before this was said: none asks anew.
        anew=payload.get("asks", False),
        sender_name=payload["sender_name"],
    )


class LocalCourier:
    """Delivers at once what the outbox already owes."""

    def __init__(self, backend: Backend, queue: Queue) -> None:
        self._backend = backend
        self._queue = queue

    def deliver(self, context: Context, outbox_ids: list[UUID]) -> None:
        """A letter that fails here is given back: the worker tries it again by the outbox's schedule."""
        for claimed in self._queue.claim_ids(context.tenant, outbox_ids, context.now):
            try:
                carried = carry_share if claimed.kind == SHARE else react
                carried(self._backend, context, claimed.outbox_id, claimed.payload)
            except Exception:
                log.exception("letter not delivered at once", outbox_id=str(claimed.outbox_id))
                self._queue.release(claimed, context.now)
            else:
                self._queue.complete(claimed, context.now)

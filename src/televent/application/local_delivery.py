"""After a decision with iTIP messages is recorded: delivers the local ones, and notes the results in the copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid5

import structlog

from televent.application.addressing import Addressed
from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.messages.outbox import GiveUp, OutboxMessage, Undeliverable
from televent.application.outage import Outage
from televent.domain.calendar_object.commands import NoteDelivery, Owner
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject, knowing
from televent.domain.ids import StreamKey
from televent.ical.itip.delivery import DELIVERED, PENDING, REJECTED, UNDELIVERABLE, Delivery
from televent.ical.objects.calendar_text import CalendarText

log = structlog.get_logger("televent.delivery")


def deliver_locally(
    backend: Backend, context: Context, key: StreamKey, owner: Owner, addressed: Addressed, text: CalendarText
) -> CalendarObject | None:
    """Delivers the local messages if they are few, then notes all results as ``note_deliveries`` does.

    It never raises. The messages are in the outbox already, in the transaction of the facts: what is stored is answered
    as stored. If they are many, or the database or this process fails here, a worker delivers them and notes that.
    """
    deliveries = [delivery for _, delivery in addressed.local]
    if 0 < len(deliveries) <= INLINE_RECIPIENTS:
        results = deliver_at_once(backend, context, [message for message, _ in addressed.local])
        if results is None:
            return None
        deliveries = [replace(each, status=status_of(error)) for each, error in zip(deliveries, results, strict=True)]
    try:
        return note_deliveries(backend, context, key, owner, [*addressed.known, *deliveries], text)
    except Exception as error:
        _log_left(context, error)
        return None


def status_of(error: Exception | None) -> str:
    """The SCHEDULE-STATUS after a delivery with that error, which may be tried again (RFC 6638 §3.2.9)."""
    match error:
        case None:
            return DELIVERED
        case Undeliverable():
            return REJECTED
        case GiveUp():
            return UNDELIVERABLE
        case _:
            return PENDING


def deliver_at_once(
    backend: Backend, context: Context, messages: Sequence[OutboxMessage]
) -> list[Exception | None] | None:
    """Delivers messages that are in the outbox already, and returns the error of each.

    It never raises; None: a worker has to deliver those that are left.
    """
    if backend.courier is None:
        return None
    try:
        return backend.courier.deliver(context, messages)
    except Exception as error:
        _log_left(context, error)
        return None


def _log_left(context: Context, error: Exception) -> None:
    expected = isinstance(error, Outage)
    log.warning(
        "stored, but not delivered at once",
        correlation_id=context.correlation_id,
        error=f"{type(error).__name__}: {error}"[:300],
        exc_info=None if expected else error,
    )


def note_deliveries(
    backend: Backend,
    context: Context,
    key: StreamKey,
    owner: Owner,
    deliveries: Sequence[Delivery],
    text: CalendarText | None = None,
) -> CalendarObject | None:
    """Writes delivery statuses into the sender's copy (RFC 6638 §3.2.9), and returns its new state.

    None where there is nothing to write. ``text`` is the copy's text as it was recorded with the messages, None where
    the caller does not know it. It spares parsing the copy again, and tells whether the copy has changed since.
    """
    if not deliveries:
        return None
    noting = context.on_behalf_of(context.tenant, uuid5(context.command_id, "note-delivery"), context.door)

    def step() -> CalendarObject:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        # The loaded text is nearly always the one that was just recorded.
        state = knowing(loaded.state, text)
        decision = decide(state, NoteDelivery(owner, tuple(deliveries), late=text is None or state.text != text))
        if not decision.facts:
            return state
        change = Change(loaded, decision.facts, decision.after(state))
        backend.store.append(noting, [change])
        return change.after

    return retrying(step)

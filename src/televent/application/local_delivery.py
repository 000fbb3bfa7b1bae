"""After a decision with iTIP messages is recorded: delivers the local ones, and notes the results in the copy."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid5

import structlog

from televent.application.addressing import Addressed
from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.messages.outbox import OutboxMessage
from televent.application.outage import Outage
from televent.domain.calendar_object.commands import NoteDelivery, Owner
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject, knowing
from televent.domain.ids import StreamKey
from televent.ical.objects.calendar_text import CalendarText

log = structlog.get_logger("televent.delivery")


def deliver_locally(
    backend: Backend, context: Context, key: StreamKey, owner: Owner, addressed: Addressed, text: CalendarText
) -> CalendarObject | None:
    """Delivers the local messages if they are few, then notes the results as ``note_statuses`` does.

    It never raises. The messages are in the outbox already, in the transaction of the facts: what is stored is answered
    as stored. If the database or this process fails here, a worker delivers them.
    """
    few = 0 < len(addressed.local) <= INLINE_RECIPIENTS
    if few and not deliver_at_once(backend, context, addressed.local):
        return None
    try:
        return note_statuses(backend, context, key, owner, addressed, text)
    except Exception as error:
        _log_left(context, error)
        return None


def deliver_at_once(backend: Backend, context: Context, messages: Sequence[OutboxMessage]) -> bool:
    """Delivers messages that are in the outbox already. It never raises; False: a worker has to deliver them."""
    if backend.courier is None:
        return True
    try:
        backend.courier.deliver(context, messages)
    except Exception as error:
        _log_left(context, error)
        return False
    return True


def _log_left(context: Context, error: Exception) -> None:
    expected = isinstance(error, Outage)
    log.warning(
        "stored, but not delivered at once",
        correlation_id=context.correlation_id,
        error=f"{type(error).__name__}: {error}"[:300],
        exc_info=None if expected else error,
    )


def note_statuses(
    backend: Backend, context: Context, key: StreamKey, owner: Owner, addressed: Addressed, text: CalendarText
) -> CalendarObject | None:
    """Writes the delivery statuses into the sender's copy (RFC 6638 §3.2.9), and returns its new state.

    None where there is nothing to write. ``text`` is the copy's text as it was recorded; it spares parsing it again.
    """
    if not addressed.statuses:
        return None
    noted = NoteDelivery(owner, addressed.statuses)
    noting = context.on_behalf_of(context.tenant, uuid5(context.command_id, "note-delivery"), context.door)

    def step() -> CalendarObject:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        # The loaded text is nearly always the one that was just recorded.
        state = knowing(loaded.state, text)
        decision = decide(state, noted)
        if not decision.facts:
            return state
        change = Change(loaded, decision.facts, decision.after(state))
        backend.store.append(noting, [change])
        return change.after

    return retrying(step)

"""After a decision with letters is recorded: carry what stays here, then note on the copy what became of them."""

from __future__ import annotations

from uuid import uuid5

from televent.application.addressing import Addressed
from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.domain.calendar_object.commands import NoteDelivery, Owner
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject, knowing
from televent.domain.ids import StreamKey
from televent.ical.objects.calendar_text import CalendarText


def deliver_locally(
    backend: Backend, context: Context, key: StreamKey, owner: Owner, addressed: Addressed, text: CalendarText
) -> CalendarObject | None:
    """The state after the deliveries were noted; None where there was nothing to note. ``text`` is the copy as it was
    recorded.

    The letters are owed already, in the transaction of the facts: should this process die here, a worker carries them.
    """
    if backend.courier is not None and 0 < len(addressed.local) <= INLINE_RECIPIENTS:
        backend.courier.deliver(context, list(addressed.local))
    return note_statuses(backend, context, key, owner, addressed, text)


def note_statuses(
    backend: Backend, context: Context, key: StreamKey, owner: Owner, addressed: Addressed, text: CalendarText
) -> CalendarObject | None:
    """Notes what became of the messages, where others carry them (RFC 6638 §3.2.9). ``text`` as in ``carry``."""
    if not addressed.statuses:
        return None
    noted = NoteDelivery(owner, addressed.statuses)
    noting = context.on_behalf_of(context.tenant, uuid5(context.command_id, "note-delivery"), context.door)

    def step() -> CalendarObject:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        # Mostly the very text that was recorded a moment ago.
        state = knowing(loaded.state, text)
        decision = decide(state, noted)
        if not decision.facts:
            return state
        change = Change(loaded, decision.facts, decision.after(state))
        backend.store.append(noting, [change])
        return change.after

    return retrying(step)

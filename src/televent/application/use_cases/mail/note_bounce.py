"""Notes in the organizer's copy that an invitation could not be delivered (RFC 6638 §3.2.9: 5.1)."""

from __future__ import annotations

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import handle
from televent.domain.calendar_object.commands import NoteDelivery
from televent.domain.calendar_object.decide import decide
from televent.domain.ids import StreamKey
from televent.ical.itip.delivery import UNDELIVERABLE, Delivery


def note_bounce(backend: Backend, context: Context, *, uid: str, attendee: str) -> bool:
    """Notes the failure for that attendee. False where the event was deleted. Raises UnknownAccount."""
    row = next(iter(backend.reads.by_uid(context.tenant, uid)), None)
    if row is None:
        return False
    owner = backend.people.owner(backend.people.account(context.tenant))
    note = NoteDelivery(owner, (Delivery(attendee, UNDELIVERABLE),))
    key = StreamKey(context.tenant, row.stream_id)
    handle(backend.store, context, CALENDAR_OBJECT, key, lambda state: decide(state, note).facts)
    return True

"""After a decision with letters is recorded: carry what stays here, then note on the copy what became of them."""

from __future__ import annotations

from uuid import uuid5

from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import handle
from televent.application.letters import Post
from televent.domain.calendar_object.commands import NoteDelivery, Owner
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey


def carry(backend: Backend, context: Context, key: StreamKey, owner: Owner, post: Post) -> CalendarObject | None:
    """The state after the deliveries were noted; None where there was nothing to note.

    The letters are owed already, in the transaction of the facts: should this process die here, a worker carries them.
    """
    if backend.courier is not None and 0 < len(post.local) <= INLINE_RECIPIENTS:
        backend.courier.deliver(context, list(post.local))
    return note(backend, context, key, owner, post)


def note(backend: Backend, context: Context, key: StreamKey, owner: Owner, post: Post) -> CalendarObject | None:
    """Notes what became of the letters, where others carry them (RFC 6638 §3.2.9)."""
    if not post.statuses:
        return None
    noted = NoteDelivery(owner, post.statuses)
    noting = context.on_behalf_of(context.tenant, uuid5(context.command_id, "note-delivery"), context.door)
    return handle(backend.store, noting, CALENDAR_OBJECT, key, lambda state: decide(state, noted).facts)

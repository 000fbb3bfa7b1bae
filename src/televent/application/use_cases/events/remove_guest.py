"""Takes a guest off a meeting's list."""

from __future__ import annotations

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import NotInvited, NotOrganizer
from televent.application.use_cases.events.storing import run, store
from televent.application.use_cases.events.which import Changed, Located, Which
from televent.ical.editing.event_edits import remove_attendee


def remove_guest(backend: Backend, context: Context, *, which: Which, address: str) -> Changed:
    """Removes the attendee with that normalised address from the whole meeting; they get a cancellation. Idempotent by
    the command id. Raises UnknownResource, PreconditionFailed, NotOrganizer, ReadOnlyShare, NotInvited."""

    def step(found: Located) -> Changed:
        if found.role != "organizer" or address in found.owner.addresses:
            raise NotOrganizer()
        text = remove_attendee(found.row.text, address, now=context.now)
        if text == found.row.text:
            raise NotInvited()
        store(backend, context, found, text)
        return Changed(which.stream_id)

    return run(backend, context, which, step)

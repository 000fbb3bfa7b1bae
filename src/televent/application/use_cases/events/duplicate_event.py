"""Makes another event like one that is there, in the same calendar, perhaps at another time."""

from __future__ import annotations

from typing import Final
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.refusals import NotOrganizer, PreconditionFailed, ReadOnlyShare, UnknownResource
from televent.application.use_cases.events.storing import refusing
from televent.application.use_cases.events.which import Changed, Which, located_as_seen
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.editing.attachments import managed_ids
from televent.ical.editing.changes import EventChange
from televent.ical.editing.copying import copied
from televent.ical.editing.event_edits import change_all

AS_IT_IS: Final = EventChange()


def duplicate_event(
    backend: Backend, context: Context, *, which: Which, change: EventChange = AS_IT_IS, guests: bool = False
) -> Changed:
    """Copies the event, or the one occurrence that is meant, with the change. Idempotent by the command id.

    ``guests``: they are invited to the copy; only the organizer may do that. Raises UnknownResource,
    PreconditionFailed, NotOrganizer, ReadOnlyShare, UnknownOccurrenceId, UnmovableSeries, InvalidObject.
    """
    new_id = uuid5(context.command_id, "copy")
    href = f"{new_id}.ics"
    found = located_as_seen(backend, context.tenant, which)
    if found.calendar.share is not None:
        # A copy of another person's event would be theirs too.
        raise ReadOnlyShare()
    if guests and found.role != "organizer":
        raise NotOrganizer()
    uid, me = f"{new_id}@{backend.people.mail_domain}", found.owner.addresses
    with refusing():
        copy = copied(found.row.text, which.occurrence, uid=uid, now=context.now, guests=guests, me=me)
        text = change_all(copy, change, now=context.now).mended()
    try:
        stored = put_object(
            backend,
            context,
            calendar=found.calendar.name,
            href=href,
            text=text,
            conditions=Conditions(if_none_match=("*",)),
            managed=managed_ids(text),
        )
    except PreconditionFailed:
        # The same command came twice; the copy of the first one is there.
        row = backend.reads.resource(context.tenant, found.calendar.name, href)
        if row is None:
            raise UnknownResource() from None
        return Changed(row.stream_id, again=True)
    return Changed(stored.stream_id)

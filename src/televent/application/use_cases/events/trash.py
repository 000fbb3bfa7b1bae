"""The trash: events that were deleted within the last thirty days, and how they come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.recorded import RecordedEvent
from televent.application.refusals import UnknownCalendar, UnknownResource
from televent.application.use_cases.calendars.default_calendar import calendar_for_new
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey

KEPT: Final = timedelta(days=30)
"""How long a deleted event can be restored: as long as its attachments are kept."""
MAX_LISTED: Final = 50
"""Max events of the trash that are read at once."""
_LOOKED_AT: Final = 50
"""Max newest facts of an event among which its deletion is looked for."""
_DELETED: Final = "event-deleted/"


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted event. ``details``: None where only single dates of it were there."""

    stream_id: UUID
    uid: str
    summary: str
    details: Details | None
    role: str
    deleted_at: datetime
    until: datetime


def read_trash(backend: Backend, tenant: AccountId, now: datetime) -> list[Trashed]:
    """The events of the account that can be restored, the newest first, at most MAX_LISTED."""
    found = []
    for stream_id, at in backend.reads.deletions(tenant, now - KEPT, MAX_LISTED):
        state = backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, stream_id)).state
        if not state.exists and state.outline is not None:
            outline = state.outline
            found.append(Trashed(stream_id, state.uid, outline.summary, state.details, outline.role, at, at + KEPT))
    return found


def restore_event(backend: Backend, context: Context, *, stream_id: UUID) -> Stored:
    """Brings a deleted event back as it was: text, alarms, attachments. Guests of its organizer are invited again.

    It comes back into its calendar, or into the default calendar where that is gone. Idempotent: an event that is there
    stays. Raises UnknownResource (never there, or deleted too long ago), UidConflict, SchedulingUidConflict.
    """
    state = backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, stream_id)).state
    if state.exists:
        return Stored(False, None, state.schedule_tag, stream_id)
    deleted = _deleted_at(backend, context.tenant, stream_id)
    if deleted is None or deleted < context.now - KEPT:
        raise UnknownResource()
    return bring_back(backend, context, stream_id, state)


def bring_back(backend: Backend, context: Context, stream_id: UUID, was: CalendarObject) -> Stored:
    """Stores the text of ``was``, the state of a stream that has no object now, in its stream again. Raises as
    restore_event.

    An object without guests gets no fact when its calendar is deleted. Its stream does not know that it is gone, so it
    comes back in a new one.
    """
    reads, tenant = backend.reads, context.tenant
    ended = not backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, stream_id)).state.exists
    calendar = reads.calendar_of(tenant, was.calendar_id) if was.calendar_id is not None else None
    if calendar is None:
        component = was.outline.component if was.outline is not None else "VEVENT"
        chosen = calendar_for_new(backend, backend.people.account(tenant), component)
        calendar = reads.calendar_of(tenant, chosen)
    if calendar is None:
        raise UnknownCalendar()
    taken = reads.resource(tenant, calendar.name, was.href) is not None
    return put_object(
        backend,
        context,
        calendar=calendar.name,
        href=f"{backend.ids()}.ics" if taken else was.href,
        text=was.text.mended(),
        conditions=Conditions(if_none_match=("*",)),
        revives=stream_id if ended else None,
    )


def _deleted_at(backend: Backend, tenant: AccountId, stream_id: UUID) -> datetime | None:
    """When the event was deleted last; None where it never was."""
    events = backend.store.recorder.select_events(str(StreamKey(tenant, stream_id)), desc=True, limit=_LOOKED_AT)
    deletions = (each for each in events if isinstance(each, RecordedEvent) and each.topic.startswith(_DELETED))
    return next((each.recorded_at for each in deletions), None)

"""Moves an event to another calendar: of the person, or of somebody who shares it with them for writing."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.use_cases.calendars.which_calendar import calendar_seen
from televent.application.use_cases.events.which import Changed, Which, located_as_seen
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.shared.move_across import End, move_across


def move_event(backend: Backend, context: Context, *, which: Which, calendar_id: UUID) -> Changed:
    """Moves the whole event, and tells nobody. An event that is there already stays.

    Raises UnknownResource, PreconditionFailed, UnknownCalendar, ReadOnlyShare, MeetingStays, UidConflict,
    ComponentNotSupported.
    """
    found = located_as_seen(backend, context.tenant, which)
    target = calendar_seen(backend, context.tenant, calendar_id)
    href = found.row.href
    if target.calendar_id == found.calendar.calendar_id:
        return Changed(which.stream_id, again=True)
    if target.share is None and found.calendar.share is None:
        source, destination = Place(found.calendar.name, href), Place(target.name, href)
        move_object(backend, context, source=source, destination=destination, overwrite=False)
        return Changed(which.stream_id)
    ends = [_end(context, row, href) for row in (found.calendar, target)]
    return Changed(move_across(backend, source=ends[0], destination=ends[1], overwrite=False).stream_id)


def _end(context: Context, row: CalendarRow, href: str) -> End:
    if row.share is None:
        return End(context, row.name, href)
    return End(replace(context, tenant=row.tenant), row.share.calendar, href, row)

"""Moves or copies a resource inside one account (RFC 4918 §9.8, §9.9; RFC 4791 §5.3.2.1).

Neither sends iTIP messages (RFC 6638 §3.2.3.3, §3.2.3.4), because the meeting does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from televent.application.backend import Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change, Loaded
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import Found, ResourceRow
from televent.application.refusals import (
    ComponentNotSupported,
    PreconditionFailed,
    UidConflict,
    UnknownCalendar,
    UnknownDestination,
    UnknownResource,
)
from televent.application.use_cases.objects.as_indexed import as_indexed
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.domain.calendar_object.commands import MoveObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import deleted
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey
from televent.ical.editing.attachments import managed_ids


@dataclass(frozen=True, slots=True)
class Place:
    """A resource's name in one of the account's calendars."""

    calendar: str
    href: str


def move_object(
    backend: Backend,
    context: Context,
    *,
    source: Place,
    destination: Place,
    overwrite: bool = True,
    conditions: Conditions = NONE,
) -> Stored:
    """Moves a resource in one transaction. Its stream, ETag and Schedule-Tag stay; the source leaves a tombstone.

    ``conditions`` are on the source.

    Raises UnknownCalendar, UnknownResource, UnknownDestination, PreconditionFailed, ComponentNotSupported, UidConflict;
    then nothing has changed.
    """

    def step() -> Stored:
        resource = _source(backend, context, source, conditions)
        there = backend.reads.find(context.tenant, destination.calendar, destination.href, resource.uid)
        calendar = _destination(there, resource, overwrite)
        for other in there.same_uid:
            here = other.calendar_id == calendar.calendar_id and other.href != destination.href
            if here and other.stream_id != resource.stream_id:
                raise UidConflict(href=other.href)
        loaded = _load(backend, context, resource)
        changes = [Change(loaded, decide(loaded.state, MoveObject(calendar.calendar_id, destination.href)).facts)]
        if there.resource is not None:
            # The resource of the same UID there is replaced. The meeting goes on, so no message is sent.
            replaced = _load(backend, context, there.resource)
            changes.insert(0, Change(replaced, [deleted(replaced.state)]))
        backend.store.append(context, changes)
        return Stored(there.resource is None, resource.etag, resource.schedule_tag, resource.stream_id)

    return retrying(step)


def copy_object(
    backend: Backend,
    context: Context,
    *,
    source: Place,
    destination: Place,
    overwrite: bool = True,
    conditions: Conditions = NONE,
) -> Stored:
    """Stores the source's text under the other name, as a PUT would. ``conditions`` are on the source.

    Raises what put_object raises, UnknownDestination and UidConflict; then nothing has changed.
    """

    def step() -> Stored:
        resource = _source(backend, context, source, conditions)
        there = backend.reads.find(context.tenant, destination.calendar, destination.href, resource.uid)
        _destination(there, resource, overwrite)
        text = _load(backend, context, resource).state.text
        existing = there.resource
        unchanged = Conditions(if_none_match=("*",)) if existing is None else Conditions(if_match=(existing.etag,))
        try:
            stored = put_object(
                backend,
                context,
                calendar=destination.calendar,
                href=destination.href,
                text=text,
                conditions=unchanged,
                managed=managed_ids(text),
            )
        except PreconditionFailed:
            # The destination has changed since it was read.
            raise StaleStream() from None
        return replace(stored, created=existing is None)

    return retrying(step)


def _source(backend: Backend, context: Context, place: Place, conditions: Conditions) -> ResourceRow:
    found = backend.reads.find(context.tenant, place.calendar, place.href, "")
    if found.calendar is None:
        raise UnknownCalendar()
    if found.resource is None:
        raise UnknownResource()
    conditions.check(found.resource, found.calendar)
    return found.resource


def _destination(there: Found, resource: ResourceRow, overwrite: bool) -> CalendarRow:
    if there.calendar is None:
        raise UnknownDestination()
    if there.resource is not None and not overwrite:
        raise PreconditionFailed(condition="Overwrite")
    if resource.component not in there.calendar.components:
        raise ComponentNotSupported(component=resource.component)
    if there.resource is not None and there.resource.uid != resource.uid:
        raise UidConflict(href=there.resource.href)
    return there.calendar


def _load(backend: Backend, context: Context, resource: ResourceRow) -> Loaded[CalendarObject]:
    return as_indexed(backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, resource.stream_id)), resource)

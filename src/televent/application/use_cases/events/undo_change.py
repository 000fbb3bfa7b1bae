"""Undoes one change of an event by facts that compensate it; what came later stays (ADR 72)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.catalogue import name_of
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.recorded import RecordedEvent
from televent.application.refusals import (
    ChangedAgain,
    InvalidObject,
    NothingToUndo,
    NotYourChange,
    PreconditionFailed,
    UnknownResource,
)
from televent.application.use_cases.events.trash import bring_back
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import put_object
from televent.domain.calendar_object.events import (
    AttendeeInvited,
    AttendeeRemoved,
    EventCreated,
    EventDeleted,
    EventMoved,
    EventRescheduled,
    EventRevised,
    RsvpGiven,
)
from televent.domain.calendar_object.state import CalendarObject, etag_of
from televent.domain.ids import AccountId, StreamKey
from televent.ical.editing.reverting import ChangedSince, reverted, same_event
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

LOOKED_AT: Final = 500
"""Max newest facts of an event among which a change is looked for."""
UNDOABLE: Final = frozenset(
    name_of(fact).partition("/")[0]
    for fact in (
        EventCreated,
        EventDeleted,
        EventMoved,
        EventRescheduled,
        EventRevised,
        AttendeeInvited,
        AttendeeRemoved,
        RsvpGiven,
    )
)
"""The stored names of the facts that people can take back."""


@dataclass(frozen=True, slots=True)
class UndoableChange:
    """A change of an event by its owner. ``change_id`` names it; ``before`` and ``after`` are the states around it."""

    change_id: UUID
    before: CalendarObject
    after: CalendarObject
    facts: tuple[Any, ...]
    door: str


@dataclass(frozen=True, slots=True)
class Undone:
    """``change_id`` names the change that undid: undone itself, it is a redo. ``gone``: the event is not there now.
    ``again``: it was undone before, and nothing changed now."""

    stream_id: UUID
    change_id: UUID
    gone: bool
    again: bool = False


def last_change(backend: Backend, context: Context, stream_id: UUID) -> UndoableChange:
    """The owner's newest change of that event. Raises NothingToUndo, UnknownResource."""
    mine = own_changes(backend, context.tenant, stream_id)
    if not mine:
        raise NothingToUndo()
    return _named(backend, context, stream_id, mine[-1])


def own_changes(backend: Backend, tenant: AccountId, stream_id: UUID) -> list[list[RecordedEvent]]:
    """The stored events of each change of that event that its owner made, oldest first. Raises UnknownResource."""
    return [each for each in _changes(backend, tenant, stream_id) if _own(each, tenant)]


def undo_change(backend: Backend, context: Context, *, stream_id: UUID, change_id: UUID) -> Undone:
    """Takes back what the command ``change_id`` changed in that event. Guests are told as after any other change.

    Idempotent by the command id of ``context``. Raises UnknownResource, NotYourChange (another did it, or it is a
    message that came), ChangedAgain (a later change is about the same), and what storing raises; then nothing has
    changed.
    """
    groups = _changes(backend, context.tenant, stream_id)
    if any(group[0].command_id == context.command_id for group in groups):
        return Undone(stream_id, context.command_id, not _current(backend, context, stream_id).exists, again=True)
    group = next((each for each in groups if each[0].command_id == change_id), None)
    if group is None:
        raise UnknownResource()
    if not _own(group, context.tenant):
        raise NotYourChange()
    change = _named(backend, context, stream_id, group)

    def step() -> None:
        _take_back(backend, context, stream_id, change, _current(backend, context, stream_id))

    retrying(step)
    return Undone(stream_id, context.command_id, not _current(backend, context, stream_id).exists)


def _take_back(
    backend: Backend, context: Context, stream_id: UUID, change: UndoableChange, current: CalendarObject
) -> None:
    before, after = change.before, change.after
    if before.exists and not after.exists:
        if current.exists:
            raise ChangedAgain(names=())
        bring_back(backend, context, stream_id, before)
        return
    if not current.exists:
        raise ChangedAgain(names=())
    place = _place(backend, context, current)
    seen = Conditions(if_match=(etag_of(current.text),))
    try:
        if not before.exists:
            if not _same_event(after.text, current.text):
                raise ChangedAgain(names=())
            delete_object(backend, context, calendar=place.calendar, href=place.href, conditions=seen)
            return
        text = _text_without_change(backend, context, change, current)
        if text is not current.text:
            put_object(
                backend,
                context,
                calendar=place.calendar,
                href=place.href,
                text=text.mended(),
                conditions=seen,
                stored=current.text,
            )
            return
        if (before.calendar_id, before.href) != (after.calendar_id, after.href):
            move_object(backend, context, source=place, destination=_place(backend, context, before), overwrite=False)
            return
    except PreconditionFailed:
        raise StaleStream() from None
    raise NothingToUndo()


def _text_without_change(
    backend: Backend, context: Context, change: UndoableChange, current: CalendarObject
) -> CalendarText:
    me = backend.people.owner(backend.people.account(context.tenant)).addresses
    try:
        return reverted(current.text, before=change.before.text, after=change.after.text, me=me, now=context.now)
    except ChangedSince as error:
        raise ChangedAgain(names=error.names) from error
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error


def _same_event(one: CalendarText, other: CalendarText) -> bool:
    try:
        return same_event(one, other)
    except IcalError:
        return False


def _place(backend: Backend, context: Context, state: CalendarObject) -> Place:
    calendar_id = state.calendar_id
    row = backend.reads.calendar_of(context.tenant, calendar_id) if calendar_id is not None else None
    if row is None:
        raise UnknownResource()
    return Place(row.name, state.href)


def _current(backend: Backend, context: Context, stream_id: UUID) -> CalendarObject:
    return backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, stream_id)).state


def _changes(backend: Backend, tenant: AccountId, stream_id: UUID) -> list[list[RecordedEvent]]:
    """The newest changes, oldest first: the stored events of each command. Raises UnknownResource."""
    key = str(StreamKey(tenant, stream_id))
    found = backend.store.recorder.select_events(key, desc=True, limit=LOOKED_AT)
    groups: list[list[RecordedEvent]] = []
    for event in reversed(found):
        if not isinstance(event, RecordedEvent):
            continue
        if groups and groups[-1][0].command_id == event.command_id:
            groups[-1].append(event)
        else:
            groups.append([event])
    if not groups:
        raise UnknownResource()
    return groups


def _own(group: Sequence[RecordedEvent], tenant: AccountId) -> bool:
    """Whether the owner of the calendar made the change, and it changed the event."""
    return group[0].actor == str(tenant) and any(each.topic.partition("/")[0] in UNDOABLE for each in group)


def _named(backend: Backend, context: Context, stream_id: UUID, group: Sequence[RecordedEvent]) -> UndoableChange:
    key = StreamKey(context.tenant, stream_id)
    before = backend.store.load_at(CALENDAR_OBJECT, key, group[0].originator_version - 1).state
    facts = tuple(map(backend.store.facts.to_fact, group))
    return UndoableChange(group[0].command_id, before, CALENDAR_OBJECT.fold(before, facts), facts, group[0].door)

"""Calendars that were deleted within the last thirty days, and how they come back with their events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR
from televent.application.event_store.handle import retrying
from televent.application.past.account_at import ObjectAt, account_at
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.calendars.sharing import titled
from televent.application.use_cases.events.trash import KEPT, bring_back
from televent.domain.calendar.state import Calendar
from televent.domain.ids import AccountId, StreamKey
from televent.domain.refusal import Refusal

MAX_LISTED: Final = 20
"""Max deleted calendars that are read at once."""
_MAX_NAME: Final = 240
"""Max characters of a name that gets a number."""


@dataclass(frozen=True, slots=True)
class TrashedCalendar:
    """A deleted calendar. ``title``: what people call it."""

    calendar_id: UUID
    title: str
    deleted_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """One event of the calendar. ``refusal``: why it stays in the trash; None: it is back. ``number`` of ``total``."""

    summary: str
    number: int
    total: int
    refusal: Refusal | None = None


def read_trashed_calendars(backend: Backend, tenant: AccountId, now: datetime) -> list[TrashedCalendar]:
    """The calendars that can be restored, the one deleted last first, at most MAX_LISTED."""
    found = []
    for calendar_id, at, _ in backend.reads.calendar_deletions(tenant, now - KEPT, MAX_LISTED):
        state = _calendar(backend, tenant, calendar_id)
        if state.deleted and not _calendar(backend, tenant, _again(calendar_id)).created:
            title = titled(state.name, state.props)
            found.append(TrashedCalendar(calendar_id, title, at, at + KEPT))
    return found


def restore_trashed_calendar(
    backend: Backend, context_of: Callable[[], Context], tenant: AccountId, *, calendar_id: UUID, now: datetime
) -> Iterator[BroughtBack]:
    """Makes a calendar with the properties of the deleted one, and brings its events back into it, one after the other.

    Its guests are invited again; shares do not come back. It has a name with a number where another one has taken its
    name. Run again after it was interrupted, it does what is left. An event that is elsewhere by now stays there.
    ``context_of``: the context of each command. Raises UnknownResource (never deleted, or too long ago), PastTooLarge,
    Outage.
    """
    deletions = backend.reads.calendar_deletions(tenant, now - KEPT, MAX_LISTED)
    position = next((where for each, _, where in deletions if each == calendar_id), None)
    if position is None:
        raise UnknownResource()
    past = account_at(backend.store, tenant, position)
    was = past.calendars[calendar_id]
    there = _again(calendar_id)
    if not _calendar(backend, tenant, there).created:
        create_calendar(
            backend,
            context_of(),
            name=_free_name(backend, tenant, was.name),
            components=was.components,
            props=was.props,
            calendar_id=there,
        )
    events = past.objects_in(calendar_id)
    for number, (stream_id, each) in enumerate(events.items(), 1):
        summary = each.state.outline.summary if each.state.outline is not None else ""
        try:
            retrying(lambda stream=stream_id, was=each: _bring_back(backend, context_of(), stream, was, there))  # type: ignore[misc]
        except Refusal as refusal:
            yield BroughtBack(summary, number, len(events), refusal)
        else:
            yield BroughtBack(summary, number, len(events))


def _bring_back(backend: Backend, context: Context, stream_id: UUID, was: ObjectAt, calendar_id: UUID) -> None:
    if not backend.reads.by_uid(context.tenant, was.state.uid):
        bring_back(backend, context, stream_id, replace(was.state, calendar_id=calendar_id))


def _calendar(backend: Backend, tenant: AccountId, calendar_id: UUID) -> Calendar:
    return backend.store.load(CALENDAR, StreamKey(tenant, calendar_id)).state


def _again(calendar_id: UUID) -> UUID:
    """The id of the calendar as which that one comes back: so a restore that was interrupted finds it."""
    return uuid5(calendar_id, "restored")


def _free_name(backend: Backend, tenant: AccountId, name: str) -> str:
    taken = {row.name for row in backend.reads.calendars(tenant)}
    numbered = (f"{name[:_MAX_NAME]}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)

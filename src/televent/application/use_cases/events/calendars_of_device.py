"""The calendars that a device deleted since a moment, and where an event goes whose calendar is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.catalogue import name_of
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR, CALENDAR_OBJECT, decider_of
from televent.application.past.account_at import PastReads
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.domain.calendar.events import CalendarCreated, CalendarDeleted
from televent.domain.calendar.state import Calendar
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey

_CREATED, _DELETED = (name_of(each).partition("/")[0] for each in (CalendarCreated, CalendarDeleted))
_END: Final = 2**63 - 1
"""A position after every fact."""


@dataclass(frozen=True, slots=True)
class Homes:
    """The calendars of events. ``gone``: those that the device deleted since the moment; ``own``: of them, those that
    it had created since."""

    backend: Backend
    tenant: AccountId
    gone: Mapping[UUID, Calendar]
    own: frozenset[UUID]

    @classmethod
    def of(cls, backend: Backend, tenant: AccountId, device_id: UUID, since: datetime) -> Homes:
        """Reads which calendars the device deleted."""
        found = [each.stream_id for each in backend.origins.touched(tenant, device_id, since, (_DELETED,))]
        made = {each.stream_id for each in backend.origins.touched(tenant, device_id, since, (_CREATED,))}
        gone = {each: backend.store.load(CALENDAR, StreamKey(tenant, each)).state for each in found}
        return cls(backend, tenant, gone, frozenset(made & gone.keys()))

    def visible(self, state: CalendarObject) -> bool:
        """Whether people see the event. One without guests gets no fact when its calendar is deleted."""
        return state.exists and state.calendar_id is not None and self._there(state.calendar_id)

    def home(self, wanted: CalendarObject, now: CalendarObject) -> CalendarObject:
        """The event in the calendar where it belongs: its own one, or one of the same name. An event of a calendar that
        somebody else deleted stays where it is ``now``."""
        calendar_id = wanted.calendar_id
        if calendar_id is None or self._there(calendar_id):
            return wanted
        same = self.backend.reads.calendar(self.tenant, self._was(calendar_id).name)
        if same is not None:
            return replace(wanted, calendar_id=same.calendar_id)
        if calendar_id in self.gone:
            return wanted
        return replace(wanted, calendar_id=now.calendar_id, href=now.href) if self.visible(now) else wanted

    def made(self, context_of: Callable[[], Context], state: CalendarObject) -> CalendarObject:
        """The event in a calendar that is there: one that the device deleted is created again."""
        calendar_id = state.calendar_id
        if calendar_id is None or self._there(calendar_id) or calendar_id not in self.gone:
            return state
        return replace(state, calendar_id=self._again(context_of, calendar_id))

    def restore(self, context_of: Callable[[], Context]) -> None:
        """Creates the deleted calendars again, with their properties; not those that the device had created."""
        for calendar_id in self.gone.keys() - self.own:
            self._again(context_of, calendar_id)

    def stranded(self) -> Iterator[UUID]:
        """The streams of the events that were deleted with those calendars, without a fact of their own."""
        if not self.gone:
            return
        reads: PastReads = self.backend.store.recorder  # type: ignore[assignment]
        for key, events in groupby(reads.until(self.tenant, _END), lambda event: event.originator_id):
            facts = [self.backend.store.facts.to_fact(each) for each in events]
            if decider_of(type(facts[0])) is not CALENDAR_OBJECT:
                continue
            state = CALENDAR_OBJECT.fold(CALENDAR_OBJECT.initial, facts)
            if (
                state.exists
                and state.calendar_id in self.gone
                and not self.backend.reads.by_uid(self.tenant, state.uid)
            ):
                yield StreamKey.parse(str(key)).stream

    def _again(self, context_of: Callable[[], Context], calendar_id: UUID) -> UUID:
        was = self.gone[calendar_id]
        there = self.backend.reads.calendar(self.tenant, was.name)
        if there is not None:
            return there.calendar_id
        return create_calendar(self.backend, context_of(), name=was.name, components=was.components, props=was.props)

    def _there(self, calendar_id: UUID) -> bool:
        return self.backend.reads.calendar_of(self.tenant, calendar_id) is not None

    def _was(self, calendar_id: UUID) -> Calendar:
        return self.backend.store.load(CALENDAR, StreamKey(self.tenant, calendar_id)).state

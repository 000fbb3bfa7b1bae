"""An account as it stood at a moment: a fold of its facts up to there.

The moment is a place in the log: the last fact before the first one that was recorded later. So a clock that was set
back moves no fact out of its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final, Protocol
from uuid import UUID

from televent.application.event_store.deciders import CALENDAR, CALENDAR_OBJECT, decider_of
from televent.application.event_store.recorded import RecordedEvent
from televent.application.event_store.store import Store
from televent.application.refusals import PastTooLarge
from televent.domain.calendar.state import Calendar
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey

MAX_FACTS: Final = 200_000
"""Max facts of one account that are folded."""
MAX_TEXT: Final = 64 * 1024 * 1024
"""Max bytes of the texts of one account at a moment."""


class PastReads(Protocol):
    """The recorder's reads of an account's past. Synchronous; called in a thread."""

    def place_of(self, tenant: AccountId, at: datetime) -> int:
        """The position before which the account's facts of that moment are; the moment itself belongs to them."""
        ...

    def until(self, tenant: AccountId, before: int) -> Iterator[RecordedEvent]:
        """The account's facts at positions below ``before``, stream after stream, each in its order."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectAt:
    """A calendar object as it stood. ``modified_at``: when its text or its place changed last."""

    state: CalendarObject
    modified_at: datetime


@dataclass(slots=True)
class AccountAt:
    """The calendars, and the events that were there, of an account at a position of the log."""

    before: int
    calendars: dict[UUID, Calendar] = field(default_factory=dict)
    objects: dict[UUID, ObjectAt] = field(default_factory=dict)

    def calendar_named(self, name: str) -> tuple[UUID, Calendar] | None:
        """The calendar that had this name then."""
        return next(((each, state) for each, state in self.calendars.items() if state.name == name), None)

    def objects_in(self, calendar_id: UUID) -> dict[UUID, ObjectAt]:
        """The events of that calendar, by stream."""
        return {stream: each for stream, each in self.objects.items() if each.state.calendar_id == calendar_id}


def position_of(store: Store, tenant: AccountId, at: datetime) -> int:
    """The position before which the account's facts of that moment are. Raises Outage."""
    return _reads(store).place_of(tenant, at)


def account_at(store: Store, tenant: AccountId, before: int, *, only: str | None = None) -> AccountAt:
    """The account as it stood before that position. ``only``: the calendar that had this name then, alone.

    Raises PastTooLarge, UnknownStoredName, UnreadableFact, Outage.
    """
    found = AccountAt(before)
    placed: dict[UUID, ObjectAt] = {}
    size = count = 0
    for stream, events in _streams(_reads(store).until(tenant, before)):
        facts = [store.facts.to_fact(event) for event in events]
        count += len(facts)
        decider: Any = decider_of(type(facts[0]))
        if decider is CALENDAR:
            calendar = CALENDAR.fold(CALENDAR.initial, facts)
            if calendar.created and not calendar.deleted:
                found.calendars[stream] = calendar
        elif decider is CALENDAR_OBJECT:
            each = _object_at(facts, [event.recorded_at for event in events])
            if each.state.exists:
                placed[stream] = each
                size += len(each.state.text.raw)
        if count > MAX_FACTS or size > MAX_TEXT:
            raise PastTooLarge()
    if only is not None:
        found.calendars = {each: state for each, state in found.calendars.items() if state.name == only}
    found.objects = {stream: each for stream, each in placed.items() if each.state.calendar_id in found.calendars}
    return found


def _object_at(facts: Sequence[Any], recorded: Sequence[datetime]) -> ObjectAt:
    state, modified_at = CALENDAR_OBJECT.initial, recorded[0]
    for fact, at in zip(facts, recorded, strict=True):
        after = CALENDAR_OBJECT.evolve(state, fact)
        if _readable(state) != _readable(after):
            modified_at = at
        state = after
    return ObjectAt(state, modified_at)


def _readable(state: CalendarObject) -> tuple[object, ...]:
    """The parts of a state that a calendar app can see."""
    return state.exists, state.calendar_id, state.href, state.text, state.schedule_tag


def _streams(events: Iterable[RecordedEvent]) -> Iterator[tuple[UUID, list[RecordedEvent]]]:
    for key, own in groupby(events, lambda event: event.originator_id):
        yield StreamKey.parse(str(key)).stream, list(own)


def _reads(store: Store) -> PastReads:
    reads: PastReads = store.recorder  # type: ignore[assignment]
    return reads

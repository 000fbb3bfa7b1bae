"""The changes of one event by one device since a moment, and the event without them; others' changes stay (ADR 80)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final, Literal
from uuid import UUID, uuid5

from televent.application.accounts.origins import Touched
from televent.application.backend import Backend
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.recorded import RecordedEvent
from televent.application.refusals import ChangedAgain, InvalidObject
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey
from televent.ical.editing.reverting import ChangedSince, reverted, same_event
from televent.ical.text.errors import IcalError

Did = Literal["created", "changed", "deleted"]
ORDER: Final[tuple[Did, ...]] = ("created", "changed", "deleted")
"""The order in which events are put back: what comes back may need the UID or the name of what goes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Changes of the device with none of others between them: the event before and after them."""

    before: CalendarObject
    after: CalendarObject


@dataclass(frozen=True, slots=True)
class DeviceChanges:
    """The changes of an event by the device, oldest first. ``left``: the event as its last change left it. ``now``: the
    event at ``version``."""

    stream_id: UUID
    segments: tuple[Segment, ...]
    left: CalendarObject
    now: CalendarObject
    version: int

    @property
    def did(self) -> Did:
        """The device created, changed or deleted the event."""
        if self.segments and not self.segments[0].before.exists:
            return "created"
        return "changed" if self.left.exists else "deleted"

    @property
    def uid(self) -> str:
        """The UID."""
        return self.now.uid

    @property
    def summary(self) -> str:
        """The title, as it was before the device changed it where it was there before."""
        outline = (self.segments[0].before.outline if self.segments else None) or self.now.outline
        return outline.summary if outline is not None else ""

    def without(self, me: Collection[str], now: datetime) -> CalendarObject | None:
        """The event without the device's changes: its text, and its place; None: it is not there. ``now`` itself is
        returned where nothing is left to take back. ``me``: the owner's addresses.

        Raises ChangedAgain where somebody changed the same since, InvalidObject.
        """
        wanted = self.now if self.now.exists else None
        for each in reversed(self.segments):
            wanted = _without(wanted, each, me, now)
        return self.now if wanted is None and not self.now.exists else wanted


def command_of(stream_id: UUID, device_id: UUID, version: int) -> UUID:
    """The id of the command that takes the device's changes back in an event at ``version``."""
    return uuid5(stream_id, f"undo-device/{device_id}/{version}")


def changes_of_device(backend: Backend, tenant: AccountId, device_id: UUID, touched: Touched) -> DeviceChanges:
    """The changes of that event by the device. Raises UnknownStoredName, UnreadableFact.

    An earlier undo of the device's changes belongs to them: they are not taken back twice.
    """
    key, stream = StreamKey(tenant, touched.stream_id), touched.stream_id
    versions, first = frozenset(touched.versions), touched.versions[0]
    loaded = backend.store.load_at(CALENDAR_OBJECT, key, first - 1)
    state, version = loaded.state, first - 1
    segments: list[Segment] = []
    left, goes_on = state, False
    for group in _commands(backend, key, first - 1):
        before = state
        state = CALENDAR_OBJECT.fold(state, [backend.store.facts.to_fact(each) for each in group])
        own = any(each.originator_version in versions for each in group)
        if own or group[0].command_id == command_of(stream, device_id, version):
            if goes_on:
                before = segments.pop().before
            segments.append(Segment(before, state))
            left, goes_on = state if own else left, True
        else:
            goes_on = False
        version = group[-1].originator_version
    return DeviceChanges(stream, tuple(segments), left, state, version)


def _commands(backend: Backend, key: StreamKey, after: int) -> Iterator[list[RecordedEvent]]:
    """The facts after a version, command by command."""
    found = backend.store.recorder.select_events(str(key), gt=after)
    events = [each for each in found if isinstance(each, RecordedEvent)]
    return (list(group) for _, group in groupby(events, key=lambda each: each.command_id))


def _without(
    wanted: CalendarObject | None, segment: Segment, me: Collection[str], now: datetime
) -> CalendarObject | None:
    """The event as it is wanted so far, without the changes of one segment."""
    before, after = segment.before, segment.after
    if not before.exists:
        if after.exists and wanted is not None and not (_says(wanted, after) and _where(wanted) == _where(after)):
            raise ChangedAgain(names=())
        # An event that the device created goes. One that it created and deleted may have been made again since.
        return None if after.exists else wanted
    if not after.exists:
        if wanted is not None:
            raise ChangedAgain(names=())
        return before
    if wanted is None:
        raise ChangedAgain(names=())
    try:
        text = reverted(wanted.text, before=before.text, after=after.text, me=me, now=now)
    except ChangedSince as error:
        raise ChangedAgain(names=error.names) from error
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error
    if text is not wanted.text:
        wanted = replace(wanted, text=text)
    if _where(before) == _where(after) or _where(wanted) == _where(before):
        return wanted
    if _where(wanted) == _where(after):
        return replace(wanted, calendar_id=before.calendar_id, href=before.href)
    raise ChangedAgain(names=())


def _where(state: CalendarObject) -> tuple[UUID | None, str]:
    return state.calendar_id, state.href


def _says(one: CalendarObject, other: CalendarObject) -> bool:
    try:
        return same_event(one.text, other.text)
    except IcalError:
        return False

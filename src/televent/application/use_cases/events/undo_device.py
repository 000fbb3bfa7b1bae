"""Undoes everything that one device did since a moment: a phone that went mad. Others' changes stay (ADR 80)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from televent.application.accounts.origins import Touched
from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.refusals import (
    ChangedAgain,
    PreconditionFailed,
    SchedulingUidConflict,
    UidConflict,
    UnknownCalendar,
)
from televent.application.use_cases.events.calendars_of_device import Homes
from televent.application.use_cases.events.device_changes import (
    ORDER,
    DeviceChanges,
    Did,
    changes_of_device,
    command_of,
)
from televent.application.use_cases.events.trash import bring_back
from televent.application.use_cases.events.undo_change import UNDOABLE
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import put_object
from televent.domain.calendar_object.state import CalendarObject, etag_of
from televent.domain.ids import AccountId, StreamKey
from televent.domain.refusal import Refusal
from televent.ical.editing.reverting import reverted
from televent.ical.text.errors import IcalError


@dataclass(frozen=True, slots=True)
class UndoneEvent:
    """One event. ``did``: what the device did to it. ``refusal``: why that cannot be taken back; None: it can."""

    stream_id: UUID
    uid: str
    summary: str
    did: Did
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Looked:
    """An event at this moment. ``visible``: people see it. ``wanted``: as it is to be; None: it is not to be there.
    ``refusal``: it cannot be so. ``done``: it is so already."""

    changes: DeviceChanges
    visible: bool
    wanted: CalendarObject | None = None
    refusal: Refusal | None = None
    done: bool = False

    def told(self, refusal: Refusal | None = None) -> UndoneEvent:
        changes = self.changes
        did = "deleted" if changes.now.exists and not self.visible else changes.did
        return UndoneEvent(changes.stream_id, changes.uid, changes.summary, did, refusal or self.refusal)


def plan_undo_device(
    backend: Backend, tenant: AccountId, *, device_id: UUID, since: datetime, now: datetime
) -> Iterator[UndoneEvent]:
    """The events in the account's own calendars that ``undo_device`` would put back, or that it would leave and why.

    Events are read one after the other. One in which nothing is left to take back is not listed.
    """
    undo = _Undo.of(backend, tenant, device_id, since)
    for touched in undo.in_order():
        looked = undo.look(touched, now)
        if not looked.done:
            again = looked.wanted is not None and not looked.visible and undo.made_again(looked.changes)
            yield looked.told(ChangedAgain(names=()) if again else None)


def undo_device(
    backend: Backend, context_of: Callable[[], Context], tenant: AccountId, *, device_id: UUID, since: datetime
) -> Iterator[UndoneEvent]:
    """Puts the events back, one transaction each, and tells each. Guests are told once what changed for them.

    Calendars that the device deleted are created again. An event that somebody changed since in the same place is left
    as it is, with the refusal. Run again after it was interrupted, it does what is left. ``context_of`` gives the
    context of each command. Raises Outage.
    """
    undo = _Undo.of(backend, tenant, device_id, since)
    undo.homes.restore(context_of)
    for touched in undo.in_order():
        looked = undo.look(touched, context_of().now)
        if looked.done:
            continue
        if looked.refusal is None:
            try:
                retrying(lambda each=touched: undo.put_back(each, context_of))  # type: ignore[misc]
            except Refusal as refusal:
                yield looked.told(refusal)
                continue
        yield looked.told()


@dataclass(frozen=True, slots=True)
class _Undo:
    """One undo. ``me``: the owner's addresses."""

    backend: Backend
    tenant: AccountId
    device_id: UUID
    touched: Sequence[Touched]
    homes: Homes
    me: frozenset[str]

    @classmethod
    def of(cls, backend: Backend, tenant: AccountId, device_id: UUID, since: datetime) -> _Undo:
        touched = backend.origins.touched(tenant, device_id, since, UNDOABLE)
        me = frozenset(backend.people.owner(backend.people.account(tenant)).addresses)
        return cls(backend, tenant, device_id, touched, Homes.of(backend, tenant, device_id, since), me)

    def in_order(self) -> list[Touched]:
        """The events, those first that go: what comes back may need their UID or their name."""
        ordered: dict[Did, list[Touched]] = {did: [] for did in ORDER}
        for touched in self.touched:
            ordered[self.changes(touched).did].append(touched)
        known = {each.stream_id for each in self.touched}
        ordered["deleted"] += [Touched(each, ()) for each in self.homes.stranded() if each not in known]
        return [each for did in ORDER for each in ordered[did]]

    def changes(self, touched: Touched) -> DeviceChanges:
        """The changes of the event by the device; none where it only deleted its calendar."""
        if touched.versions:
            return changes_of_device(self.backend, self.tenant, self.device_id, touched)
        loaded = self.backend.store.load(CALENDAR_OBJECT, StreamKey(self.tenant, touched.stream_id))
        return DeviceChanges(touched.stream_id, (), loaded.state, loaded.state, loaded.version)

    def look(self, touched: Touched, at: datetime) -> _Looked:
        """The event as it is, and as it is to be."""
        changes = self.changes(touched)
        now, visible = changes.now, self.homes.visible(changes.now)
        by_others = now.calendar_id not in self.homes.gone
        if now.exists and not visible and (by_others or self.backend.reads.by_uid(self.tenant, now.uid)):
            # Somebody else deleted its calendar, or it is back already.
            return _Looked(changes, visible, done=True)
        try:
            wanted = changes.without(self.me, at)
        except Refusal as refusal:
            return _Looked(changes, visible, refusal=refusal)
        if wanted is not None:
            wanted = self.homes.home(wanted, now)
        if not visible:
            return _Looked(changes, visible, wanted, done=wanted is None or not wanted.exists)
        if wanted is not None and self._says(now, wanted, at):
            wanted = replace(wanted, text=now.text)
        same = wanted is not None and (wanted.text, _where(wanted)) == (now.text, _where(now))
        return _Looked(changes, visible, wanted, done=same)

    def _says(self, now: CalendarObject, wanted: CalendarObject, at: datetime) -> bool:
        """Whether the texts say the same, but for guests' answers and for when each was written."""
        try:
            return reverted(now.text, before=wanted.text, after=now.text, me=self.me, now=at) is now.text
        except IcalError:
            return False

    def made_again(self, changes: DeviceChanges) -> bool:
        """Whether somebody else has made the deleted event again, with the same UID."""
        live = {row.stream_id for row in self.backend.reads.by_uid(self.tenant, changes.uid)}
        own = {each.stream_id: each for each in self.touched}
        return any(each not in own or self.changes(own[each]).did != "created" for each in live)

    def put_back(self, touched: Touched, context_of: Callable[[], Context]) -> None:
        """Makes the event as it is to be. Raises Refusal, StaleStream."""
        context = context_of()
        looked = self.look(touched, context.now)
        changes, now, wanted = looked.changes, looked.changes.now, looked.wanted
        if looked.done:
            return
        if looked.refusal is not None:
            raise looked.refusal
        context = replace(context, command_id=command_of(changes.stream_id, self.device_id, changes.version))
        if wanted is None:
            place = self._place(now)
            with _stale():
                delete_object(self.backend, context, calendar=place.calendar, href=place.href, conditions=_seen(now))
        elif not looked.visible:
            self._bring_back(context, changes, self.homes.made(context_of, wanted))
        else:
            self._change(context, touched, now, self.homes.made(context_of, wanted))

    def _bring_back(self, context: Context, changes: DeviceChanges, wanted: CalendarObject) -> None:
        try:
            if not changes.now.exists:
                bring_back(self.backend, context, changes.stream_id, wanted)
                return
            # Its stream does not know that it was deleted, so it comes back in a new one.
            place = self._place(wanted)
            put_object(
                self.backend,
                context,
                calendar=place.calendar,
                href=place.href,
                text=wanted.text.mended(),
                conditions=Conditions(if_none_match=("*",)),
            )
        except (UidConflict, SchedulingUidConflict):
            # Somebody has made it again since.
            raise ChangedAgain(names=()) from None

    def _change(self, context: Context, touched: Touched, now: CalendarObject, wanted: CalendarObject) -> None:
        if wanted.text != now.text:
            place = self._place(now)
            with _stale():
                put_object(
                    self.backend,
                    context,
                    calendar=place.calendar,
                    href=place.href,
                    text=wanted.text.mended(),
                    conditions=_seen(now),
                    stored=now.text,
                )
        if _where(wanted) != _where(now):
            version = self.changes(touched).version
            step = replace(context, command_id=command_of(touched.stream_id, self.device_id, version))
            source, there = self._place(now), self._place(wanted)
            move_object(self.backend, step, source=source, destination=there, overwrite=False)

    def _place(self, state: CalendarObject) -> Place:
        row = self.backend.reads.calendar_of(self.tenant, state.calendar_id) if state.calendar_id is not None else None
        if row is None:
            raise UnknownCalendar()
        return Place(row.name, state.href)


def _where(state: CalendarObject) -> tuple[UUID | None, str]:
    return state.calendar_id, state.href


def _seen(state: CalendarObject) -> Conditions:
    return Conditions(if_match=(etag_of(state.text),))


@contextmanager
def _stale() -> Iterator[None]:
    """The event has changed since it was read: it is read again."""
    try:
        yield
    except PreconditionFailed:
        raise StaleStream() from None

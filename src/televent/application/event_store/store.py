"""Deciders on the eventsourcing library: load a stream, append what was decided.

Thin on purpose. The library gives the application, the recorder's interface, the notification log and the tracking;
what a fact means is the domain's, what a transaction is the recorder's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, EventStore, Mapper
from eventsourcing.utils import Environment

from televent.application.event_store.context import Context
from televent.application.event_store.deciders import Decider
from televent.application.event_store.mapper import FactMapper, NewEvent, genesis
from televent.application.event_store.recorded import RecordedEvent, StoredSnapshot
from televent.application.event_store.snapshots import FORM, Picture, restored
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import DestroyKey
from televent.application.read_models.calendars import ExpectCalendar
from televent.application.read_models.writes import Write
from televent.domain.ids import StreamKey

S = TypeVar("S")

SNAPSHOT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream as it stands: its state, its version (0: nothing yet) and the end of its chain."""

    key: StreamKey
    decider: Decider[S]
    state: S
    version: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """Facts decided on a loaded stream."""

    loaded: Loaded[S]
    facts: Sequence[Any]
    folded: S | None = None
    """The state after the facts, where the caller has it, with what was read of its text."""

    @property
    def after(self) -> S:
        """The state after the facts."""
        return self.loaded.decider.fold(self.loaded.state, self.facts) if self.folded is None else self.folded


class InlineProjection(Protocol):
    """What must be written in the same transaction as the facts."""

    def __call__(
        self, key: StreamKey, before: Any, after: Any, facts: Sequence[Any], at: datetime
    ) -> Sequence[Write]: ...


class StreamRecorder(Protocol):
    """What the store asks of a recorder beyond the library's interface."""

    def load(self, key: StreamKey) -> tuple[StoredSnapshot | None, Sequence[RecordedEvent]]: ...
    def put_snapshot(self, snapshot: StoredSnapshot) -> None: ...


class Store(Application[str]):
    """The event store. One per process."""

    name = "Televent"

    def __init__(self, recorder: ApplicationRecorder, mapper: FactMapper, inline: InlineProjection) -> None:
        self._given_recorder = recorder
        self._given_mapper = mapper
        self._inline = inline
        super().__init__()

    # The library would read its configuration from the process's environment: only settings.py does that.
    def construct_env(self, name: str, env: Any = None) -> Environment:
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> Mapper[str]:
        return self._given_mapper

    def construct_recorder(self) -> ApplicationRecorder:
        return self._given_recorder

    def construct_event_store(self) -> EventStore[str]:
        return EventStore(mapper=self._given_mapper, recorder=self._given_recorder)

    @property
    def facts(self) -> FactMapper:
        """How stored events are read."""
        return self._given_mapper

    def empty(self, decider: Decider[S], key: StreamKey) -> Loaded[S]:
        """A stream that is not there yet."""
        return Loaded(key, decider, decider.initial, 0, genesis(str(key)))

    def load(self, decider: Decider[S], key: StreamKey) -> Loaded[S]:
        """The stream's state: its snapshot and the facts after it, in one round trip."""
        recorder: StreamRecorder = self._given_recorder  # type: ignore[assignment]
        snapshot, events = recorder.load(key)
        state, version, chain = decider.initial, 0, genesis(str(key))
        if snapshot is not None:
            restored = self._restore(decider, snapshot)
            if restored is None:
                events = [event for event in self.recorder.select_events(str(key)) if isinstance(event, RecordedEvent)]
            else:
                state, version, chain = restored, snapshot.version, snapshot.chain
        for event in events:
            state = decider.evolve(state, self._given_mapper.to_fact(event))
            version, chain = event.originator_version, event.chain
        return Loaded(key, decider, state, version, chain)

    def append(
        self,
        context: Context,
        changes: Sequence[Change[Any]],
        outbox: Sequence[OutboxMessage] = (),
        *,
        inbox_key: str | None = None,
        expected: Sequence[ExpectCalendar] = (),
    ) -> list[int]:
        """Records the changes, their inline projections and the effects owed, in one transaction, if the calendars
        stand as ``expected``.

        Returns the positions. Raises a Conflict when somebody else was first, AlreadyApplied for an
        ``inbox_key`` that was applied before, UnknownStoredName or ErasedSubject.
        """
        writes: list[Write] = [*expected]
        stored: list[RecordedEvent] = []
        for change in changes:
            previous = change.loaded.chain
            for version, fact in enumerate(change.facts, change.loaded.version + 1):
                new = NewEvent(str(change.loaded.key), version, fact, context, change.loaded.key.tenant, previous)
                event = self._given_mapper.to_stored_event(new)
                previous = event.chain
                stored.append(event)
            writes += self._inline(change.loaded.key, change.loaded.state, change.after, change.facts, context.now)
        positions = self.recorder.insert_events(stored, writes=writes, outbox=outbox, inbox_key=inbox_key)
        for write in writes:
            if isinstance(write, DestroyKey):
                self._given_mapper.forget(write.tenant)
        for change in changes:
            version = change.loaded.version + len(change.facts)
            if change.loaded.version // SNAPSHOT_EVERY != version // SNAPSHOT_EVERY:
                stream = str(change.loaded.key)
                self._snapshot(change, version, next(e.chain for e in reversed(stored) if e.originator_id == stream))
        return list(positions or ())

    def _snapshot(self, change: Change[Any], version: int, chain: bytes) -> None:
        recorder: StreamRecorder = self._given_recorder  # type: ignore[assignment]
        key = change.loaded.key
        state = self._given_mapper.seal(Picture.of(change.after), key.tenant, f"{key}@{version}")
        recorder.put_snapshot(StoredSnapshot(key, version, change.loaded.decider.name + FORM, key.tenant, state, chain))

    def _restore(self, decider: Decider[S], snapshot: StoredSnapshot) -> S | None:
        """The state in a snapshot; None where its form is not today's: a snapshot is only a shortcut."""
        if snapshot.topic != decider.name + FORM:
            return None
        fields = self._given_mapper.unseal(snapshot.state, snapshot.subject_id, f"{snapshot.key}@{snapshot.version}")
        return None if fields is None else restored(type(decider.initial), fields["state"])

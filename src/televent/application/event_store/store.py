"""The event store on the eventsourcing library: loads streams, and appends decided facts.

It is thin on purpose. The library provides the application, the recorder's interface, the notification log and the
tracking. The domain gives facts their meaning, and the recorder runs the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import structlog
from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, EventStore, Mapper
from eventsourcing.utils import Environment

from televent.application.event_store.context import Context
from televent.application.event_store.deciders import Decider
from televent.application.event_store.mapper import FactMapper, NewEvent, genesis
from televent.application.event_store.recorded import RecordedEvent, StoredSnapshot
from televent.application.event_store.snapshots import FORM, SealedState, restored
from televent.application.messages.outbox import OutboxMessage
from televent.application.outage import Outage
from televent.application.read_models.accounts import DestroyKey
from televent.application.read_models.calendars import ExpectCalendar
from televent.application.read_models.writes import Write
from televent.domain.ids import StreamKey

log = structlog.get_logger("televent.store")
S = TypeVar("S")

SNAPSHOT_EVERY = 50
"""Facts between two snapshots of a stream."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A loaded stream: its state, its version (0: it has no facts yet) and the end of its chain."""

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
    """The state after the facts, where the caller has it. It spares parsing the text again."""
    contexts: Sequence[Context] = ()
    """The context of each fact, where several commands share the change."""

    @property
    def after(self) -> S:
        """The state after the facts."""
        return self.loaded.decider.fold(self.loaded.state, self.facts) if self.folded is None else self.folded


class InlineProjection(Protocol):
    """Makes the rows that are written in the transaction of the facts."""

    def __call__(
        self, key: StreamKey, before: Any, after: Any, facts: Sequence[Any], at: datetime
    ) -> Sequence[Write]: ...


class StreamRecorder(Protocol):
    """The functions of a recorder that the library's interface does not have."""

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
        """The mapper that reads stored events."""
        return self._given_mapper

    def empty(self, decider: Decider[S], key: StreamKey) -> Loaded[S]:
        """A stream without facts."""
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

    def load_at(self, decider: Decider[S], key: StreamKey, version: int, known: Loaded[S] | None = None) -> Loaded[S]:
        """The stream's state at a version, 0 before the first fact. ``known``: its state at an earlier version, from
        which to go on. Raises UnknownStoredName, UnreadableFact."""
        loaded = known or self.empty(decider, key)
        found = self.recorder.select_events(str(key), gt=loaded.version, lte=version) if version > 0 else []
        for event in found:
            if isinstance(event, RecordedEvent):
                state = decider.evolve(loaded.state, self._given_mapper.to_fact(event))
                loaded = Loaded(key, decider, state, event.originator_version, event.chain)
        return loaded

    def newest(self, key: StreamKey, *, after: int, limit: int) -> list[tuple[RecordedEvent, Any]]:
        """The newest ``limit`` facts of a stream with versions later than ``after``, oldest first, each with its stored
        event. Raises UnknownStoredName, UnreadableFact."""
        events = self.recorder.select_events(str(key), gt=after, desc=True, limit=limit)
        found = [event for event in reversed(events) if isinstance(event, RecordedEvent)]
        return [(event, self._given_mapper.to_fact(event)) for event in found]

    def at(self, key: StreamKey, version: int) -> tuple[RecordedEvent, Any] | None:
        """The fact at a version, with its stored event; None where there is none. Raises UnknownStoredName,
        UnreadableFact."""
        events = self.recorder.select_events(str(key), gt=version - 1, lte=version)
        found = [event for event in events if isinstance(event, RecordedEvent)]
        return (found[0], self._given_mapper.to_fact(found[0])) if found else None

    def append(
        self,
        context: Context,
        changes: Sequence[Change[Any]],
        outbox: Sequence[OutboxMessage] = (),
        *,
        inbox_keys: Sequence[str] = (),
        expected: Sequence[ExpectCalendar] = (),
    ) -> list[int]:
        """Records the changes, their inline rows and the outbox messages in one transaction, and returns the positions.

        ``inbox_keys``: the dedupe keys of the received messages that caused this. ``expected``: calendars that must not
        have changed. Raises a Conflict after another transaction, AlreadyApplied for a used key, UnknownStoredName or
        ErasedSubject.
        """
        writes: list[Write] = [*expected]
        stored: list[RecordedEvent] = []
        for change in changes:
            previous = change.loaded.chain
            contexts = change.contexts or [context] * len(change.facts)
            for version, (fact, by) in enumerate(zip(change.facts, contexts, strict=True), change.loaded.version + 1):
                new = NewEvent(str(change.loaded.key), version, fact, by, change.loaded.key.tenant, previous)
                event = self._given_mapper.to_stored_event(new)
                previous = event.chain
                stored.append(event)
            writes += self._inline(change.loaded.key, change.loaded.state, change.after, change.facts, context.now)
        positions = self.recorder.insert_events(stored, writes=writes, outbox=outbox, inbox_keys=inbox_keys)
        destroyed = [write.tenant for write in writes if isinstance(write, DestroyKey)]
        for tenant in destroyed:
            self._given_mapper.shred(tenant)
        for change in changes:
            if change.loaded.key.tenant in destroyed:
                continue
            version = change.loaded.version + len(change.facts)
            if change.loaded.version // SNAPSHOT_EVERY != version // SNAPSHOT_EVERY:
                stream = str(change.loaded.key)
                self._snapshot(change, version, next(e.chain for e in reversed(stored) if e.originator_id == stream))
        return list(positions or ())

    def _snapshot(self, change: Change[Any], version: int, chain: bytes) -> None:
        recorder: StreamRecorder = self._given_recorder  # type: ignore[assignment]
        key = change.loaded.key
        state = self._given_mapper.seal(SealedState.of(change.after), key.tenant, f"{key}@{version}")
        snapshot = StoredSnapshot(key, version, change.loaded.decider.name + FORM, key.tenant, state, chain)
        try:
            recorder.put_snapshot(snapshot)
        except Outage as outage:
            # The facts are stored, and they are answered as stored. A later change makes the next snapshot.
            log.warning("a snapshot is not stored", stream=str(key), error=str(outage))

    def _restore(self, decider: Decider[S], snapshot: StoredSnapshot) -> S | None:
        """The state in a snapshot; None where it has another form, or its key is destroyed."""
        if snapshot.topic != decider.name + FORM:
            return None
        fields = self._given_mapper.unseal(snapshot.state, snapshot.subject_id, f"{snapshot.key}@{snapshot.version}")
        return None if fields is None else restored(type(decider.initial), fields["state"])

"""Folds the facts of accounts, stream by stream, into the rows that they say.

A stream is read in the order of its versions, and only its newest text is kept. Counters are counted in the order of
the log, so the writes of an account's streams are sorted by position before they are applied. They hold no texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from televent.adapters.postgres.event_store.pages import PAGE_BYTES
from televent.adapters.postgres.event_store.transaction import ORDINAL_BITS
from televent.adapters.postgres.event_store.unreadable import Unreadable
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.follower_model import FollowerModel
from televent.adapters.postgres.replay.index_text import index_texts
from televent.adapters.postgres.replay.inline_model import Contradiction, InlineModel
from televent.adapters.postgres.replay.tables import Key, Row, Scope
from televent.application.event_store.catalogue import UnknownStoredName
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.event_store.mapper import FactMapper, UnreadableFact
from televent.application.followers import Projection, RowWrite, folded, topics_of
from televent.application.read_models.resources import PutResource
from televent.application.read_models.writes import Write
from televent.domain.ids import AccountId, StreamKey
from televent.ical.queries.occurs import Occurs
from televent.projections.dav_index import indexed
from televent.projections.inline import inline_writes

PAGE: Final = 500
"""Max events that are in memory at once, beside those of the stream that is folded."""
# A state with more than its share of PAGE_BYTES comes when it is its turn. Pages by keys would bound them too, but read
# the table in the order of the index: three times the work where the planner would sort.
EVENTS: Final = f"""
    SELECT tenant_id, stream_id, version, position, topic, coalesce(subject_id, tenant_id),
        CASE WHEN octet_length(state) <= {PAGE_BYTES // PAGE} THEN state END, recorded_at, command_id, correlation_id,
        coalesce(actor, tenant_id::text), door, origin
    FROM event WHERE tenant_id > %s AND tenant_id <= %s ORDER BY tenant_id, stream_id, version"""  # noqa: S608
STATE: Final = "SELECT state FROM event WHERE tenant_id = %s AND stream_id = %s AND version = %s"
STATE_AT: Final = 6
"""The number of the column that may wait."""
WRONG = (UnreadableFact, UnknownStoredName, Contradiction, msgspec.MsgspecError, AssertionError, KeyError, TypeError)
"""The errors of facts that cannot be folded: only their account is left out."""
PENDING: Final = Occurs()


class Event(NamedTuple):
    """A row of EVENTS."""

    tenant: UUID
    stream: UUID
    version: int
    position: int
    topic: str
    subject: UUID
    state: bytes
    recorded_at: datetime
    command_id: UUID
    correlation_id: str
    actor: str
    door: str
    origin: UUID | None


@dataclass(slots=True)
class Account:
    """The rows that the facts of one account say.

    ``rows``: by table and key. ``trouble``: why a projection could not be replayed. ``seasonal``: the last state of
    resources whose index depends on the season. ``unreadable``: facts that a follower goes on without.
    """

    tenant: UUID
    events: int = 0
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)
    seasonal: dict[UUID, Any] = field(default_factory=dict)
    unreadable: dict[str, list[Unreadable]] = field(default_factory=dict)


def accounts(
    connection: Connection, mapper: FactMapper, scope: Scope, low: UUID, high: UUID, reached: dict[str, int]
) -> Iterator[Account]:
    """The rows that the facts of each account say, for accounts with ids in (low, high].

    ``reached``: the position of each follower.
    The connection's transaction must have one snapshot. Memory: one page, one stream, and the rows of one account.
    """
    for tenant, events in groupby(events_of(connection, low, high), key=lambda event: event.tenant):
        yield _account(mapper, scope, tenant, events, reached)


def events_of(connection: Connection, low: UUID, high: UUID) -> Iterator[Event]:
    """The events of accounts with ids in (low, high], stream after stream. The connection's transaction must have one
    snapshot."""
    with connection.cursor(name="replay") as cursor:
        cursor.itersize = PAGE
        cursor.execute(EVENTS, (low, high))
        for row in cursor:
            event = Event._make(row)
            if row[STATE_AT] is None:
                found = connection.execute(STATE, row[:3]).fetchone()
                assert found is not None
                event = event._replace(state=found[0])
            yield event


def _account(
    mapper: FactMapper, scope: Scope, tenant: UUID, events: Iterator[Event], reached: dict[str, int]
) -> Account:
    account = Account(tenant)
    inline = _Inline(mapper, scope.season) if scope.inline else None
    followers = [_Follower(mapper, each, reached.get(each.name, 0)) for each in scope.followers]
    failed: dict[int, str] = {}
    parts: list[_Inline | _Follower] = [*([inline] if inline else []), *followers]
    for stream, group in groupby(events, key=lambda event: event.stream):
        own = list(group)
        account.events += len(own)
        key = StreamKey(AccountId(tenant), stream)
        for number, part in enumerate(parts):
            if number not in failed:
                try:
                    part.read(key, own)
                except WRONG as error:
                    failed[number] = _reason(error, key)
    for number, part in enumerate(parts):
        if number not in failed:
            try:
                part.finish(account)
            except WRONG as error:
                failed[number] = _reason(error, StreamKey(AccountId(tenant), tenant))
        for name in scope.inline if isinstance(part, _Inline) else (part.projection.name,):
            if number in failed:
                account.trouble[name] = failed[number]
    return account


def _reason(error: BaseException, key: StreamKey) -> str:
    if isinstance(error, UnreadableFact):
        return str(error)
    if isinstance(error, UnknownStoredName):
        return f"{key}: no event of the kind {error} is known to this program"
    return f"{key}: {type(error).__name__}: {error}"


class _Inline:
    """Folds the streams of one account for the inline projections."""

    def __init__(self, mapper: FactMapper, season: int | None) -> None:
        self._mapper = mapper
        self._season = season
        self._writes: list[tuple[int, Write]] = []
        self._index: dict[UUID, tuple[dict[str, Any], Any]] = {}

    def read(self, key: StreamKey, events: Sequence[Event]) -> None:
        """Folds a whole stream."""
        if self._mapper.erased(events[0].subject):
            # A person whose key is destroyed gets no rows, even where their AccountErased was never recorded.
            return
        place = f"{key}#"
        last: tuple[Any, int] | None = None

        def later(state: Any, season: int) -> Occurs:
            nonlocal last
            last = state, season
            return PENDING

        state: Any = None
        decider: Any = None
        # The facts of one transaction were projected together.
        for _, together in groupby(events, key=lambda event: event.position >> ORDINAL_BITS):
            own = list(together)
            facts = [self._mapper.read(each.topic, each.state, each.subject, f"{place}{each.version}") for each in own]
            if decider is None:
                decider = decider_of(type(facts[0]))
                state = decider.initial
            before, state = state, decider.fold(state, facts)
            made = inline_writes(key, before, state, facts, own[-1].recorded_at, self._season, later)
            self._writes += [(own[0].position, _light(each)) for each in made]
        if last is not None:
            occurs = indexed(*last)
            self._index[key.stream] = index_texts(occurs), last[0] if occurs.season else None

    def finish(self, account: Account) -> None:
        """Applies the writes of all streams."""
        model = InlineModel()
        # A stable sort: the writes of one stream in one transaction keep their order.
        for _, write in sorted(self._writes, key=lambda each: each[0]):
            model.apply(write)
        for row in model.made["resource"].values():
            if not row["deleted"]:
                texts, state = self._index[row["stream_id"]]
                row |= texts
                if state is not None:
                    account.seasonal[row["stream_id"]] = state
        account.rows |= model.made


def _light(write: Write) -> Write:
    """The write without its text: the hash stands for it."""
    if not isinstance(write, PutResource):
        return write
    return PutResource(
        write.tenant, write.calendar_id, write.href, write.stream_id, write.uid, write.etag, write.schedule_tag,
        write.component, b"", write.recurs, PENDING, write.modified_at, write.fresh,
    )  # fmt: skip


class _Follower:
    """Folds the streams of one account for a follower of the log, as far as it has read the log."""

    def __init__(self, mapper: FactMapper, projection: Projection, reached: int) -> None:
        self.projection = projection
        self._mapper = mapper
        self._reached = reached
        self._topics = frozenset(topics_of(projection))
        self._writes: list[tuple[int, RowWrite]] = []
        self._unreadable: list[Unreadable] = []

    def read(self, key: StreamKey, events: Sequence[Event]) -> None:
        """Folds a whole stream."""
        for event in events:
            if event.position > self._reached or (self._topics and event.topic not in self._topics):
                continue
            envelope = Envelope(
                key, event.version, event.position, event.topic, event.actor, event.door, event.recorded_at,
                event.command_id, event.correlation_id, event.origin,
            )  # fmt: skip
            place = f"{key}#{event.version}"
            logged = LoggedEvent(
                envelope,
                lambda event=event, place=place: self._mapper.read(  # type: ignore[misc]
                    event.topic, event.state, event.subject, place
                ),
                lambda event=event: self._mapper.erased(event.subject),  # type: ignore[misc]
            )
            try:
                self._writes += [(event.position, write) for write in folded(self.projection, logged)]
            except UnreadableFact as error:
                self._unreadable.append(Unreadable(envelope, error))

    def finish(self, account: Account) -> None:
        """Applies the writes of all streams."""
        model = FollowerModel(self.projection)
        for _, write in sorted(self._writes, key=lambda each: each[0]):
            model.apply(write)
        account.rows |= model.made
        account.unreadable[self.projection.name] = self._unreadable

"""Followers of the log: how a projection and a policy are declared.

A use case appends facts and tells nobody. Who must be told, and what must be readable, follows from the log: a policy
turns facts into outbox messages, a projection turns them into rows. Both are pure; the runner (one for all) gives them
each fact of the log in order and writes what they return in one transaction with the position they have reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.messages.outbox import OutboxMessage
from televent.domain.account.events import AccountErased

Values = Mapping[str, Any]

ERASED: Final = name_of(AccountErased)
"""The stored name of the last fact of an account."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A row of ``table``. A row with the same key gives way to it, so that a fact applied twice changes nothing."""

    table: str
    values: Values


@dataclass(frozen=True, slots=True)
class Update:
    """New ``values`` for all rows of ``table`` whose columns equal ``where``."""

    table: str
    where: Values
    values: Values


@dataclass(frozen=True, slots=True)
class Delete:
    """All rows of ``table`` whose columns equal ``where`` go."""

    table: str
    where: Values


RowWrite = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows made of the log: ``fold(fact, envelope)`` says what is written. Pure.

    ``tables``: each table and the columns of its primary key. ``topics``: the stored names it reads; () for all.
    ``envelope_only``: it reads no fact, which saves decoding them; ``fold`` is then given None for the fact.
    It begins at the start of the log, and can be rebuilt at any time.
    """

    name: str
    tables: Mapping[str, tuple[str, ...]]
    fold: Callable[[Any, Envelope], Sequence[RowWrite]]
    topics: tuple[str, ...] = ()
    envelope_only: bool = False
    pause: float = 0.05
    """Seconds between two looks at the log while it grows."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Messages that follow from facts: ``react(fact, envelope)`` says what is owed. Pure.

    The ids of its messages come from ``envelope.derived_id``, so that a fact seen twice owes nothing twice. ``topics``:
    the stored names it reads; () for all. It begins with what is recorded after it was first installed: nobody is told
    of what happened long ago. ``only_for``: the name of the audience that alone can be told ("chat": people with
    Telegram); None for everybody.
    """

    name: str
    react: Callable[[Any, Envelope], Sequence[OutboxMessage]]
    topics: tuple[str, ...] = ()
    only_for: str | None = None
    pause: float = 0.05
    """Seconds between two looks at the log while it grows."""


def folded(projection: Projection, event: LoggedEvent) -> Sequence[RowWrite]:
    """What a projection writes for an event of the log; nothing is made of facts of a person who was erased.

    With the last fact of an account all its rows go, but those of a projection that keeps envelopes only, which hold
    nothing personal. Raises UnknownStoredName for a fact of a newer program.
    """
    envelope = event.envelope
    if projection.envelope_only:
        return projection.fold(None, envelope)
    if envelope.topic == ERASED:
        return [Delete(table, {"tenant_id": envelope.tenant}) for table in projection.tables]
    return () if event.erased else projection.fold(event.fact, envelope)


def reacted(policy: Policy, event: LoggedEvent) -> Sequence[OutboxMessage]:
    """What a policy owes for an event of the log; nobody is told of facts of a person who was erased.

    Raises UnknownStoredName for a fact of a newer program.
    """
    return () if event.erased and event.envelope.topic != ERASED else policy.react(event.fact, event.envelope)


def topics_of(follower: Projection | Policy) -> tuple[str, ...]:
    """The stored names that are read for a follower; () for all."""
    if isinstance(follower, Policy) or follower.envelope_only or not follower.topics:
        return follower.topics
    return (*follower.topics, ERASED)

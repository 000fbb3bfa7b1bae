"""Followers of the log: how a projection and a policy are declared.

A use case appends facts and notifies nobody. Followers of the log do the rest: a policy turns facts into outbox
messages, a projection turns them into rows. Both are pure. One runner gives them each fact in the order of the log. It
writes their results and the new position in one transaction.
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
    """Inserts a row into ``table``. It replaces a row with the same key, so a fact applied twice changes nothing.

    ``once``: the columns that keep the value of the first insert.
    """

    table: str
    values: Values
    once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Sets ``values`` in all rows of ``table`` whose columns equal ``where``."""

    table: str
    where: Values
    values: Values


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes all rows of ``table`` whose columns equal ``where``."""

    table: str
    where: Values


RowWrite = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Projection:
    """A declared projection. ``fold(fact, envelope)`` returns the writes of a fact. Pure.

    ``tables``: each table and the columns of its primary key. ``topics``: the stored names it reads; () for all.
    A projection begins at the start of the log, and can be rebuilt at any time.
    """

    name: str
    tables: Mapping[str, tuple[str, ...]]
    fold: Callable[[Any, Envelope], Sequence[RowWrite]]
    topics: tuple[str, ...] = ()
    pause: float = 0.05
    """Min seconds between two batches while the log grows."""
    wakes: str | None = None
    """The workers that are notified of new rows: "reminders" or "search"; None: nobody waits for them."""
    by_envelope: bool = False
    """Whether ``fold`` needs only the envelope: then no fact is decrypted for it, and it is given None."""
    version: int = 1
    """Raised whenever the same facts give other rows. A worker of another version than the rows leaves them alone, so
    the earlier program goes on until ``televent rebuild`` has put the rows of this version into their place."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A declared policy. ``react(fact, envelope)`` returns the outbox messages of a fact. Pure.

    The ids of its messages come from ``envelope.derived_id``, so a fact seen twice adds no second message. ``topics``:
    the stored names it reads; () for all. A policy begins with the facts recorded after its first start, so nobody gets
    messages about old facts. ``only_for``: the audience ("chat": accounts with Telegram, "mail": accounts without it
    that have a verified address, "team": team calendars, "webhooks": those with a webhook); None: all accounts.
    """

    name: str
    react: Callable[[Any, Envelope], Sequence[OutboxMessage]]
    topics: tuple[str, ...] = ()
    only_for: str | None = None
    pause: float = 0.25
    """Min seconds between two batches while the log grows; a fact after a quiet moment does not wait. A batch costs the
    database and the worker about the same for one fact as for twenty (ADR 95)."""


def folded(projection: Projection, event: LoggedEvent) -> Sequence[RowWrite]:
    """The writes of a projection for an event of the log; none for the facts of an erased account.

    The last fact of an account deletes all its rows. Raises UnknownStoredName for a fact of a newer program,
    UnreadableFact.
    """
    envelope = event.envelope
    if envelope.topic == ERASED:
        return [Delete(table, {"tenant_id": envelope.tenant}) for table in projection.tables]
    if event.erased:
        return ()
    return projection.fold(None if projection.by_envelope else event.fact, envelope)


def reacted(policy: Policy, event: LoggedEvent) -> Sequence[OutboxMessage]:
    """The messages of a policy for an event of the log; none for the facts of an erased account.

    Raises UnknownStoredName for a fact of a newer program, UnreadableFact.
    """
    return () if event.erased and event.envelope.topic != ERASED else policy.react(event.fact, event.envelope)


def topics_of(follower: Projection | Policy) -> tuple[str, ...]:
    """The stored names that the runner reads for a follower; () for all."""
    if isinstance(follower, Policy) or not follower.topics:
        return follower.topics
    return (*follower.topics, ERASED)

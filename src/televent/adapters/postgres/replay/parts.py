"""Replays the accounts of one part: looks, and then corrects or looks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.looking import look, snapshot
from televent.adapters.postgres.replay.mending import mend
from televent.adapters.postgres.replay.tables import Difference, Looked, Scope, Trouble
from televent.adapters.postgres.session import require_session
from televent.application.event_store.mapper import FactMapper

TOLD: Final = 1000
"""Max differences, and max accounts in trouble, that are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """The accounts with ids in (low, high]. ``events``: how many they had when the replay was planned."""

    number: int
    low: UUID
    high: UUID
    events: int


@dataclass(frozen=True, slots=True)
class Result:
    """The findings of a replay of one or more parts. ``differences`` and ``troubles`` are the first ones by name."""

    events: int = 0
    rows: int = 0
    differing: int = 0
    troubled: int = 0
    behind: int = 0
    differences: tuple[Difference, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    def __add__(self, other: Result) -> Result:
        return Result(
            self.events + other.events,
            self.rows + other.rows,
            self.differing + other.differing,
            self.troubled + other.troubled,
            self.behind + other.behind,
            (self.differences + other.differences)[:TOLD],
            (self.troubles + other.troubles)[:TOLD],
        )


Job = Callable[[Connection, FactMapper, Part], Result]
"""The work on one part. It must be picklable, for other processes."""


def own_connection(conninfo: str) -> Connection:
    """A new connection outside the pool, for one replay. Raises NeedsSession where it leads through a pooler: a replay
    takes locks that outlive a transaction."""
    connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, application_name="televent rebuild")
    try:
        require_session(connection, "A replay")
    except BaseException:
        connection.close()
        raise
    return connection


def replay_part(connection: Connection, mapper: FactMapper, part: Part, *, scope: Scope, mends: bool) -> Result:
    """Compares the rows of the part's accounts with their facts; ``mends``: corrects those that differ.

    A difference counts only where a second look finds it too: a key that another process has just destroyed is still in
    this one's cache, or the other way round.
    """
    with snapshot(connection):
        looked, _ = look(connection, mapper, scope, part.low, part.high)
    differences: list[Difference] = []
    troubles = {(each.tenant, each.projection): each for each in looked.troubles}
    for tenant in sorted({each.tenant for each in looked.differences}):
        mapper.forget(tenant)
        again = mend(connection, mapper, scope, tenant) if mends else _again(connection, mapper, scope, tenant)
        differences += again.differences
        troubles |= {(each.tenant, each.projection): each for each in again.troubles}
    return Result(
        looked.events,
        looked.rows,
        len(differences),
        len(troubles),
        looked.behind,
        tuple(differences[:TOLD]),
        tuple(list(troubles.values())[:TOLD]),
    )


def _again(connection: Connection, mapper: FactMapper, scope: Scope, tenant: UUID) -> Looked:
    with snapshot(connection):
        return look(connection, mapper, scope, UUID(int=tenant.int - 1), tenant)[0]

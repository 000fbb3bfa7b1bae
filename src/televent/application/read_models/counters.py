"""The values of a calendar's counter, each with the run that it belongs to (ADR 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

NO_RUN: Final = "0" * 12
"""The run of a counter that has not counted yet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A value of a counter, and the run in which the counter got it: a state of the collection that no other history
    has."""

    run: str
    seq: int


NOTHING: Final = Moment(NO_RUN, 0)


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of a calendar, or of a sharee's own data. ``began``: the first value of the run of ``now``."""

    tenant: AccountId
    counter_id: UUID
    now: Moment
    began: int


class CounterReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def runs_at(self, asked: Sequence[tuple[AccountId, UUID, int]]) -> list[str | None]:
        """For each account, counter and value: the run in which the counter got that value; None: it never did."""
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """Moments before the newest runs of their counters. Whether they happened is known from the stored runs alone."""

    moments: tuple[tuple[Counter, Moment], ...]

    def happened(self, reads: CounterReads) -> bool:
        """Whether every moment belongs to the history of its counter."""
        asked = [(counter.tenant, counter.counter_id, moment.seq) for counter, moment in self.moments]
        return not asked or reads.runs_at(asked) == [moment.run for _, moment in self.moments]


def past_of(moments: Iterable[tuple[Counter, Moment]]) -> Past | None:
    """The moments that have to be looked up; None where one never happened.

    A counter at zero has an empty collection in every history, so that moment always happened.
    """
    left = []
    for counter, moment in moments:
        if moment.seq == 0:
            continue
        if moment.seq < counter.began:
            left.append((counter, moment))
        elif moment.seq > counter.now.seq or moment.run != counter.now.run:
            return None
    return Past(tuple(left))

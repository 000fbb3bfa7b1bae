"""The completions of messages that end at the same moment are stored in one statement, and each for itself is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from support.event_store import NOON, owed
from support.town import Town
from televent.adapters.postgres.queues.outbox import PostgresOutbox
from televent.application.messages.outbox import Claimed
from televent.application.outage import DatabaseAway
from televent.runtime.workers.completions import MOST, Completions

pytestmark = pytest.mark.own_database


class Counted(PostgresOutbox):
    """An outbox that notes how many messages each statement completes. ``broken``: the first one fails so."""

    def __init__(self, town: Town, broken: BaseException | None = None) -> None:
        super().__init__(town.core.pool, town.core.wakeups)
        self.sizes: list[int] = []
        self._broken = broken

    def complete_claims(self, messages: Sequence[Claimed], now: datetime) -> None:
        self.sizes.append(len(messages))
        broken, self._broken = self._broken, None
        if broken is not None:
            raise broken
        super().complete_claims(messages, now)


def claimed(town: Town, count: int) -> list[Claimed]:
    tenant = town.person("ann").tenant
    town.core.outbox.enqueue([replace(owed(), due_at=NOON) for _ in range(count)], tenant, "request", NOON)
    return town.core.outbox.claim(NOON, limit=count)


def all_ended(town: Town, outbox: Counted, claims: Sequence[Claimed]) -> list[BaseException | None]:
    """The results of all completions, which begin at the same moment."""

    async def run() -> list[BaseException | None]:
        completions = Completions(replace(town.core, outbox=outbox))
        each = (completions.complete(lambda one=one: [one]) for one in claims)
        return list(await asyncio.gather(*each, return_exceptions=True))

    return asyncio.run(run())


def test_messages_that_end_together_are_completed_in_one_statement(town: Town) -> None:
    outbox, claims = Counted(town), claimed(town, MOST + 20)
    assert all_ended(town, outbox, claims) == [None] * len(claims)
    assert outbox.sizes == [MOST, 20]
    assert outbox.counts() == {"completed": len(claims)}


def test_a_statement_that_fails_is_told_to_its_messages_only(town: Town) -> None:
    outbox, claims = Counted(town, DatabaseAway("gone")), claimed(town, MOST + 1)
    results = all_ended(town, outbox, claims)
    assert [isinstance(each, DatabaseAway) for each in results] == [True] * MOST + [False]
    # As after kill -9: the others are claimed again when their lease ends.
    assert outbox.counts() == {"processing": MOST, "completed": 1}


def test_nobody_waits_for_a_statement_that_is_given_up(town: Town) -> None:
    """Neither its own messages nor those of the next one, which nobody would begin."""
    claims = claimed(town, MOST + 1)
    results = all_ended(town, Counted(town, asyncio.CancelledError()), claims)
    assert [type(each) for each in results] == [asyncio.CancelledError] * len(claims)

"""A worker keeps its claims for as long as it works on them, although their lease is short."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import psycopg
import pytest

from support.town import NOON, Town
from support.waiting import NET
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import LEASE, Claimed, OutboxMessage
from televent.runtime.workers.claims import kept

SECOND = timedelta(seconds=1)


def claim(town: Town) -> Claimed:
    """A message that this worker has claimed at NOON."""
    town.core.backend.clock = lambda: town.now
    person = town.person("ann")
    message = OutboxMessage(town.core.backend.ids(), "kept", ChatText("device-none", {}), NOON)
    town.core.outbox.enqueue([message], person.tenant, "test", NOON)
    (claimed,) = town.core.outbox.claim(NOON, kinds=[ChatText])
    return claimed


def state(town: Town, message: Claimed) -> tuple[object, ...]:
    query = "SELECT state, lease_until FROM outbox WHERE outbox_id = %s"
    with psycopg.connect(town.url) as connection:
        row: tuple[object, ...] | None = connection.execute(query, (message.outbox_id,)).fetchone()
    assert row is not None
    return row


@pytest.mark.own_database
def test_a_claim_is_renewed_while_its_handler_works(town: Town) -> None:
    message, core = claim(town), town.core
    town.now = NOON + LEASE - SECOND

    async def work() -> list[Claimed]:
        async with asyncio.timeout(NET), kept(core, [message], every=0.01) as claims:
            # The row changes in another thread, without an event here.
            while state(town, message)[1] != town.now + LEASE:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert core.outbox.claim(NOON + LEASE, kinds=[ChatText]) == []
            return claims()

    (renewed,) = asyncio.run(work())
    core.outbox.complete(renewed, NOON)
    assert state(town, message)[0] == "completed"


@pytest.mark.own_database
def test_the_claim_of_a_worker_that_was_killed_is_free_after_its_lease(town: Town) -> None:
    message, core = claim(town), town.core
    (again,) = core.outbox.claim(NOON + LEASE, kinds=[ChatText])
    assert again.attempts == 2
    core.outbox.complete(message, NOON)
    assert state(town, message)[0] == "processing"

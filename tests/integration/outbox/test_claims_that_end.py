"""The claim of a message whose handler has ended is settled, although its next renewal is due at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import psycopg
import pytest

from support.event_store import NOON, owed
from support.town import Town
from support.waiting import NET
from televent.adapters.postgres.queues.outbox import PostgresOutbox
from televent.application.messages.chat import ChatText
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, RetryLater, Verdict
from televent.runtime.workers import worker
from televent.runtime.workers.claims import kept
from televent.runtime.workers.completions import Completions

pytestmark = pytest.mark.own_database


class Slow(PostgresOutbox):
    """An outbox whose statements at the end of a message come after each renewal that is still to come."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.core.pool, town.core.wakeups)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.renewed = False

    def renew(self, messages: Sequence[Claimed], until: datetime) -> None:
        super().renew(messages, until)
        self.renewed = True

    def complete_claims(self, messages: Sequence[Claimed], now: datetime) -> None:
        self._let_renewals_go_first()
        super().complete_claims(messages, now)

    def settle_failure(self, message: Claimed, verdict: Verdict, now: datetime) -> None:
        self._let_renewals_go_first()
        super().settle_failure(message, verdict, now)

    def _let_renewals_go_first(self) -> None:
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._renewals(), self.loop).result(NET)

    async def _renewals(self) -> None:
        # The row changes in another thread, without an event here.
        while not self.renewed and any(map(_renews, asyncio.all_tasks())):  # noqa: ASYNC110
            await asyncio.sleep(0)


def _renews(task: asyncio.Task[object]) -> bool:
    """Whether the task renews claims (workers.claims)."""
    return "<locals>.renew " in str(task.get_coro())


def test_the_task_that_renews_claims_is_found(town: Town) -> None:
    """Under another name nobody would wait for it below, and the tests there would prove nothing."""

    async def found() -> list[bool]:
        async with kept(town.core, []):
            return [_renews(each) for each in asyncio.all_tasks() if each is not asyncio.current_task()]

    assert asyncio.run(found()) == [True]


class Ends:
    """A handler that ends at once, with this error or well."""

    kinds: tuple[type[Message], ...] = (ChatText,)

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def handle(self, message: Claimed) -> None:
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize(
    ("error", "left"), [(None, ("completed", 1)), (RetryLater(60.0), ("pending", 0))], ids=["well", "later"]
)
def test_a_renewal_does_not_overtake_the_end_of_its_message(
    town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception | None, left: tuple[str, int]
) -> None:
    monkeypatch.setattr(worker, "kept", partial(kept, every=0.0))
    town.core.backend.clock = lambda: town.now
    queued = replace(owed(), message=ChatText("device-none", {}))
    town.core.outbox.enqueue([queued], town.person("ann").tenant, "request", NOON)
    (message,) = town.core.outbox.claim(NOON, kinds=[ChatText])
    town.now = NOON + timedelta(seconds=1)
    outbox = Slow(town)
    core = replace(town.core, outbox=outbox)

    async def run() -> None:
        outbox.loop = asyncio.get_running_loop()
        await worker._handle(core, Ends(error), message, Completions(core))

    asyncio.run(run())
    with psycopg.connect(town.url) as connection:
        row = connection.execute("SELECT state, attempts FROM outbox WHERE outbox_id = %s", (message.outbox_id,))
        # Otherwise another worker would send it again when the lease ends, or a postponed attempt would count.
        assert row.fetchone() == left

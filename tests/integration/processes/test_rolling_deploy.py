"""Yesterday's worker beside today's on one database: nothing is lost, nothing is handled twice."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from support.waiting import wait_until
from televent.adapters.postgres.queues.outbox import PostgresOutbox
from televent.application.messages.catalogue import NAMES, Catalogue
from televent.application.messages.message import Message
from televent.application.messages.outbox import LEASE, UNKNOWN_FOR, Claimed, OutboxMessage
from televent.cli import cli
from televent.domain.ids import AccountId
from televent.runtime.compose import Core, build_core
from televent.runtime.workers.worker import drain
from televent.settings import load_settings

ANN = AccountId(UUID(int=1))
NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
PAST = datetime.fromisoformat("2020-02-02T12:00:00+00:00")
SECOND = timedelta(seconds=1)


class Yesterdays(Message, frozen=True):
    """x/1, as the older program knows it."""

    text: str


class Todays(Message, frozen=True):
    """x/2: the text has a language."""

    text: str
    language: str


def upcast(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "language": "en"}


YESTERDAY = Catalogue({**NAMES, "x/1": Yesterdays}, {})
TODAY = Catalogue({**NAMES, "x/2": Todays}, {"x/1": ("x/2", upcast)})


@dataclass
class Program:
    """One version of the program: its catalogue, its connections, its handler. ``handled``: by id, in order."""

    core: Core
    kind: type[Message]
    handled: list[tuple[UUID, Message]] = field(default_factory=list)

    @property
    def kinds(self) -> tuple[type[Message], ...]:
        return (self.kind,)

    async def handle(self, message: Claimed) -> None:
        self.handled.append((message.outbox_id, message.message))

    @property
    def outbox(self) -> PostgresOutbox:
        return self.core.outbox

    def owe(self, messages: Sequence[Message]) -> list[UUID]:
        owed = [OutboxMessage(uuid4(), f"x/{uuid4()}", message, NOON) for message in messages]
        self.outbox.enqueue(owed, ANN, "request", NOON)
        return [each.outbox_id for each in owed]

    @contextmanager
    def working(self) -> Iterator[None]:
        """Runs its worker until the end of the block; then the worker finishes the messages that it holds."""
        loop, stop = asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(drain(self.core, [self], stop)))
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(60)
            loop.close()
        assert not thread.is_alive()


@dataclass
class Deploy:
    """Both programs on one database, with one clock that only a test moves."""

    yesterday: Program
    today: Program
    now: datetime = NOON

    def standing(self) -> dict[str, int]:
        return self.today.outbox.counts()


@pytest.fixture
def deploy(database_url: str) -> Iterator[Deploy]:
    with ExitStack() as stack:

        def program(catalogue: Catalogue, kind: type[Message]) -> Program:
            core = build_core(load_settings(pool_size=4), database_url)
            stack.callback(core.close)
            core.outbox = PostgresOutbox(core.pool, core.wakeups, catalogue)
            core.backend.clock = lambda: both.now
            return Program(core, kind)

        both = Deploy(program(YESTERDAY, Yesterdays), program(TODAY, Todays))
        yield both


def test_two_versions_share_the_work_and_each_reads_what_it_knows(deploy: Deploy) -> None:
    old = [Yesterdays(f"old {number}") for number in range(40)]
    new = [Todays(f"new {number}", "ru") for number in range(40)]
    owed: list[UUID] = []
    with deploy.yesterday.working(), deploy.today.working():
        for number in range(0, 40, 4):
            owed += deploy.yesterday.owe(old[number : number + 4])
            owed += deploy.today.owe(new[number : number + 4])
        wait_until(lambda: deploy.standing() == {"completed": 80}, what="both workers have handled everything")
    handled = [*deploy.yesterday.handled, *deploy.today.handled]
    assert Counter(each for each, _ in handled) == Counter(owed)
    assert all(isinstance(message, Yesterdays) for _, message in deploy.yesterday.handled)
    read = Counter(message for _, message in deploy.today.handled)
    upcasts = Counter(Todays(message.text, "en") for message in old)
    upcasts -= Counter(Todays(m.text, "en") for _, m in deploy.yesterday.handled if isinstance(m, Yesterdays))
    assert read == Counter(new) + upcasts


def test_todays_worker_reads_the_rows_of_yesterday(deploy: Deploy) -> None:
    deploy.yesterday.owe([Yesterdays("old")])
    with deploy.today.working():
        wait_until(lambda: deploy.standing() == {"completed": 1})
    assert [message for _, message in deploy.today.handled] == [Todays("old", "en")]


def test_todays_worker_takes_what_a_dead_worker_of_yesterday_held(deploy: Deploy) -> None:
    (owed,) = deploy.yesterday.owe([Yesterdays("old")])
    (held,) = deploy.yesterday.outbox.claim(NOON)
    # A worker that has just started leaves the claims of others for a moment.
    assert deploy.today.outbox.claim(NOON) == []
    deploy.now = NOON + LEASE
    with deploy.today.working():
        wait_until(lambda: deploy.standing() == {"completed": 1})
    assert deploy.today.handled == [(owed, Todays("old", "en"))]
    # If that worker is still alive, its result comes too late.
    deploy.yesterday.outbox.release(held, deploy.now)
    assert deploy.standing() == {"completed": 1}


def test_yesterdays_worker_leaves_the_new_kind_alone_and_is_not_held_up_by_it(deploy: Deploy) -> None:
    new = deploy.today.owe([Todays(f"new {number}", "ru") for number in range(30)])
    (old,) = deploy.yesterday.owe([Yesterdays("old")])
    with deploy.yesterday.working():
        wait_until(lambda: [each for each, _ in deploy.yesterday.handled] == [old])
        wait_until(lambda: deploy.standing() == {"completed": 1, "pending": 30})
    assert deploy.yesterday.outbox.claim(NOON) == []
    assert deploy.yesterday.outbox.fail_unknown(NOON + UNKNOWN_FOR - SECOND) == 0
    deploy.now = NOON + UNKNOWN_FOR - SECOND
    with deploy.today.working():
        wait_until(lambda: deploy.standing() == {"completed": 31})
    assert sorted(each for each, _ in deploy.today.handled) == sorted(new)


def test_what_no_worker_knows_is_failed_after_ten_minutes_and_shown(deploy: Deploy) -> None:
    (new,) = deploy.today.owe([Todays("new", "ru")])
    old = deploy.yesterday.owe([Yesterdays("old")])
    # Only an unknown message fails; a known one waits for its handler without limit.
    assert deploy.yesterday.outbox.fail_unknown(NOON + UNKNOWN_FOR) == 1
    (row,) = deploy.yesterday.outbox.listed(["failed"])
    failed, name, reason = row["id"], row["kind"], row["error"]
    assert (failed, name) == (new, "x/2")
    assert reason is not None
    assert reason.startswith("x/2 is not known to any worker: none took it within 10 minutes of its time.")
    assert "requeue" in reason
    deploy.now = NOON + UNKNOWN_FOR
    assert deploy.yesterday.outbox.requeue(new, deploy.now)
    assert deploy.yesterday.outbox.fail_unknown(deploy.now + UNKNOWN_FOR - SECOND) == 0
    with deploy.today.working():
        wait_until(lambda: deploy.standing() == {"completed": 2})
    assert sorted(each for each, _ in deploy.today.handled) == sorted([new, *old])


def test_an_operator_sees_what_waits_unknown_and_what_was_failed(deploy: Deploy, database_url: str) -> None:
    def said(*command: str) -> str:
        return CliRunner().invoke(cli, command, env={"DATABASE_URL": database_url}).output

    # It was due long ago by the database's clock, which ``doctor`` reads.
    past = [OutboxMessage(uuid4(), f"x/{number}", Todays("new", "ru"), PAST) for number in range(2)]
    deploy.today.outbox.enqueue(past, ANN, "request", PAST)
    assert "2 messages wait for more than two minutes: x/2 (2, not known here)" in said("doctor")
    assert deploy.yesterday.outbox.fail_unknown(PAST + UNKNOWN_FOR) == 2
    seen = said("doctor")
    assert "2 failed (see: televent outbox list); the last one: x/2 is not known to any worker" in seen
    assert "0 messages wait" in seen
    assert f"{past[0].outbox_id}  x/2  failed" in said("outbox", "list")


def test_what_a_newer_worker_took_and_never_finished_is_failed_too(deploy: Deploy) -> None:
    """The new version was removed while it held the message."""
    deploy.today.owe([Todays("new", "ru")])
    assert len(deploy.today.outbox.claim(NOON)) == 1
    assert deploy.yesterday.outbox.fail_unknown(NOON + UNKNOWN_FOR) == 0
    assert deploy.yesterday.outbox.fail_unknown(NOON + LEASE + UNKNOWN_FOR) == 1
    assert deploy.standing() == {"failed": 1}

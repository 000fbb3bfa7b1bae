"""The worker of subscriptions: it sleeps until one is due, or until somebody subscribes or asks for a read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from support.hook_post import HookPost, Program, open_hook_post, open_program, owner
from support.waiting import NET, wait_until
from televent.adapters.postgres.wakeup import SUBSCRIPTIONS
from televent.runtime.workers.subscriptions import keep_subscriptions

pytestmark = pytest.mark.own_database


@pytest.fixture
def post(database_url: str) -> Iterator[HookPost]:
    with open_hook_post(database_url) as made:
        yield made


@pytest.fixture
def program() -> Iterator[Program]:
    with open_program() as made:
        yield made


def test_the_worker_is_notified_of_what_is_due_at_once(post: HookPost, program: Program) -> None:
    ann, told = owner(post.site), threading.Event()
    unlisten = post.site.core.wakeups.listen(SUBSCRIPTIONS, told.set)
    try:
        made = ann.ask("POST", "/api/subscriptions", {"url": program.url}).json
        assert told.wait(NET)
        told.clear()
        assert ann.ask("POST", f"/api/subscriptions/{made['id']}/refresh", {}).status == 202
        assert told.wait(NET)
    finally:
        unlisten()


def test_the_worker_reads_what_is_due_and_ends(post: HookPost, program: Program) -> None:
    core, ann = post.site.core, owner(post.site)
    assert ann.ask("POST", "/api/subscriptions", {"url": program.url}).status == 201

    async def steps() -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(keep_subscriptions(core, stop))
        read = lambda: ann.ask("GET", "/api/subscriptions").json[0]["last_error"]  # noqa: E731
        await asyncio.to_thread(wait_until, read, what="the first read")
        stop.set()
        await working

    asyncio.run(steps())
    (listed,) = ann.ask("GET", "/api/subscriptions").json
    # The program answers POST only.
    assert (listed["last_error"], listed["failures"]) == ("http-501", 1)
    at = core.backend.subscriptions.next_at()
    assert at is not None
    assert at - core.backend.clock() <= timedelta(minutes=15)


def test_the_worker_sleeps_where_nobody_subscribes(post: HookPost) -> None:
    assert post.site.core.backend.subscriptions.next_at() is None

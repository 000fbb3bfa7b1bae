"""One process polls Telegram at a time, and another takes over."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiogram import Bot, Dispatcher

from integration.chat.test_bot_outage import echoing, our_bot
from support.event_store import Shop, open_shop
from support.outages import read_only
from support.sandbox import ANN, Control, sandbox_control, until
from televent.adapters.postgres.queues.chats.bot_lease import PostgresBotLease
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
from televent.adapters.telegram.receiving.polling import Polling
from televent.adapters.telegram.receiving.polling_alone import poll_alone


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=4) as shop:
        yield shop


def lease(shop: Shop, bot_id: int = 7) -> PostgresBotLease:
    return PostgresBotLease(shop.pool, bot_id, uuid4())


def held_by(shop: Shop, **values: Any) -> None:
    with shop.pool.connection() as connection:
        for name, value in values.items():
            connection.execute(f"UPDATE bot_lease SET {name} = %s".encode(), (value,))  # noqa: S608


def test_one_of_two_has_the_lease_until_it_gives_it_back(shop: Shop) -> None:
    first, second = lease(shop), lease(shop)
    assert (first.take(), second.take(), first.take()) == (True, False, True)
    second.release()
    assert second.take() is False
    first.release()
    assert (second.take(), first.take()) == (True, False)
    assert lease(shop, bot_id=8).take()


def test_the_lease_of_a_killed_process_of_this_machine_is_free_at_once(shop: Shop) -> None:
    killed, other = lease(shop), lease(shop)
    assert killed.take()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    held_by(shop, process=gone.pid)
    assert other.take()


def test_the_lease_of_another_machine_ends_by_its_time(shop: Shop) -> None:
    far, other = lease(shop), lease(shop)
    assert far.take()
    held_by(shop, host="far.example.com", process=2**22 + 5)
    assert not other.take()
    held_by(shop, lease_until="2026-01-01")
    assert other.take()
    assert not far.take()


@asynccontextmanager
async def polling(
    shop: Shop, bot: Bot, dispatcher: Dispatcher, polled: list[Bot] | None = None
) -> AsyncIterator[PostgresBotLease]:
    """A process that polls, or stands by. ``polled`` gets the bot whenever it begins to poll."""

    async def run(function: Any, *arguments: object) -> Any:
        return await asyncio.to_thread(function, *arguments)

    def begin(turn: asyncio.Event) -> Polling:
        if polled is not None:
            polled.append(bot)
        return Polling(bot, dispatcher, KeptUpdates(PostgresBotUpdates(shop.pool, bot.id), run), turn)

    stop, ours = asyncio.Event(), lease(shop)
    task = asyncio.create_task(poll_alone(ours, run, begin, stop))
    try:
        yield ours
    finally:
        stop.set()
        await task


async def echoed(control: Control, text: str) -> None:
    await control.say(ANN, text)
    await control.heard(ANN, text)


def test_a_second_process_takes_over_when_the_first_ends(shop: Shop) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as one, our_bot(control) as two:
            async with polling(shop, one, echoing(), polled):
                await echoed(control, "first")
                async with polling(shop, two, echoing(), polled):
                    await echoed(control, "second")
                    assert polled == [one]
            async with polling(shop, two, echoing(), polled):
                await echoed(control, "third")
                assert polled == [one, two]

    polled: list[Bot] = []
    asyncio.run(steps())


def test_a_process_that_lost_its_lease_stops_polling(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.adapters.telegram.receiving.polling_alone.RENEW", 0.05)

    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as one, polling(shop, one, echoing()):
            await echoed(control, "first")
            held_by(shop, lease_until="2026-01-01")
            other = lease(shop)
            await until(lambda: asyncio.to_thread(other.take), "the other process has the lease")

            async def confirmed() -> bool:
                calls = await control.get("/sandbox/calls")
                return bool(calls[-1]["method"] == "getUpdates" and int(calls[-1]["parameters"].get("limit", 0)) == 1)

            await until(confirmed, "the first one has confirmed its updates and polls no more")
            await asyncio.to_thread(other.release)
            await echoed(control, "again")

    asyncio.run(steps())


def test_the_process_that_polls_goes_on_while_the_database_is_away(
    shop: Shop, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("televent.adapters.telegram.receiving.polling_alone.RENEW", 0.05)

    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as one, polling(shop, one, echoing()):
            await echoed(control, "first")
            with read_only(database_url):
                await echoed(control, "second")
            await echoed(control, "third")

    asyncio.run(steps())

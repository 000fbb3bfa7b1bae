"""The bot while the database cannot answer: the person is told, and the update is handled later, also by another
process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiogram import Bot, Dispatcher
from aiogram.types import Message

from integration.test_bot_webhook import SECRET, UPDATE, post
from support.outages import failing, read_only
from support.passwords import CHEAP_PASSWORDS
from support.sandbox import ANN, BOB, Control, bot_of, sandbox_control
from televent.adapters.postgres.queues.chat_book import PostgresChatBook
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.dialogue_storage import DialogueStorage
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.polling import Polling
from televent.adapters.telegram.webhook import Webhook
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

pytestmark = pytest.mark.own_database
WAIT = "I cannot reach the calendars"


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(pool_size=4), database_url, CHEAP_PASSWORDS)
    yield core
    core.close()


def dispatcher_of(core: Core) -> Dispatcher:
    door = BotDoor(core.backend, core.run, "http://localhost:3000")
    return make_dispatcher(door, DialogueStorage(PostgresChatBook(core.pool), core.run))


@asynccontextmanager
async def polling(bot: Bot, dispatcher: Dispatcher) -> AsyncIterator[asyncio.Event]:
    """A bot that polls, until the block ends; the event stops it earlier."""
    stop = asyncio.Event()
    task = asyncio.create_task(Polling(bot, dispatcher, stop).run())
    try:
        yield stop
    finally:
        stop.set()
        await task


@asynccontextmanager
async def our_bot(control: Control) -> AsyncIterator[Bot]:
    bot = make_bot(control.sandbox.config.bot_token, control.sandbox.url)
    try:
        yield bot
    finally:
        await bot.session.close()


def test_an_update_is_kept_and_handled_once_the_database_answers(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(bot, dispatcher_of(core)):
            with read_only(database_url):
                await control.say(ANN, "/start")
                await control.heard(ANN, WAIT)
            await control.heard(ANN, "please provide your email")
            heard = (await control.get(f"/sandbox/people/{ANN}/messages", after=0))["messages"]
            assert len([each for each in heard if WAIT in each["text"]]) == 1

    asyncio.run(steps())
    assert core.reads.account_by_telegram(ANN) is not None


def test_an_update_that_waits_when_the_process_stops_is_handled_by_the_next(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot:
            with read_only(database_url):
                async with polling(bot, dispatcher_of(core)):
                    await control.say(ANN, "/start")
                    await control.heard(ANN, WAIT)
            assert core.reads.account_by_telegram(ANN) is None
            async with polling(bot, dispatcher_of(core)):
                await control.heard(ANN, "please provide your email")
            # Handled updates are confirmed, also when the process stops at once.
            assert await bot.get_updates() == []

    asyncio.run(steps())


def test_a_full_disk_is_told_and_does_not_hold_up_others(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(bot, dispatcher_of(core)):
            with failing(database_url, "account", "INSERT", "53100"):
                await control.say(ANN, "/start")
                await control.heard(ANN, "no room left")
            await control.say(BOB, "/start")
            await control.heard(BOB, "please provide your email")

    asyncio.run(steps())
    assert core.reads.account_by_telegram(ANN) is None


def test_a_slow_chat_does_not_hold_up_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.adapters.telegram.polling.SLOW", 0.05)
    released = asyncio.Event()

    async def steps() -> None:
        dispatcher = Dispatcher()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "slow":
                await released.wait()
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, bot_of(control) as bot, polling(bot, dispatcher):
            await control.say(ANN, "slow")
            await control.say(BOB, "quick")
            await control.heard(BOB, "echo quick")
            released.set()
            await control.heard(ANN, "echo slow")

    asyncio.run(steps())


def test_updates_of_a_chat_are_handled_in_their_order() -> None:
    async def steps() -> None:
        dispatcher, first, seen = Dispatcher(), asyncio.Event(), []

        @dispatcher.message()
        async def note(message: Message) -> None:
            if message.text == "1":
                with suppress(TimeoutError):
                    await asyncio.wait_for(first.wait(), 0.2)
            seen.append(message.text)

        async with sandbox_control() as control, bot_of(control) as bot:
            for number in range(1, 6):
                await control.say(ANN, str(number))
            async with polling(bot, dispatcher):
                await control.called("getUpdates")
            assert seen == [str(number) for number in range(1, 6)]

    asyncio.run(steps())


def test_the_webhook_keeps_an_update_with_telegram(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot:
            await control.say(ANN, "hello")
            app = Webhook(bot, dispatcher_of(core), SECRET)
            with read_only(database_url):
                assert await post(app, UPDATE, SECRET) == 503
            assert core.reads.account_by_telegram(1001) is None
            assert await post(app, UPDATE, SECRET) == 200

    asyncio.run(steps())
    assert core.reads.account_by_telegram(1001) is not None

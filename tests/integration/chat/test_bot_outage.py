"""The bot while the database cannot answer: the person is told, and the update is handled later, also by another
process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot, Dispatcher
from aiogram.types import Message

from integration.chat.test_bot_webhook import SECRET, UPDATE, post
from support.outages import failing, read_only
from support.passwords import CHEAP_PASSWORDS
from support.reach import at_home
from support.sandbox import ANN, BOB, Control, bot_of, sandbox_control
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.dialogue_storage import DialogueStorage
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
from televent.adapters.telegram.receiving.polling import Polling
from televent.adapters.telegram.receiving.webhook import Webhook
from televent.adapters.telegram.texts import plain, say
from televent.runtime.bot import _until_reachable
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
    door = BotDoor(core.backend, core.run, at_home)
    return make_dispatcher(door, DialogueStorage(PostgresChatBook(core.pool), core.run))


@asynccontextmanager
async def polling(core: Core, bot: Bot, dispatcher: Dispatcher) -> AsyncIterator[asyncio.Event]:
    """A bot that polls, until the block ends; the event stops it earlier."""
    stop = asyncio.Event()
    kept = KeptUpdates(PostgresBotUpdates(core.pool, bot.id), core.run)
    task = asyncio.create_task(Polling(bot, dispatcher, kept, stop).run())
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
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            with read_only(database_url):
                await control.say(ANN, "/start")
                await control.heard(ANN, WAIT)
            await control.heard(ANN, "Right?")
            heard = (await control.get(f"/sandbox/people/{ANN}/messages", after=0))["messages"]
            assert len([each for each in heard if WAIT in each["text"]]) == 1

    asyncio.run(steps())
    assert core.reads.account_by_telegram(ANN) is not None


def test_an_update_that_waits_when_the_process_stops_is_handled_by_the_next(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot:
            with read_only(database_url):
                async with polling(core, bot, dispatcher_of(core)):
                    await control.say(ANN, "/start")
                    await control.heard(ANN, WAIT)
            assert core.reads.account_by_telegram(ANN) is None
            async with polling(core, bot, dispatcher_of(core)):
                await control.heard(ANN, "Right?")
            # Handled updates are confirmed, also when the process stops at once.
            assert await bot.get_updates() == []

    asyncio.run(steps())


def test_a_full_disk_is_told_and_does_not_hold_up_others(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            with failing(database_url, "account", "INSERT", "53100"):
                await control.say(ANN, "/start")
                await control.heard(ANN, "no room left")
            await control.say(BOB, "/start")
            await control.heard(BOB, "Right?")

    asyncio.run(steps())
    assert core.reads.account_by_telegram(ANN) is None


def test_a_slow_chat_does_not_hold_up_another(core: Core) -> None:
    released = asyncio.Event()

    async def steps() -> None:
        dispatcher = Dispatcher()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "slow":
                await released.wait()
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, bot_of(control) as bot, polling(core, bot, dispatcher):
            await control.say(ANN, "slow")
            await control.say(BOB, "quick")
            await control.heard(BOB, "echo quick")
            released.set()
            await control.heard(ANN, "echo slow")

    asyncio.run(steps())


def test_updates_of_a_chat_are_handled_in_their_order(core: Core) -> None:
    async def steps() -> None:
        dispatcher, others, seen = Dispatcher(), asyncio.Event(), []

        @dispatcher.message()
        async def note(message: Message) -> None:
            if message.text == "1":
                await others.wait()
            seen.append(message.text)
            if message.text == "other":
                others.set()

        async with sandbox_control() as control, bot_of(control) as bot:
            for number in range(1, 6):
                await control.say(ANN, str(number))
            await control.say(BOB, "other")
            async with polling(core, bot, dispatcher):
                await others.wait()
            assert seen == ["other", *(str(number) for number in range(1, 6))]

    asyncio.run(steps())


def test_updates_behind_a_slow_one_of_their_chat_keep_their_order(core: Core) -> None:

    async def steps() -> None:
        dispatcher, released, seen = Dispatcher(), asyncio.Event(), list[str]()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "slow":
                await released.wait()
            seen.append(message.text or "")
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, bot_of(control) as bot, polling(core, bot, dispatcher):
            await control.say(ANN, "slow")
            for number in range(3):
                await control.say(ANN, f"next {number}")
                await control.say(BOB, f"quick {number}")
                await control.heard(BOB, f"echo quick {number}")
            released.set()
            await control.heard(ANN, "echo next 2")
            mine = [each for each in seen if "quick" not in each]
            assert mine == ["slow", "next 0", "next 1", "next 2"]

    asyncio.run(steps())


def test_a_stop_waits_for_slow_updates(core: Core) -> None:
    async def steps() -> None:
        dispatcher, released, done = Dispatcher(), asyncio.Event(), []

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "slow":
                await released.wait()
                for number in range(20):
                    await message.answer(f"{number}")
                done.append(message.text)
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, bot_of(control) as bot:
            async with polling(core, bot, dispatcher) as stop:
                await control.say(ANN, "slow")
                await control.say(BOB, "quick")
                await control.heard(BOB, "echo quick")
                await control.say(BOB, "again")
                await control.heard(BOB, "echo again")
                released.set()
                stop.set()
            assert done == ["slow"]
            assert await bot.get_updates() == []

    asyncio.run(steps())


def test_a_lock_that_one_person_waits_for_does_not_hold_up_others(
    core: Core, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("televent.adapters.telegram.receiving.kept_updates.AGAIN", 0.05)

    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            await control.say(BOB, "/start")
            await control.heard(BOB, "Right?")
            with failing(database_url, "account", "INSERT", "55P03"):
                await control.say(ANN, "/start")
                await control.heard(ANN, WAIT)
                await control.say(BOB, "/today")
                await control.heard(BOB, "Nothing is planned.")
                # It does not go on for ever either, and the person hears of it.
                await control.heard(ANN, plain("en", "failed"))

    asyncio.run(steps())


def echoing() -> Dispatcher:
    """A dispatcher that answers each message with its text."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"echo {message.text}")

    return dispatcher


def test_an_answer_that_is_no_json_does_not_end_the_bot(core: Core) -> None:
    async def steps() -> None:
        dispatcher = echoing()
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.post("/sandbox/faults", method="getUpdates", status=502, page="<html>Bad Gateway</html>")
            await control.post("/sandbox/faults", method="deleteWebhook", status=502, page="<html>Bad Gateway</html>")
            await _until_reachable(bot.delete_webhook, asyncio.Event())
            async with polling(core, bot, dispatcher) as stop:
                await control.say(ANN, "hello")
                await control.heard(ANN, "echo hello")
                fault = {"method": "getUpdates", "status": 502, "page": "<html>Bad Gateway</html>", "times": 9}
                await control.post("/sandbox/faults", **fault)
                stop.set()

    asyncio.run(steps())


def test_an_update_that_cannot_be_read_is_passed_over(core: Core) -> None:
    async def steps() -> None:
        dispatcher = echoing()
        async with sandbox_control() as control, bot_of(control) as bot:
            updates = control.sandbox.world.updates
            updates.add("message", {"message_id": "one"})
            async with polling(core, bot, dispatcher):
                await control.say(ANN, "first")
                await control.heard(ANN, "echo first")
                updates.add("message", {"message_id": "two"})
                await control.say(ANN, "second")
                await control.heard(ANN, "echo second")
            assert await bot.get_updates() == []

    asyncio.run(steps())


async def begun(control: Control) -> None:
    """Ann has an account."""
    await control.say(ANN, "/start")
    await control.heard(ANN, "Right?")


def test_a_tap_that_waits_for_the_database_is_done_later(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            await begun(control)
            await control.say(ANN, "/device")
            usage = await control.heard(ANN, "/device add [name]")
            with read_only(database_url):
                path = f"/sandbox/people/{ANN}/taps"
                tapped = await control.post(path, message_id=usage["message_id"], data="device:add")
                await control.heard(ANN, WAIT)
            await control.heard(ANN, "Password:")
            tap = await control.get(f"/sandbox/taps/{tapped['callback_query_id']}", wait=20)
            assert tap["answer"]["text"] == ""

    asyncio.run(steps())


TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def test_a_tap_that_is_too_old_to_be_answered_is_done(core: Core) -> None:
    """After a long outage Telegram takes no answer to the tap."""

    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            await begun(control)

            async def tap(**which: str) -> None:
                fault = {"method": "answerCallbackQuery", "status": 400, "description": TOO_OLD}
                await control.post("/sandbox/faults", **fault)
                await control.post(f"/sandbox/people/{ANN}/taps", **which)

            await tap(data="zone:skip")
            await control.heard(ANN, "All right. I show times for")
            await control.say(ANN, "/create Tea, tomorrow 3pm, 1 hour")
            await control.heard(ANN, "Shall I create this?")
            await tap(button="✅ Create")
            await control.heard(ANN, plain("en", "ask-invite"))
            await tap(button="Skip")
            await control.say(ANN, "/cancel Tea")
            await control.heard(ANN, plain("en", "cancel-confirm"))
            await tap(button=plain("en", "button-yes-cancel"))
            await control.heard(ANN, say("en", "cancelled", title="Tea"))
            calls = await control.get("/sandbox/calls")
            assert not [each for each in calls if plain("en", "failed") in str(each["parameters"])]

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

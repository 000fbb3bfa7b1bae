"""Updates of Telegram that are begun and not handled: the next process handles them, but none for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Dispatcher
from aiogram.types import Message

from integration.chat.test_bot_outage import dispatcher_of, our_bot, polling
from support.outages import read_only
from support.passwords import CHEAP_PASSWORDS
from support.sandbox import ANN, BOB, EVE, Control, sandbox_control, until
from support.waiting import NET
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates, sweep_updates
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
from televent.adapters.telegram.receiving.polling import ATTEMPTS
from televent.adapters.telegram.texts import plain
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

pytestmark = pytest.mark.own_database
PROGRAM = Path(__file__).parents[2] / "support" / "polling_program.py"
FAILED = plain("en", "failed")


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(pool_size=4), database_url, CHEAP_PASSWORDS)
    yield core
    core.close()


def stored(core: Core, what: str = "update_id") -> list[Any]:
    with core.pool.connection() as connection:
        statement = f"SELECT {what} FROM bot_update ORDER BY update_id"  # noqa: S608
        return [row[0] for row in connection.execute(statement.encode())]


async def nothing_stored(core: Core) -> None:
    async def empty() -> bool:
        return not await asyncio.to_thread(stored, core)

    await until(empty, "handled updates are forgotten")


class Program:
    """The bot of support/polling_program.py."""

    def __init__(self, database_url: str, control: Control) -> None:
        arguments = (database_url, control.sandbox.url, control.sandbox.config.bot_token)
        command = [sys.executable, str(PROGRAM), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    async def ends(self) -> int:
        """The exit code, once the process has ended by itself."""
        return await asyncio.to_thread(self.process.wait, 2 * NET)

    def finish(self) -> None:
        """Asks it to end in order."""
        assert self.process.stdin is not None
        self.process.stdin.close()


async def started(control: Control, person: int) -> None:
    await control.say(person, "/start")
    await control.heard(person, "Right?")


@pytest.mark.long
def test_an_update_that_ends_the_process_is_given_up_and_no_other(core: Core, database_url: str) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot:
            async with polling(core, bot, dispatcher_of(core)):
                for person in (ANN, BOB, EVE):
                    await started(control, person)
            await control.say(BOB, "/week")
            await control.say(ANN, "crash")
            await control.say(ANN, "/list")
            await control.say(EVE, "/attendees")
            deaths = 0
            while True:
                program = Program(database_url, control)
                ended = asyncio.create_task(program.ends())
                heard = asyncio.create_task(control.heard(ANN, FAILED))
                await asyncio.wait({ended, heard}, return_when=asyncio.FIRST_COMPLETED)
                if not ended.done():
                    break
                heard.cancel()
                assert ended.result() == 3
                deaths += 1
            assert deaths == ATTEMPTS
            for person, words in ((BOB, "Nothing is planned"), (EVE, "/attendees"), (ANN, "What is coming")):
                await control.heard(person, words)
            program.finish()
            assert await ended == 0
            assert stored(core) == []
            assert await bot.get_updates() == []

    asyncio.run(steps())


def test_a_handler_that_hangs_is_given_up_and_its_chat_goes_on(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("televent.adapters.telegram.receiving.handling.LONGEST", 0.2)

    async def steps() -> None:
        dispatcher, told = Dispatcher(), list[str]()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "hang":
                await asyncio.Event().wait()
            await message.answer(f"echo {message.text}")

        @dispatcher.errors()
        async def tell(error: Any) -> None:
            told.append(f"{error.update.message.text}: {error.exception}")

        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher):
            await control.say(ANN, "hang")
            await control.say(ANN, "next")
            await control.heard(ANN, "echo next")
            assert told == ["hang: its handler did not end within 0.2 seconds"]
            await nothing_stored(core)

    asyncio.run(steps())


def test_a_slow_update_is_stored_when_telegram_forgets_it(core: Core) -> None:
    async def steps() -> None:
        dispatcher, released = Dispatcher(), asyncio.Event()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            if message.text == "slow":
                await released.wait()
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher):
            updates = control.sandbox.world.updates
            await control.say(ANN, "slow")
            await control.say(BOB, "quick")
            await control.heard(BOB, "echo quick")

            async def confirmed() -> bool:
                return not updates.pending

            await until(confirmed, "Telegram has forgotten both")
            assert ANN in await asyncio.to_thread(stored, core, "(content::jsonb -> 'message' -> 'chat' ->> 'id')::int")
            released.set()
            await control.heard(ANN, "echo slow")
            await nothing_stored(core)

    asyncio.run(steps())


def test_updates_of_an_outage_are_stored_once_it_ends(core: Core, database_url: str) -> None:
    """They are not confirmed before; and what needs no database is answered meanwhile."""

    async def steps() -> None:
        dispatcher, released = Dispatcher(), asyncio.Event()

        @dispatcher.message()
        async def echo(message: Message) -> None:
            await message.answer(f"begun {message.text}")
            if message.text == "slow":
                await released.wait()
            await message.answer(f"echo {message.text}")

        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher):
            updates = control.sandbox.world.updates
            with read_only(database_url):
                await control.say(ANN, "slow")
                await control.heard(ANN, "begun slow")
                (waiting,) = updates.pending
                assert stored(core) == []

            async def confirmed() -> bool:
                return not updates.pending

            await until(confirmed, "the update is stored and confirmed")
            assert stored(core) == [waiting["update_id"]]
            released.set()
            await control.heard(ANN, "echo slow")
            await nothing_stored(core)

    asyncio.run(steps())


def test_what_no_text_of_the_database_can_hold_is_stored_too(core: Core) -> None:
    async def steps() -> None:
        kept = KeptUpdates(PostgresBotUpdates(core.pool, 7), core.run)
        odd = {"update_id": 5, "message": {"text": "\0 and half a pair: \ud83d"}}
        assert await kept.keep([odd])
        assert await kept.kept() == [(odd, 1)]

    asyncio.run(steps())


def test_what_is_stored_is_counted_forgotten_and_swept(core: Core) -> None:
    ours, other = PostgresBotUpdates(core.pool, 7), PostgresBotUpdates(core.pool, 8)
    ours.keep({1: "one", 2: "two"})
    ours.keep({2: "again", 3: "three"})
    other.keep({1: "theirs"})
    ours.count([1, 3])
    assert ours.kept() == [(1, "one", 2), (2, "two", 1), (3, "three", 2)]
    ours.forget([1, 2])
    assert (ours.kept(), other.kept()) == ([(3, "three", 2)], [(1, "theirs", 1)])
    with core.pool.connection() as connection:
        connection.execute("UPDATE bot_update SET kept_at = kept_at - interval '25 hours' WHERE bot_id = 7")
    assert sweep_updates(core.pool) == 1
    assert (ours.kept(), other.kept()) == ([], [(1, "theirs", 1)])

"""The bot in group chats, through its Bot API stand-in: nothing personal is said there, and a button leads to the
private chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from support.reach import at_home
from support.sandbox import ANN, BOB, Control, sandbox_control, until
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.telegram.app import make_bot, make_dispatcher, register_commands
from televent.adapters.telegram.dialogue_storage import DialogueStorage
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.intents import COMMANDS
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
from televent.adapters.telegram.receiving.polling import Polling
from televent.adapters.telegram.texts import LANGUAGES, plain
from televent.adapters.telegram.tokens import token_of
from televent.application.use_cases.calendars.agenda import find_events
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

LINK = "https://t.me/televent_sandbox_bot?start="
SECRET = "Visit to the doctor"


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), database_url)
    yield core
    core.close()


@dataclass
class Talk:
    """A sandbox with a running bot, and a group with everybody in it."""

    control: Control
    number: int

    async def group(self) -> list[dict[str, Any]]:
        """The bot's messages in the group."""
        found = await self.control.get(f"/sandbox/groups/{self.number}/messages")
        return [message for message in found["messages"] if message["from"] == "bot"]

    async def say(self, person: int, text: str, **how: Any) -> dict[str, Any]:
        """The bot's next message in the group after this text."""
        before = len(await self.group())
        await self.control.post(f"/sandbox/groups/{self.number}/messages", person=person, text=text, **how)

        async def answered() -> bool:
            return len(await self.group()) > before

        await until(answered, f"an answer to {text!r} in the group")
        return (await self.group())[-1]

    async def ask(self, person: int, text: str, words: str) -> dict[str, Any]:
        """The bot's next message with these words in the person's own chat."""
        at = (await self.control.get("/sandbox"))["revision"]
        await self.control.say(person, text)
        heard: dict[str, Any] = await self.control.heard(person, words, at)
        return heard


@asynccontextmanager
async def talking(core: Core) -> AsyncIterator[Talk]:
    async with sandbox_control() as control:
        bot = make_bot(control.sandbox.config.bot_token, control.sandbox.url)
        door = BotDoor(core.backend, core.run, at_home)
        dispatcher = make_dispatcher(door, DialogueStorage(PostgresChatBook(core.pool), core.run))
        await register_commands(bot)
        stop = asyncio.Event()
        kept = KeptUpdates(PostgresBotUpdates(core.pool, bot.id), core.run)
        polling = asyncio.create_task(Polling(bot, dispatcher, kept, stop).run())
        try:
            made = await control.post("/sandbox/groups", title="Friends", is_forum=True)
            yield Talk(control, made["number"])
        finally:
            stop.set()
            await polling
            await bot.session.close()


async def begin(talk: Talk) -> None:
    """Ann has an account and an event that nobody else may know of."""
    await talk.ask(ANN, "/start", "Hello, Ann!")
    offered = await talk.ask(ANN, f"/create {SECRET}, in 2 hours, 1 hour", "Shall I create this?")
    await talk.control.tap(ANN, message_id=offered["message_id"], button="✅ Create")
    await talk.ask(ANN, "/list", SECRET)


def test_a_command_in_a_group_is_answered_with_a_button_to_the_private_chat(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            payloads = {each: each for each in COMMANDS}
            payloads |= {
                "device add Phone": "device",
                "device list": "device_list",
                "list@televent_sandbox_bot": "list",
                # A link of somebody else's must not revoke an erasure.
                "keepaccount": "start",
            }
            for command, payload in payloads.items():
                said = await talk.say(ANN, f"/{command}")
                assert said["text"] == plain("en", "private-only")
                ((button,),) = said["buttons"]
                assert button["url"] == LINK + payload
            account = core.reads.account_by_telegram(ANN)
            assert account is not None
            assert account.devices == ()

    asyncio.run(scenario())


def test_the_button_opens_the_answer_in_the_private_chat(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            await talk.ask(ANN, "/start week", SECRET)
            await talk.ask(ANN, "/start device_list", "There are no device passwords.")
            # A stranger can write a link too. So a link changes nothing: it shows what to do, and the person does it.
            await talk.ask(ANN, "/start device_add", "What I can do")
            await talk.ask(ANN, "/start share_stop_1", "What I can do")
            usage = await talk.ask(ANN, "/start device", "/device add [name]")
            at = usage["revision"]
            await talk.control.tap(ANN, message_id=usage["message_id"], data="device:add")
            assert (await talk.control.heard(ANN, "Password:", at))["protected"]
            # A person without an account gets one first, as by /start.
            at = (await talk.control.get("/sandbox"))["revision"]
            await talk.control.say(BOB, "/start week")
            await talk.control.heard(BOB, "Hello, Bob!", at)
            await talk.control.heard(BOB, "Nothing is planned.", at)

    asyncio.run(scenario())


def test_a_link_ends_no_dialogue(core: Core) -> None:
    """Anybody can write a link and give it to another person."""

    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            await talk.ask(ANN, "/create", plain("en", "ask-title"))
            for payload in ("create", "cancel", "start", "help", "x"):
                await talk.ask(ANN, f"/start {payload}", "What I can do")
            await talk.ask(ANN, "Tea", plain("en", "ask-time"))
            await talk.ask(ANN, "/cancel", plain("en", "dialogue-aborted"))
            await talk.ask(ANN, "/start create", plain("en", "ask-title"))

    asyncio.run(scenario())


def test_a_group_hears_nothing_of_the_database(core: Core, database_url: str) -> None:
    """The state of a dialogue is read for private chats only."""

    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute("ALTER TABLE dialogue RENAME TO away")
            assert (await talk.say(ANN, "/week"))["text"] == plain("en", "private-only")
            await talk.control.post(f"/sandbox/groups/{talk.number}/messages", person=ANN, text="hello")
            await talk.say(ANN, "/today")
            assert {message["text"] for message in await talk.group()} == {plain("en", "private-only")}

    asyncio.run(scenario())


def test_a_personal_button_in_a_group_is_refused_to_everybody(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            account = core.reads.account_by_telegram(ANN)
            assert account is not None
            (found,) = find_events(core.backend, account.tenant, "doctor", now=core.backend.clock())
            for data in (
                f"rsvp:{found.stream_id}:ACCEPTED",
                f"event:dya123456{token_of(found.stream_id)}",
                "device:add",
                "email:skip",
            ):
                buttons = {"inline_keyboard": [[{"text": "Go", "callback_data": data}]]}
                await talk.control.call("sendMessage", chat_id=-talk.number, text="card", reply_markup=buttons)
                for person in (ANN, BOB):
                    tapped = await talk.control.post(f"/sandbox/groups/{talk.number}/taps", person=person, data=data)
                    tap = await talk.control.get(f"/sandbox/taps/{tapped['callback_query_id']}", wait=20)
                    assert tap["answer"] == {"text": plain("en", "tap-elsewhere"), "show_alert": True, "url": None}
            assert {message["text"] for message in await talk.group()} == {"card"}

    asyncio.run(scenario())


def test_a_password_cannot_be_forwarded_is_copied_by_buttons_and_taken_out_of_the_chat(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            shown = await talk.ask(ANN, "/device add Phone", "Password:")
            assert shown["protected"]
            assert "Server: http://192.0.2.7:3000/\n" in shown["text"]
            assert "Only devices in the same network reach this server." in shown["text"]
            copies, (hide,) = shown["buttons"]
            assert [button["copy_text"]["text"] in shown["text"] for button in copies] == [True] * 3
            for _ in range(2):
                await talk.control.tap(ANN, message_id=shown["message_id"], data=hide["callback_data"])
                hidden = await talk.control.heard(ANN, "no longer in this chat", shown["revision"])
                assert hidden["message_id"] == shown["message_id"]
                assert copies[2]["copy_text"]["text"] not in hidden["text"]
                await talk.control.call(
                    "editMessageText",
                    chat_id=ANN,
                    message_id=hidden["message_id"],
                    text=hidden["text"],
                    reply_markup={"inline_keyboard": [[hide]]},
                )

    asyncio.run(scenario())


def test_topics_anonymous_administrators_and_every_language(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            await begin(talk)
            assert (await talk.say(ANN, "/week", topic=7))["topic"] == 7
            # Telegram names one and the same sender for all anonymous administrators of all groups.
            assert (await talk.say(ANN, "/start", anonymous=True))["text"] == plain("en", "private-only")
            assert [account.telegram_id for account in core.reads.accounts()] == [ANN]
            for language in LANGUAGES:
                await talk.control.post("/sandbox/people", id=ANN, name="Ann", language_code=language)
                said = await talk.say(ANN, "/today")
                assert said["text"] == plain(language, "private-only")
                assert said["buttons"][0][0]["text"] == plain(language, "button-private")
            before = len(await talk.group())
            for text in ("/weekend", "/week@another_bot", "hello"):
                await talk.control.post(f"/sandbox/groups/{talk.number}/messages", person=ANN, text=text)
            await talk.ask(ANN, "/today", "Today")
            assert len(await talk.group()) == before

    asyncio.run(scenario())


def test_groups_show_no_menu_of_commands(core: Core) -> None:
    async def scenario() -> None:
        async with talking(core) as talk:
            for language in ("", *LANGUAGES):
                shown = await talk.control.call("getMyCommands", language_code=language)
                assert shown.json()["result"] == []
            private = {"scope": {"type": "all_private_chats"}, "language_code": "ru"}
            shown = await talk.control.call("getMyCommands", **private)
            assert [command["command"] for command in shown.json()["result"]] == list(COMMANDS)

    asyncio.run(scenario())

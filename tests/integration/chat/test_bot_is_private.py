"""No handler of the bot runs outside private chats: every handler, every kind of update, every kind of chat.

The handlers and the kinds are read from the dispatcher and from aiogram, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.filters import Command
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Chat, Message, TelegramObject, Update, User

from support.reach import at_home
from support.sandbox import ANN, BOB, sandbox_control
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.intents import COMMANDS
from televent.adapters.telegram.private_chats import GROUP_SAFE
from televent.adapters.telegram.texts import plain
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

KINDS = tuple(name for name in Update.model_fields if name != "update_id")
USER = User(id=ANN, is_bot=False, first_name="Ann", language_code="en")
PRIVATE = Chat(id=ANN, type="private", first_name="Ann")
ELSEWHERE = {
    "group": Chat(id=-1, type="group", title="Friends"),
    "supergroup": Chat(id=-100, type="supergroup", title="Friends"),
    "forum": Chat(id=-101, type="supergroup", title="Friends", is_forum=True),
    "channel": Chat(id=-102, type="channel", title="News"),
    # A chat of a business account is private, too: the account's owner and a customer, with the bot as a third.
    "a private chat of others": Chat(id=BOB, type="private", first_name="Bob"),
}


@pytest.fixture(scope="module")
def core(module_database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), module_database_url)
    yield core
    core.close()


def some(kind: Any, chat: Chat) -> Any:
    """A value of this type with its required fields; the chat and the user are given."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return some(arguments[0], chat)
    if origin in (Union, types.UnionType):
        return some(next(each for each in arguments if each is not type(None)), chat)
    if origin is Literal:
        return arguments[0]
    if origin in (list, dict):
        return origin()
    if kind in (Chat, User, datetime):
        return {Chat: chat, User: USER, datetime: datetime(2026, 11, 21, tzinfo=UTC)}[kind]
    if isinstance(kind, type) and issubclass(kind, TelegramObject):
        wanted = {name: field for name, field in kind.model_fields.items() if field.is_required()}
        # Users and chats that the kind may lack are given as well: the bot must not go by them.
        given = {name: field for name, field in kind.model_fields.items() if name in ("from_user", "user", "chat")}
        return kind(**{name: some(field.annotation, chat) for name, field in {**wanted, **given}.items()})
    return {int: 1, str: "1", bool: True, float: 1.0}[kind]


def update(kind: str, chat: Chat, **more: Any) -> Update:
    """An update of this kind from the chat, with a personal command or tap."""
    event = some(Update.model_fields[kind].annotation, chat)
    if isinstance(event, Message):
        event = event.model_copy(update={"text": "/device add", **more})
    elif kind == "callback_query":
        message = some(Message, chat).model_copy(update=more)
        event = event.model_copy(update={"data": "device:add", "message": message if more else None})
    return Update(update_id=1, **{kind: event})


def handlers(dispatcher: Dispatcher) -> Iterator[tuple[str, HandlerObject]]:
    """Every handler of every router, and the kind of update that it handles."""
    for router in dispatcher.chain_tail:
        for kind, observer in router.observers.items():
            if kind not in ("update", "error"):
                yield from ((kind, handler) for handler in observer.handlers)


@contextmanager
def only(dispatcher: Dispatcher, kind: str, handler: HandlerObject) -> Iterator[list[str]]:
    """Leaves this handler alone for the block, without its filters: it would run for every update of its kind. The list
    gets the kind each time that it runs."""
    ran: list[str] = []

    async def run(*_: Any, **__: Any) -> None:
        ran.append(kind)

    # All dispatchers of the process share the handler itself.
    alone = HandlerObject(run)
    before = [
        (name, observer, list(observer.handlers))
        for router in dispatcher.chain_tail
        for name, observer in router.observers.items()
        if name not in ("update", "error")
    ]
    for name, observer, its in before:
        observer.handlers[:] = [alone] if handler in its and name == kind else []
    try:
        yield ran
    finally:
        for _, observer, its in before:
            observer.handlers[:] = its


def dispatcher_of(core: Core) -> Dispatcher:
    return make_dispatcher(BotDoor(core.backend, core.run, at_home), MemoryStorage())


async def feed_elsewhere(dispatcher: Dispatcher, bot: Bot, kind: str) -> None:
    for chat in ELSEWHERE.values():
        await dispatcher.feed_update(bot, update(kind, chat))
        await dispatcher.feed_update(bot, update(kind, chat, is_topic_message=True, message_thread_id=7))
        await dispatcher.feed_update(bot, update(kind, chat, sender_chat=chat))
    if kind != "my_chat_member":  # It tells of the bot's own place in a chat, so it names no business account.
        await dispatcher.feed_update(bot, update(kind, PRIVATE, business_connection_id="1"))


def test_no_handler_runs_outside_private_chats(core: Core) -> None:
    async def scenario() -> None:
        async with sandbox_control() as control:
            bot = make_bot(control.sandbox.config.bot_token, control.sandbox.url)
            await control.say(ANN, "hello")
            try:
                dispatcher = dispatcher_of(core)
                await dispatcher.feed_update(bot, update("message", PRIVATE, text="/start"))
                every = list(handlers(dispatcher))
                assert len(every) > 30
                for kind, handler in every:
                    name = handler.callback.__name__
                    with only(dispatcher, kind, handler) as ran:
                        await dispatcher.feed_update(bot, update(kind, PRIVATE, message_id=5))
                        assert ran == [kind], f"{name} does not run in private"
                        await feed_elsewhere(dispatcher, bot, kind)
                        assert ran == [kind], f"{name} runs outside private chats"
            finally:
                await bot.session.close()
            for call in await control.get("/sandbox/calls"):
                fields = call["parameters"]
                allowed = call["method"] == "getMe" or fields.get("chat_id") == str(ANN)
                allowed |= fields.get("text") in (plain("en", "private-only"), plain("en", "tap-elsewhere"))
                assert allowed, call

    asyncio.run(scenario())


def test_every_command_is_in_the_menu(core: Core) -> None:
    """COMMANDS is the menu, and what a group is answered to."""
    named: list[str] = []
    for _, handler in handlers(dispatcher_of(core)):
        for each in handler.filters or ():
            if isinstance(each.callback, Command):
                named += map(str, each.callback.commands)
    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_update_that_is_not_group_safe_is_not_answered_elsewhere(core: Core, kind: str) -> None:
    async def scenario() -> set[str]:
        async with sandbox_control() as control:
            bot = make_bot(control.sandbox.config.bot_token, control.sandbox.url)
            try:
                await feed_elsewhere(dispatcher_of(core), bot, kind)
            finally:
                await bot.session.close()
            return {call["method"] for call in await control.get("/sandbox/calls")}

    expected = {"message": {"getMe", "sendMessage"}, "callback_query": {"answerCallbackQuery"}}
    assert set(GROUP_SAFE) == set(expected)
    assert asyncio.run(scenario()) == expected.get(kind, set())

"""Any update of a private chat gets an answer or a documented silence, and never fails.

The kinds of messages are read from aiogram, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiogram.enums import ContentType
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Message, Update
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.chat.test_bot_is_private import KINDS, PRIVATE, some
from support.reach import at_home
from support.sandbox import ANN, sandbox_control
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.handlers.anything.kinds import SILENT
from televent.adapters.telegram.texts import plain
from televent.application.use_cases.calendars.agenda import agenda
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

CONTENT: tuple[str, ...] = tuple(each.value for each in ContentType if each.value in Message.model_fields)
"""The fields of a message that say what kind it is."""
ANSWERED = ("message", "callback_query")
"""The kinds of updates that wait for an answer."""


@pytest.fixture(scope="module")
def core(module_database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), module_database_url)
    yield core
    core.close()


def message(**more: Any) -> Message:
    """A message of Ann's private chat."""
    made: Message = some(Message, PRIVATE)
    return made.model_copy(update=more)


def content(kind: str) -> dict[str, Any]:
    """The fields of a message of that kind."""
    return {kind: some(Message.model_fields[kind].annotation, PRIVATE)}


async def answers(core: Core, updates: list[Update]) -> list[list[str]]:
    """The methods that the bot calls for each update, after /start."""
    async with sandbox_control() as control:
        bot = make_bot(control.sandbox.config.bot_token, control.sandbox.url)
        dispatcher = make_dispatcher(BotDoor(core.backend, core.run, at_home), MemoryStorage())
        try:
            await control.say(ANN, "hello")
            await dispatcher.feed_update(bot, Update(update_id=1, message=message(text="/start")))
            told: list[list[str]] = []
            for each in updates:
                before = len(await control.get("/sandbox/calls"))
                await dispatcher.feed_update(bot, each)
                calls = (await control.get("/sandbox/calls"))[before:]
                failed = plain("en", "failed")
                assert not [call for call in calls if failed in str(call["parameters"])], each
                told.append([call["method"] for call in calls])
            return told
        finally:
            await bot.session.close()


def test_every_kind_of_message_gets_one_answer(core: Core) -> None:
    updates = [
        Update(update_id=number, message=message(message_id=number, **content(kind)))
        for number, kind in enumerate(CONTENT, 100)
    ]
    told = asyncio.run(answers(core, updates))
    for kind, methods in zip(CONTENT, told, strict=True):
        sent = [each for each in methods if each == "sendMessage"]
        # A shared place answers the open question of /start, so the next one follows.
        expected = 0 if kind in SILENT else 2 if kind == "location" else 1
        assert len(sent) == expected, (kind, methods)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_update_is_taken_without_a_failure(core: Core, kind: str) -> None:
    event = some(Update.model_fields[kind].annotation, PRIVATE)
    if isinstance(event, Message):
        # No message of another test has this id: an edited line answers where its preview is open.
        event = event.model_copy(update={"text": "some words", "message_id": 70_000 + KINDS.index(kind)})
    (methods,) = asyncio.run(answers(core, [Update(update_id=7, **{kind: event})]))
    assert bool(methods) == (kind in ANSWERED)


TIMES = ("tomorrow", "at 3pm", "friday", "every week", "30 February", "quarterly", "fortnightly", "blue moon", "завтра")
WORDS = ("Lunch", "with Ann", "yesterday", "Обед", "sometime", "in 3 days", "next month", "до вечера", "/create")


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.lists(st.sampled_from(TIMES + WORDS), min_size=1, max_size=5), min_size=1, max_size=6))
def test_no_sentence_creates_an_event_unasked(core: Core, lines: list[list[str]]) -> None:
    updates = [
        Update(update_id=number, message=message(message_id=number, text=" ".join(line)))
        for number, line in enumerate(lines, 200)
    ]
    asyncio.run(answers(core, updates))
    account = core.reads.account_by_telegram(ANN)
    assert account is not None
    now = core.backend.clock()
    whole = agenda(core.backend, account.tenant, start=now - timedelta(days=400), end=now + timedelta(days=400))
    assert whole == []

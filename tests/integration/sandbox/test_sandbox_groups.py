"""Groups of the sandbox: what the bot hears there, and who comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.types import ChatMemberMember, InlineKeyboardButton, InlineKeyboardMarkup, Update

from support.chat_phone import unknown_fields
from support.sandbox import ANN, BOB, EVE, Control, bot_of, sandbox_control


@asynccontextmanager
async def friends() -> AsyncIterator[tuple[Control, Bot, int]]:
    """A group of Ann, Bob and the bot; its first updates are read."""
    async with sandbox_control() as control, bot_of(control) as bot:
        made = await control.post("/sandbox/groups", title="Friends", members=[ANN, BOB])
        added = await updates(bot)
        assert added[0].my_chat_member is not None
        assert added[1].message is not None
        assert added[1].message.new_chat_members is not None
        assert added[1].message.new_chat_members[0].is_bot
        yield control, bot, made["number"]


async def updates(bot: Bot) -> list[Update]:
    found = await bot.get_updates()
    if found:
        await bot.get_updates(offset=found[-1].update_id + 1)
    assert [name for update in found for name in unknown_fields(update)] == []
    return found


def test_the_bot_hears_commands_replies_and_its_own_name_only() -> None:
    async def steps() -> None:
        async with friends() as (control, bot, number):
            name = control.sandbox.config.bot_username
            ann = control.phone(ANN, number)
            asked = await bot.send_message(-number, "Who comes?")
            await ann.says("hello everybody, see /week")
            await ann.sends_location(1, 2)
            await ann.sends_file("a.ics", "BEGIN")
            assert await updates(bot) == []
            await ann.says("/week")
            await ann.says(f"/week@{name}")
            await ann.says(f"what do you think, @{name}?")
            await ann.says("I do", reply_to=asked.message_id)
            heard = [update.message.text for update in await updates(bot) if update.message]
            assert heard == ["/week", f"/week@{name}", f"what do you think, @{name}?", "I do"]

    asyncio.run(steps())


def test_people_and_the_bot_come_and_go() -> None:
    async def steps() -> None:
        async with friends() as (control, bot, number):
            path = f"/sandbox/groups/{number}/members"
            stranger = await control.http.post(f"/sandbox/people/{EVE}/messages", json={"text": "x", "group": number})
            assert stranger.status_code == 409
            await control.post(path, person=EVE)
            await control.phone(EVE, number).says("/today")
            await control.post(path, person=EVE, inside=False)
            came, said, left = [update.message for update in await updates(bot)]
            assert came is not None
            assert came.new_chat_members is not None
            assert came.new_chat_members[0].id == EVE
            assert said is not None
            assert left is not None
            assert left.left_chat_member is not None
            assert isinstance(await bot.get_chat_member(-number, BOB), ChatMemberMember)
            assert (await bot.get_chat_member(-number, EVE)).status == "left"
            await control.post(path, person=ANN, bot=True, inside=False)
            (removed, _) = await updates(bot)
            assert removed.my_chat_member is not None
            assert removed.my_chat_member.new_chat_member.status == "kicked"
            with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was kicked from the supergroup chat"):
                await bot.send_message(-number, "hello?")
            await control.phone(ANN, number).says("/today")
            assert await updates(bot) == []
            await control.post(path, person=ANN, bot=True)
            assert await bot.send_message(-number, "hello")
            assert await bot.leave_chat(-number)

    asyncio.run(steps())


def test_a_button_in_a_group_is_tapped_by_each_person() -> None:
    async def steps() -> None:
        async with friends() as (control, bot, number):
            button = InlineKeyboardButton(text="Me", callback_data="me")
            card = await bot.send_message(
                -number, "Who comes?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
            )
            for person in (ANN, BOB):
                tapping = asyncio.create_task(control.phone(person, number).taps("Me"))
                (update,) = await bot.get_updates(timeout=20)
                await bot.get_updates(offset=update.update_id + 1)
                query = update.callback_query
                assert query is not None
                assert unknown_fields(query) == []
                assert query.message is not None
                assert (query.from_user.id, query.message.message_id) == (person, card.message_id)
                await query.answer("Noted").as_(bot)
                assert (await tapping)["text"] == "Noted"

    asyncio.run(steps())

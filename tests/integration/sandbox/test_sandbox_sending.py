"""All that the bot can send and change, and Telegram's refusals of it, by aiogram."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from integration.sandbox.test_sandbox_telegram import PIXEL
from support.chat_phone import unknown_fields
from support.sandbox import ANN, BOB, bot_of, sandbox_control


def test_a_picture_is_sent_and_changed_with_its_caption() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            ann = control.phone(ANN)
            await ann.says("/week")
            week = await bot.send_photo(
                ANN, BufferedInputFile(PIXEL, "week.png"), caption="<b>Week</b> 1", parse_mode="HTML"
            )
            assert unknown_fields(week) == []
            where: dict[str, Any] = {"chat_id": ANN, "message_id": week.message_id}
            media = InputMediaPhoto(media=BufferedInputFile(PIXEL, "next.png"), caption="Week 2")
            changed = await bot.edit_message_media(media, **where)
            assert isinstance(changed, Message)
            assert (changed.caption, changed.message_id, changed.edit_date is not None) == (
                "Week 2",
                week.message_id,
                True,
            )
            seen = await ann.hears("Week 2")
            assert (seen["file"]["name"], seen["file"]["photo"]) == ("next.png", True)
            assert (await control.http.get(seen["file"]["url"])).content == PIXEL
            await bot.edit_message_caption(caption="Week 3", **where)
            with pytest.raises(TelegramBadRequest, match="message is not modified"):
                await bot.edit_message_caption(caption="Week 3", **where)
            with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
                await bot.edit_message_text("x", **where)
            await bot.edit_message_media(InputMediaDocument(media=BufferedInputFile(b"BEGIN", "a.ics")), **where)
            seen = await ann.hears()
            assert (seen["file"]["name"], seen["file"]["photo"]) == ("a.ics", False)
            with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
                await bot.edit_message_media(InputMediaPhoto(media=BufferedInputFile(b"x", "x.png")), **where)

    asyncio.run(steps())


def test_replies_quotes_and_what_is_no_longer_there() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            ann = control.phone(ANN)
            await ann.says("/start")
            card = await bot.send_message(ANN, "Tea was Mon 10:00")
            moved = await bot.send_message(
                ANN, "now Tue", reply_parameters=ReplyParameters(message_id=card.message_id, quote="Mon 10:00")
            )
            assert moved.quote is not None
            assert moved.reply_to_message is not None
            assert (moved.quote.text, moved.quote.position) == ("Mon 10:00", 8)
            seen = await ann.hears("now Tue")
            assert (seen["reply_to"], seen["quote"]) == (card.message_id, "Mon 10:00")
            wrong = ReplyParameters(message_id=card.message_id, quote="Wed")
            with pytest.raises(TelegramBadRequest, match="QUOTE_TEXT_INVALID"):
                await bot.send_message(ANN, "x", reply_parameters=wrong)
            await bot.delete_message(ANN, card.message_id)
            gone = ReplyParameters(message_id=card.message_id)
            with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
                await bot.send_message(ANN, "x", reply_parameters=gone)
            gone = ReplyParameters(message_id=card.message_id, allow_sending_without_reply=True)
            assert (await bot.send_message(ANN, "x", reply_parameters=gone)).reply_to_message is None

    asyncio.run(steps())


def test_copies_forwards_places_contacts_and_reactions() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            ann, bob = control.phone(ANN), control.phone(BOB)
            said = await ann.says("/start the *party*")
            await bob.says("/start")
            copied = await bot.copy_message(BOB, ANN, said["message_id"])
            assert (await bob.hears("party"))["message_id"] == copied.message_id
            forwarded = await bot.forward_message(BOB, ANN, said["message_id"])
            assert unknown_fields(forwarded) == []
            assert (await bob.hears("party"))["forwarded_from"] == "Ann"
            assert (await bot.send_location(ANN, 52.5, 13.4)).location is not None
            contact = (await bot.send_contact(ANN, "+49301", "Grandma")).contact
            assert contact is not None
            assert contact.first_name == "Grandma"
            await bot.set_message_reaction(ANN, said["message_id"], [ReactionTypeEmoji(emoji="👍")])
            assert list((await ann.sees())[0]["reactions"].values()) == ["👍"]
            with pytest.raises(TelegramBadRequest, match="message to copy not found"):
                await bot.copy_message(BOB, ANN, 999)
            protected = await bot.send_message(ANN, "secret", protect_content=True)
            with pytest.raises(TelegramBadRequest, match="can't be forwarded"):
                await bot.forward_message(BOB, ANN, protected.message_id)

    asyncio.run(steps())


def test_the_bots_texts_have_the_entities_that_telegram_finds() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            sent = await bot.send_message(
                ANN, "<b>See /week</b>, <code>/not</code>, ann@example.com", parse_mode="HTML"
            )
            assert sent.entities is not None
            assert sent.text is not None
            found = [(each.type, each.extract_from(sent.text)) for each in sent.entities]
            assert found == [
                ("bold", "See /week"),
                ("bot_command", "/week"),
                ("code", "/not"),
                ("email", "ann@example.com"),
            ]

    asyncio.run(steps())


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[button] for button in buttons])


def test_a_keyboard_has_telegrams_limits() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            button = InlineKeyboardButton(text="x", callback_data="y" * 64)
            await bot.send_message(ANN, "full", reply_markup=keyboard(*[button] * 100))
            refusals = [
                (keyboard(*[button] * 101), "reply markup is too long"),
                (keyboard(InlineKeyboardButton(text="x", callback_data="ы" * 33)), "BUTTON_DATA_INVALID"),
                (keyboard(InlineKeyboardButton(text="x", callback_data="")), "BUTTON_DATA_INVALID"),
                (keyboard(InlineKeyboardButton(text=" ", callback_data="y")), "Text is empty"),
                (keyboard(InlineKeyboardButton(text="x")), "Text buttons are unallowed in the inline keyboard"),
            ]
            for markup, sentence in refusals:
                with pytest.raises(TelegramBadRequest, match=sentence):
                    await bot.send_message(ANN, "x", reply_markup=markup)
            with pytest.raises(TelegramBadRequest, match="message caption is too long"):
                await bot.send_photo(ANN, BufferedInputFile(PIXEL, "x.png"), caption="x" * 1025)
            with pytest.raises(TelegramBadRequest, match="can't parse entities: Unclosed start tag at byte offset 3"):
                await bot.send_message(ANN, "ы <x", parse_mode="HTML")

    asyncio.run(steps())


def test_a_person_without_an_account_any_more_cannot_be_written_to() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            await control.post("/sandbox/people", id=ANN, deactivated=True)
            with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
                await bot.send_message(ANN, "hello?")

    asyncio.run(steps())


def test_the_person_sees_that_the_bot_is_typing() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            await bot.send_chat_action(ANN, "typing")
            assert (await control.get(f"/sandbox/people/{ANN}/messages"))["action"]["action"] == "typing"
            with pytest.raises(TelegramBadRequest, match="wrong parameter action in request"):
                await bot.send_chat_action(ANN, "thinking")

    asyncio.run(steps())


def test_menus_have_scopes_and_private_questions_stay_out_of_groups() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            made = await control.post("/sandbox/groups", title="Friends")
            await control.phone(ANN).says("/start")
            for scope, word in (
                (BotCommandScopeChat(chat_id=ANN), "ann"),
                (BotCommandScopeAllGroupChats(), "groups"),
            ):
                await bot.set_my_commands([BotCommand(command=word, description="x")], scope)
                assert [each.command for each in await bot.get_my_commands(scope)] == [word]
            for person, words in ((ANN, ["ann"]), (BOB, [])):
                chat = await control.get(f"/sandbox/people/{person}/messages")
                assert [each["command"] for each in chat["commands"]] == words
            unknown = await control.call("setMyCommands", commands=[], scope={"type": "x"})
            assert "Unsupported type specified" in unknown.text
            place = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Here", request_location=True)]])
            with pytest.raises(TelegramBadRequest, match="location can be requested in private chats only"):
                await bot.send_message(-made["number"], "Where?", reply_markup=place)

    asyncio.run(steps())

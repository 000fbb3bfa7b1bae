"""All that a person can send to the bot arrives as the Bot API names it: each update is read by aiogram's own types,
and has no field that they do not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot
from aiogram.types import (
    KeyboardButton,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)

from support.chat_phone import unknown_fields
from support.sandbox import ANN, BOB, EVE, Control, bot_of, sandbox_control


@asynccontextmanager
async def ann_and_bot() -> AsyncIterator[tuple[Control, Bot]]:
    """A sandbox in which Ann has started the bot, and its updates are read."""
    async with sandbox_control() as control, bot_of(control) as bot:
        await control.phone(ANN).says("/start")
        await updates(bot)
        yield control, bot


async def updates(bot: Bot) -> list[Update]:
    """The new updates, each of them known to the Bot API in every field."""
    found = await bot.get_updates(allowed_updates=["message", "edited_message", "callback_query", "message_reaction"])
    if found:
        await bot.get_updates(offset=found[-1].update_id + 1)
    assert [name for update in found for name in unknown_fields(update)] == []
    return found


async def next_message(bot: Bot) -> Message:
    (update,) = await updates(bot)
    assert update.message is not None
    return update.message


def test_places_and_contacts() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            ann = control.phone(ANN)
            await ann.sends_location(55.7558, 37.6173)
            place = (await next_message(bot)).location
            assert place is not None
            assert (place.latitude, place.longitude) == (55.7558, 37.6173)
            await ann.sends_contact(BOB)
            contact = (await next_message(bot)).contact
            assert contact is not None
            assert (contact.user_id, contact.first_name, contact.phone_number[:5]) == (BOB, "Bob", "+1555")
            await ann.sends_contact(name="Grandma", phone="+49301234567")
            contact = (await next_message(bot)).contact
            assert contact is not None
            assert (contact.user_id, contact.phone_number) == (None, "+49301234567")

    asyncio.run(steps())


def test_buttons_that_ask_for_the_place_or_the_contact() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            ann = control.phone(ANN)
            rows = [
                [KeyboardButton(text="Here", request_location=True), KeyboardButton(text="Me", request_contact=True)],
                [KeyboardButton(text="Skip")],
            ]
            keyboard = ReplyKeyboardMarkup(keyboard=rows, one_time_keyboard=True, input_field_placeholder="City")
            await bot.send_message(ANN, "Where are you?", reply_markup=keyboard)
            assert await ann.keyboard() == [
                [{"text": "Here", "request_location": True}, {"text": "Me", "request_contact": True}],
                [{"text": "Skip"}],
            ]
            await ann.taps("Here", latitude=52.52, longitude=13.4)
            assert (await next_message(bot)).location is not None
            await ann.taps("Me")
            contact = (await next_message(bot)).contact
            assert contact is not None
            assert contact.user_id == ANN
            await ann.taps("Skip")
            assert (await next_message(bot)).text == "Skip"
            await bot.send_message(ANN, "Thank you", reply_markup=ReplyKeyboardRemove())
            assert await ann.keyboard() == []

    asyncio.run(steps())


def test_an_invitation_in_a_file_comes_down_with_its_size() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            content = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            await control.phone(ANN).sends_file("lunch.ics", content, caption="for @bob")
            message = await next_message(bot)
            assert message.document is not None
            assert message.caption_entities is not None
            assert [each.type for each in message.caption_entities] == ["mention"]
            assert (message.document.file_name, message.document.mime_type) == ("lunch.ics", "text/calendar")
            file = await bot.get_file(message.document.file_id)
            assert file.file_size == message.document.file_size == len(content)
            down = await bot.download(message.document)
            assert down is not None
            assert down.read().decode() == content

    asyncio.run(steps())


def test_a_forwarded_message_names_its_origin() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            ann, bob = control.phone(ANN), control.phone(BOB)
            said = await bob.says("Lunch tomorrow at noon?")
            await updates(bot)
            await ann.forwards(said, of=BOB)
            message = await next_message(bot)
            assert message.text == "Lunch tomorrow at noon?"
            assert isinstance(message.forward_origin, MessageOriginUser)
            assert message.forward_origin.sender_user.id == BOB
            await control.post("/sandbox/people", id=BOB, hidden=True)
            await ann.forwards(said, of=BOB)
            origin = (await next_message(bot)).forward_origin
            assert isinstance(origin, MessageOriginHiddenUser)
            assert origin.sender_user_name == "Bob"
            channel = {"type": "channel", "title": "City", "username": "city_news"}
            await ann.forwards_text("Concert on Friday at 8pm", channel)
            origin = (await next_message(bot)).forward_origin
            assert isinstance(origin, MessageOriginChannel)
            assert (origin.chat.title, origin.chat.username) == ("City", "city_news")
            await ann.forwards_text("Rules", {"type": "chat", "title": "Team"})
            assert isinstance((await next_message(bot)).forward_origin, MessageOriginChat)
            await ann.forwards_text("Hi", {"type": "hidden_user", "name": "Max"})
            assert isinstance((await next_message(bot)).forward_origin, MessageOriginHiddenUser)
            await ann.forwards_file("a.ics", "BEGIN:VCALENDAR", {"type": "user", "name": "Zoë"})
            message = await next_message(bot)
            assert message.document is not None
            assert isinstance(message.forward_origin, MessageOriginUser)

    asyncio.run(steps())


def test_replies_edits_deletions_and_reactions() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            ann = control.phone(ANN)
            card = await bot.send_message(ANN, "Team meeting")
            reply = await ann.replies_to(await ann.hears("Team"), "I am late")
            message = await next_message(bot)
            assert message.reply_to_message is not None
            assert message.reply_to_message.message_id == card.message_id
            await ann.edits(reply, "I am on time /week")
            (update,) = await updates(bot)
            assert update.edited_message is not None
            assert (update.edited_message.message_id, update.edited_message.text) == (
                reply["message_id"],
                "I am on time /week",
            )
            await ann.reacts((await ann.sees())[1], "👍")
            (update,) = await updates(bot)
            assert update.message_reaction is not None
            assert update.message_reaction.new_reaction[0].type == "emoji"
            await ann.deletes(reply)
            assert await updates(bot) == []
            assert [each["text"] for each in await ann.sees()] == ["/start", "Team meeting"]

    asyncio.run(steps())


def test_entities_of_a_text_are_those_that_telegram_finds() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            text = "🎉 /invite @bob ann@example.com https://example.com/a?b=1. #party Max"
            mention = {"type": "text_mention", "offset": len(text) - 3 + 1, "length": 3, "user": EVE}
            await control.phone(ANN).says(text, entities=[mention])
            message = await next_message(bot)
            assert message.entities is not None
            found = [(each.type, each.extract_from(text)) for each in message.entities]
            assert found == [
                ("bot_command", "/invite"),
                ("mention", "@bob"),
                ("email", "ann@example.com"),
                ("url", "https://example.com/a?b=1"),
                ("hashtag", "#party"),
                ("text_mention", "Max"),
            ]
            assert message.entities[-1].user is not None
            assert message.entities[-1].user.id == EVE

    asyncio.run(steps())


def test_usernames_come_change_and_go() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            await control.post("/sandbox/people", id=ANN, username="ann_2", last_name="Lee")
            await control.phone(ANN).says("hi")
            sender = (await next_message(bot)).from_user
            assert sender is not None
            assert (sender.username, sender.full_name) == ("ann_2", "Ann Lee")
            await control.post("/sandbox/people", id=ANN, username=None)
            await control.phone(ANN).says("hi")
            sender = (await next_message(bot)).from_user
            assert sender is not None
            assert sender.username is None
            await control.post("/sandbox/people", id=ANN, username="eve")
            people = await control.get("/sandbox/people")
            assert [person["username"] for person in people] == ["eve", "bob", None]
            await control.phone(BOB).says("hi")
            taken = await control.http.post("/sandbox/people", json={"id": ANN, "username": "BOB"})
            assert (taken.status_code, taken.json()["error"]) == (409, "the username BOB is taken")

    asyncio.run(steps())


def test_a_link_to_the_bot_starts_the_private_chat() -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            await control.phone(BOB).opens("event_42")
            assert (await next_message(bot)).text == "/start event_42"
            link = f"https://t.me/{control.sandbox.config.bot_username}?start=week"
            await control.post(f"/sandbox/people/{BOB}/start", link=link)
            assert (await next_message(bot)).text == "/start week"
            keyboard = {"inline_keyboard": [[{"text": "Open", "url": link}]]}
            await control.call("sendMessage", chat_id=BOB, text="see", reply_markup=keyboard)
            assert (await control.phone(BOB).taps("Open"))["text"] == "/start week"
            for payload in ("x" * 65, "a b", "ы"):
                refused = await control.http.post(f"/sandbox/people/{BOB}/start", json={"payload": payload})
                assert refused.status_code == 400

    asyncio.run(steps())


CANNOT = [
    ("locations", {"latitude": 91, "longitude": 0}, 400, "latitude is a number"),
    ("locations", {"latitude": "x", "longitude": 0}, 400, "latitude is a number"),
    ("contacts", {"person": 9}, 404, "no person 9"),
    ("contacts", {"name": "x"}, 400, "needs phone and name"),
    ("forwards", {"message_id": 99}, 404, "no such message"),
    ("forwards", {"text": "x"}, 400, "origin must be an object"),
    ("forwards", {"text": "x", "origin": {"type": "bot"}}, 400, "the type of an origin"),
    ("messages/99", {"text": "x"}, 404, "no message 99"),
    ("messages/2", {"text": "x"}, 409, "only an own message"),
    ("messages/1", {"text": ""}, 400, "needs text"),
    ("messages/1/reaction", {"emoji": "x"}, 400, "REACTION_INVALID"),
    ("messages", {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]}, 400, "within the text"),
    ("messages", {"text": "x", "entities": [{"type": "url", "offset": 0, "length": 1}]}, 400, "formatting"),
    ("messages", {"text": "x", "reply_to": "y"}, 400, "reply_to must be a whole number"),
    ("messages", {"text": "x", "group": 7}, 404, "no group 7"),
    ("files", {"base64": "QQ==", "caption": "x" * 1025}, 400, "a caption has at most"),
]


@pytest.mark.parametrize(("act", "fields", "status", "sentence"), CANNOT)
def test_what_cannot_be_done_says_why_and_tells_the_bot_nothing(
    act: str, fields: dict[str, object], status: int, sentence: str
) -> None:
    async def steps() -> None:
        async with ann_and_bot() as (control, bot):
            await bot.send_message(ANN, "hello")
            refused = await control.http.post(f"/sandbox/people/{ANN}/{act}", json=fields)
            assert (refused.status_code, sentence in refused.text) == (status, True), refused.text
            assert await updates(bot) == []

    asyncio.run(steps())

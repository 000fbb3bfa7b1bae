"""The sandbox refuses the same calls as Telegram, in Telegram's words, and fails where a test asks it to."""

import asyncio
from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from support.sandbox import ANN, BOB, bot_of, sandbox_control

RSVP = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data="y")]])

REFUSED = [
    (0, "hi", {}, "chat not found"),
    (ANN, " ", {}, "message text is empty"),
    (ANN, "x" * 4097, {}, "message is too long"),
    (
        ANN,
        "<div>x</div>",
        {"parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "div" at byte offset 0',
    ),
    (ANN, "hi", {"reply_to_message_id": 999}, "message to be replied not found"),
]


@pytest.mark.parametrize(("chat", "text", "more", "sentence"), REFUSED)
def test_what_telegram_refuses_is_refused_in_its_words(
    chat: int, text: str, more: dict[str, object], sentence: str
) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")
            with pytest.raises(TelegramBadRequest) as refused:
                await bot.send_message(chat, text, **more)  # type: ignore[arg-type]
            assert refused.value.message == f"Bad Request: {sentence}"

    asyncio.run(steps())


def test_callback_data_of_more_than_64_bytes_is_refused() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")

            def keyboard(data: str) -> InlineKeyboardMarkup:
                return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data=data)]])

            await bot.send_message(ANN, "fits", reply_markup=keyboard("é" * 32))
            with pytest.raises(TelegramBadRequest, match="Bad Request: BUTTON_DATA_INVALID"):
                await bot.send_message(ANN, "does not", reply_markup=keyboard("é" * 32 + "x"))

    asyncio.run(steps())


def test_an_edit_must_change_something_that_the_bot_itself_has_sent() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            theirs = await control.say(ANN, "/start")
            mine = await bot.send_message(ANN, "<b>x</b>", parse_mode="HTML", reply_markup=RSVP)
            where: dict[str, Any] = {"chat_id": ANN, "message_id": mine.message_id}
            with pytest.raises(TelegramBadRequest, match="Bad Request: message is not modified: specified new message"):
                await bot.edit_message_text("<b>x</b>", parse_mode="HTML", reply_markup=RSVP, **where)
            with pytest.raises(TelegramBadRequest, match="Bad Request: message to edit not found"):
                await bot.edit_message_text("y", chat_id=ANN, message_id=999)
            with pytest.raises(TelegramBadRequest, match="Bad Request: message can't be edited"):
                await bot.edit_message_text("y", chat_id=ANN, message_id=theirs["message_id"])
            assert await bot.edit_message_text("<b>x</b>", parse_mode="HTML", **where)

    asyncio.run(steps())


def test_a_person_who_never_wrote_to_the_bot_is_unknown_and_one_who_blocks_it_is_lost() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            with pytest.raises(TelegramBadRequest, match="Bad Request: chat not found"):
                await bot.send_message(BOB, "hello?")
            await control.say(BOB, "/start")
            await bot.send_message(BOB, "hello")
            await control.post(f"/sandbox/people/{BOB}/block", blocked=True)
            with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
                await bot.send_message(BOB, "hello?")
            blocked = (await bot.get_updates())[-1].my_chat_member
            assert blocked is not None
            assert blocked.new_chat_member.status == "kicked"

    asyncio.run(steps())


def test_a_wrong_token_and_an_unknown_method_are_told_apart() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            async with bot_of(control, "1:wrong") as stranger:
                with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
                    await stranger.get_me()
            async with bot_of(control) as bot:
                with pytest.raises(TelegramNotFound):
                    await bot.send_dice(ANN)

    asyncio.run(steps())


def test_faults_on_order_reach_the_bot_as_telegrams_own() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")
            await control.post("/sandbox/faults", method="sendMessage", status=429, retry_after=7)
            with pytest.raises(TelegramRetryAfter) as later:
                await bot.send_message(ANN, "one")
            assert later.value.retry_after == 7
            await control.post("/sandbox/faults", status=403, chat_id=ANN)
            with pytest.raises(TelegramForbiddenError):
                await bot.send_message(ANN, "two")
            await control.post("/sandbox/faults", method="sendMessage", status=502, performed=True)
            with pytest.raises(TelegramServerError):
                await bot.send_message(ANN, "done though the answer was lost")
            await bot.send_message(ANN, "four")
            chat = await control.get(f"/sandbox/people/{ANN}/messages")
            said = [message["text"] for message in chat["messages"] if message["from"] == "bot"]
            assert said == ["done though the answer was lost", "four"]

    asyncio.run(steps())


def test_a_second_poll_ends_the_first_with_409() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            first = asyncio.create_task(bot.get_updates(timeout=30))
            await control.called("getUpdates")
            second = asyncio.create_task(bot.get_updates(timeout=30))
            with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
                await first
            await control.say(ANN, "hi")
            assert [update.message.text for update in await second if update.message] == ["hi"]

    asyncio.run(steps())


def test_an_update_comes_again_until_a_greater_offset_confirms_it() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            for text in ("one", "two", "three"):
                await control.say(ANN, text)
            first, second, third = await bot.get_updates()
            assert [u.update_id for u in await bot.get_updates(limit=1)] == [first.update_id]
            assert [u.update_id for u in await bot.get_updates(offset=second.update_id)] == [
                second.update_id,
                third.update_id,
            ]
            assert [u.update_id for u in await bot.get_updates(offset=-1)] == [third.update_id]
            assert await bot.get_updates(offset=third.update_id + 1) == []
            await bot.get_updates(allowed_updates=["callback_query"])
            await control.say(ANN, "nobody asked for messages")
            assert await bot.get_updates() == []

    asyncio.run(steps())


DEEP = "[" * 100_000
NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"chat_id": ANN, "text": ["x"]}),
    ("sendMessage", {"chat_id": ANN, "text": "\ud800"}),
    ("sendMessage", {"chat_id": {}, "text": "x"}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "parse_mode": "Markdown"}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": DEEP}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": "[]"}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": {"inline_keyboard": [1]}}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": {"inline_keyboard": [[1]]}}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": '{"keyboard": [["\\ud800"]]}'}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "reply_parameters": [1], "reply_to_message_id": 1}),
    ("sendMessage", {"chat_id": ANN, "text": "x", "entities": [{"type": 1}]}),
    ("editMessageText", {"chat_id": ANN, "message_id": "x", "text": "x"}),
    ("deleteMessages", {"chat_id": ANN, "message_ids": "1"}),
    ("setMyCommands", {"commands": [1]}),
    ("setMyCommands", {"commands": [], "scope": [1]}),
    ("setWebhook", {"url": "http://[::1"}),
    ("setWebhook", {"url": "ftp://example.com"}),
    ("getUpdates", {"allowed_updates": "{}"}),
    ("getFile", {"file_id": "x"}),
    ("sendDocument", {"chat_id": ANN, "document": "https://example.com/x"}),
    ("sendPhoto", {"chat_id": ANN}),
    ("answerCallbackQuery", {"callback_query_id": "1"}),
]


def test_nonsense_is_refused_with_400_and_changes_nothing() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            await control.say(ANN, "/start")
            links = ["http://[", "javascript:alert(1)", {"url": "x"}]
            keyboards = [{"inline_keyboard": [[{"text": "x", "url": link}]]} for link in links]
            keyboards += [{"inline_keyboard": [[{"text": "x", "web_app": link}]]} for link in links]
            linked = [("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": each}) for each in keyboards]
            before = await control.get("/sandbox")
            for method, fields in [*NONSENSE, *linked]:
                answer = await control.call(method, **fields)
                assert answer.status_code == 400, (method, fields, answer.text)
                assert answer.json()["description"].startswith("Bad Request: ")
            path = f"/bot{control.sandbox.config.bot_token}/sendMessage"
            json_body = {"Content-Type": "application/json"}
            for body in (b"{", b"[]", DEEP.encode(), b"\xff"):
                assert (await control.http.post(path, content=body, headers=json_body)).status_code == 400
            form = {"Content-Type": "multipart/form-data; boundary=x"}
            assert (await control.http.post(path, content=b"--x\r\nnonsense", headers=form)).status_code == 400
            assert await control.get("/sandbox") == before

    asyncio.run(steps())

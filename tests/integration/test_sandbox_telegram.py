"""The sandbox's Bot API, driven by aiogram exactly as the bot drives Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.filters import Command
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from support.sandbox import ANN, BOB, Control, sandbox_control

RSVP = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="✅ Accept", callback_data="rsvp:1:ACCEPTED"),
            InlineKeyboardButton(text="❌ Decline", callback_data="rsvp:1:DECLINED"),
        ]
    ]
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f0003030101b88ad8d60000000049454e44ae426082"
)


@asynccontextmanager
async def bot_of(control: Control, token: str | None = None) -> AsyncIterator[Bot]:
    server = TelegramAPIServer.from_base(control.sandbox.url)
    async with Bot(token or control.sandbox.config.bot_token, AiohttpSession(api=server)) as bot:
        yield bot


@asynccontextmanager
async def polling(control: Control) -> AsyncIterator[Bot]:
    """A small bot on a real Dispatcher, polling the sandbox."""
    dispatcher = Dispatcher()

    @dispatcher.message(Command("invite"))
    async def invite(message: Message) -> None:
        await message.answer("📅 <b>Team &amp; Sync</b>", parse_mode="HTML", reply_markup=RSVP)

    @dispatcher.callback_query(F.data.startswith("rsvp:"))
    async def answered(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("📅 <b>Team</b>\n✅ <i>You accepted.</i>", parse_mode="HTML")
        await query.answer("Noted", show_alert=True)

    @dispatcher.message(F.document)
    async def file_back(message: Message, bot: Bot) -> None:
        assert message.document is not None
        content = await bot.download(message.document)
        assert content is not None
        await message.answer_document(BufferedInputFile(content.read()[::-1], "back.ics"), caption="back")

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"echo {message.text}")

    async with bot_of(control) as bot:
        task = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
        try:
            yield bot
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def test_a_command_is_answered_and_a_tap_edits_the_card() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, polling(control):
            await control.say(ANN, "/invite")
            card = await control.heard(ANN, "Team & Sync")
            assert card["html"] == "📅 <b>Team &amp; Sync</b>"
            assert [button["text"] for button in card["buttons"][0]] == ["✅ Accept", "❌ Decline"]

            tapped = await control.tap(ANN, message_id=card["message_id"], button="✅ Accept")

            assert tapped["data"] == "rsvp:1:ACCEPTED"
            assert tapped["answer"] == {"text": "Noted", "show_alert": True, "url": None}
            edited = await control.heard(ANN, "You accepted", after=card["revision"])
            assert edited["message_id"] == card["message_id"]
            assert edited["buttons"] == []
            assert edited["edit_date"] is not None

    asyncio.run(walk())


def test_a_file_goes_to_the_bot_and_comes_back() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, polling(control):
            content = bytes(range(256)) * 40
            answer = await control.http.post(
                f"/sandbox/people/{BOB}/files", files={"file": ("my.ics", content, "text/calendar")}
            )
            assert answer.json()["file"]["name"] == "my.ics"
            back = await control.heard(BOB, "back")
            assert back["file"]["name"] == "back.ics"
            assert (await control.http.get(back["file"]["url"])).content == content[::-1]

    asyncio.run(walk())


def test_every_answer_is_one_that_aiogram_can_read() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")
            me = await bot.get_me()
            assert (me.id, me.is_bot) == (control.sandbox.config.bot_id, True)
            (update,) = await bot.get_updates()
            assert update.message is not None
            assert update.message.from_user is not None
            assert (update.message.text, update.message.from_user.id) == ("/start", ANN)
            assert update.message.entities is not None
            assert update.message.entities[0].type == "bot_command"
            assert (await bot.get_chat(ANN)).first_name == "Ann"
            assert await bot.send_chat_action(ANN, "typing")
            commands = [BotCommand(command="today", description="What is on today")]
            assert await bot.set_my_commands(commands)
            assert [(c.command, c.description) for c in await bot.get_my_commands()] == [("today", "What is on today")]
            assert await bot.set_my_commands(commands, language_code="ru")
            assert await bot.delete_my_commands(language_code="ru")
            assert await bot.get_my_commands(language_code="ru") == []
            assert await bot.set_my_description("Calendar")
            assert (await bot.get_my_description()).description == "Calendar"
            assert await bot.set_my_short_description("Cal")
            assert (await bot.get_my_short_description()).short_description == "Cal"
            assert (await bot.get_my_name()).name == "Televent"
            assert (await bot.get_chat_menu_button()).type == "default"
            photo = await bot.send_photo(
                ANN, BufferedInputFile(PIXEL, "week.png"), caption="<i>week</i>", parse_mode="HTML"
            )
            assert photo.photo is not None
            assert (photo.photo[0].width, photo.photo[0].height) == (1, 1)
            again = (await bot.send_photo(ANN, photo.photo[0].file_id)).photo
            assert again is not None
            assert again[0].file_unique_id == photo.photo[0].file_unique_id
            document = await bot.send_document(ANN, BufferedInputFile(b"BEGIN", "a.ics"))
            assert document.document is not None
            assert document.document.file_size == 5
            reply = await bot.send_message(ANN, "re", reply_to_message_id=photo.message_id, reply_markup=RSVP)
            assert reply.reply_to_message is not None
            edited = await bot.edit_message_reply_markup(chat_id=ANN, message_id=reply.message_id)
            assert isinstance(edited, Message)
            assert edited.reply_markup is None
            assert await bot.delete_message(ANN, reply.message_id)
            assert (await bot.get_webhook_info()).url == ""

    asyncio.run(walk())


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
    async def walk() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")
            with pytest.raises(TelegramBadRequest) as refused:
                await bot.send_message(chat, text, **more)  # type: ignore[arg-type]
            assert refused.value.message == f"Bad Request: {sentence}"

    asyncio.run(walk())


def test_callback_data_of_more_than_64_bytes_is_refused() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.say(ANN, "/start")

            def keyboard(data: str) -> InlineKeyboardMarkup:
                return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data=data)]])

            await bot.send_message(ANN, "fits", reply_markup=keyboard("é" * 32))
            with pytest.raises(TelegramBadRequest, match="Bad Request: BUTTON_DATA_INVALID"):
                await bot.send_message(ANN, "does not", reply_markup=keyboard("é" * 32 + "x"))

    asyncio.run(walk())


def test_an_edit_must_change_something_that_the_bot_itself_has_sent() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            theirs = await control.say(ANN, "/start")
            mine = await bot.send_message(ANN, "<b>x</b>", parse_mode="HTML", reply_markup=RSVP)
            where = {"chat_id": ANN, "message_id": mine.message_id}
            with pytest.raises(TelegramBadRequest, match="Bad Request: message is not modified: specified new message"):
                await bot.edit_message_text("<b>x</b>", parse_mode="HTML", reply_markup=RSVP, **where)
            with pytest.raises(TelegramBadRequest, match="Bad Request: message to edit not found"):
                await bot.edit_message_text("y", chat_id=ANN, message_id=999)
            with pytest.raises(TelegramBadRequest, match="Bad Request: message can't be edited"):
                await bot.edit_message_text("y", chat_id=ANN, message_id=theirs["message_id"])
            assert await bot.edit_message_text("<b>x</b>", parse_mode="HTML", **where)

    asyncio.run(walk())


def test_whoever_has_not_written_to_the_bot_is_unknown_to_it_and_whoever_blocks_it_is_lost() -> None:
    async def walk() -> None:
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

    asyncio.run(walk())


def test_a_wrong_token_and_an_unknown_method_are_told_apart() -> None:
    async def walk() -> None:
        async with sandbox_control() as control:
            async with bot_of(control, "1:wrong") as stranger:
                with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
                    await stranger.get_me()
            async with bot_of(control) as bot:
                with pytest.raises(TelegramNotFound):
                    await bot.send_dice(ANN)

    asyncio.run(walk())


def test_faults_on_order_reach_the_bot_as_telegrams_own() -> None:
    async def walk() -> None:
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

    asyncio.run(walk())


def test_a_second_poll_ends_the_first_with_409() -> None:
    async def walk() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            first = asyncio.create_task(bot.get_updates(timeout=30))
            await control.called("getUpdates")
            second = asyncio.create_task(bot.get_updates(timeout=30))
            with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
                await first
            await control.say(ANN, "hi")
            assert [update.message.text for update in await second if update.message] == ["hi"]

    asyncio.run(walk())


def test_an_update_comes_again_until_a_greater_offset_confirms_it() -> None:
    async def walk() -> None:
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

    asyncio.run(walk())

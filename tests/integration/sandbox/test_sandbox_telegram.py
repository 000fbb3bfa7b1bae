"""The sandbox's Bot API, called by aiogram exactly as the bot calls Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from support.sandbox import ANN, BOB, Control, bot_of, sandbox_control

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
    async def steps() -> None:
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

    asyncio.run(steps())


def test_a_file_goes_to_the_bot_and_comes_back() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, polling(control):
            content = bytes(range(256)) * 40
            answer = await control.http.post(
                f"/sandbox/people/{BOB}/files", files={"file": ("my.ics", content, "text/calendar")}
            )
            assert answer.json()["file"]["name"] == "my.ics"
            back = await control.heard(BOB, "back")
            assert back["file"]["name"] == "back.ics"
            assert (await control.http.get(back["file"]["url"])).content == content[::-1]

    asyncio.run(steps())


def test_every_answer_is_one_that_aiogram_can_read() -> None:
    async def steps() -> None:
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

    asyncio.run(steps())

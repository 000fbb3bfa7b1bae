"""Answers unknown commands with the nearest one, and runs the command of a button."""

from __future__ import annotations

from typing import Final
from zlib import crc32

from aiogram import Dispatcher, F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import Person
from televent.adapters.telegram.intents import COMMANDS
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.words import nearest

router = Router(name="unknown-commands")

RUN: Final = "run:"
"""The beginning of the callback data of a button that runs a command."""


def run_button(text: str, command: str) -> InlineKeyboardButton:
    """A button that does what the command does."""
    return InlineKeyboardButton(text=text, callback_data=f"{RUN}{command}")


@router.message(F.text.startswith("/") | F.caption.startswith("/"))
async def unknown(message: Message, person: Person) -> None:
    """Names the nearest command, and the way to all of them."""
    text = message.text or message.caption or ""
    near = nearest(text, COMMANDS)
    row = [InlineKeyboardButton(text=plain(person.language, "draft-help"), callback_data="help:first")]
    if near is not None:
        row.insert(0, run_button(f"/{near}", near))
    key = "command-near" if near is not None else "command-unknown"
    words = text.split()[0][:64]
    text = say(person.language, key, command=words, near=f"/{near}")
    await message.answer(text, reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))


@router.callback_query(F.data.startswith(RUN))
async def run(query: CallbackQuery, person: Person, dispatcher: Dispatcher, event_update: Update) -> None:
    """Runs the command of the button, as if the person had sent it."""
    command, message, bot = (query.data or "").removeprefix(RUN), query.message, query.bot
    if command not in COMMANDS or not isinstance(message, Message) or bot is None:
        await refuse_dead(query, person.language)
        return
    given = {"from_user": query.from_user, "text": f"/{command}", "reply_markup": None, "entities": None}
    # Another id for each tap: what a command begins is named by its message.
    sent = message.model_copy(update={**given, "message_id": crc32(query.id.encode())})
    await dispatcher.feed_update(bot, Update(update_id=event_update.update_id, message=sent))
    await acknowledge(query)

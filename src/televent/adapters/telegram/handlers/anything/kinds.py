"""Answers every kind of message that no other handler takes, and every dead button."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiogram import Router
from aiogram.enums import ContentType
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import Person
from televent.adapters.telegram.handlers.anything.commands import run_button
from televent.adapters.telegram.texts import plain, say

router = Router(name="anything")

KINDS: Final[Mapping[str, str]] = MappingProxyType({
    ContentType.TEXT: "text", ContentType.VENUE: "venue",
    ContentType.LOCATION: "venue", ContentType.STICKER: "sticker", ContentType.ANIMATION: "sticker",
    ContentType.DICE: "dice", ContentType.GAME: "dice", ContentType.PHOTO: "photo", ContentType.VIDEO: "photo",
    ContentType.VIDEO_NOTE: "voice", ContentType.VOICE: "voice", ContentType.AUDIO: "voice", ContentType.POLL: "poll",
    ContentType.DOCUMENT: "document",
})  # fmt: skip
"""The end of the text key for each kind of message that people send; "other" for any other."""
SILENT: Final = frozenset({
    ContentType.PINNED_MESSAGE, ContentType.WRITE_ACCESS_ALLOWED, ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
    ContentType.CHAT_BACKGROUND_SET, ContentType.WEB_APP_DATA, ContentType.PROXIMITY_ALERT_TRIGGERED,
})  # fmt: skip
"""Notes that Telegram itself makes in the chat. Nobody waits for an answer to them."""


@router.message()
async def anything(message: Message, person: Person, state: FSMContext) -> None:
    """Says what the bot can do with such a message."""
    if message.content_type in SILENT:
        return
    language, kind = person.language, KINDS.get(message.content_type, "other")
    running = await state.get_state() is not None
    if kind == "text" and running:
        kind = "running"
    row = [
        run_button(plain(language, "draft-stop" if running else "draft-new-event"), "cancel" if running else "create"),
        InlineKeyboardButton(text=plain(language, "draft-help"), callback_data="help:first"),
    ]
    await message.answer(say(language, f"kind-{kind}"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))


@router.callback_query()
async def dead(query: CallbackQuery, person: Person) -> None:
    """Says that the button is no longer valid."""
    await refuse_dead(query, person.language)

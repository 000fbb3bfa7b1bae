"""Answers taps on buttons. A handler stores and shows its result first, and acknowledges the tap last.

An update may come again after an outage, or after a long time. Then Telegram refuses a second or a late answer to its
tap (Bot API, answerCallbackQuery), and refuses an edit that changes nothing. Neither is a failure of the work.
"""

from __future__ import annotations

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message


async def acknowledge(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Ends the waiting of the person's app. ``text`` is shown above the chat; as an ``alert`` it must be closed.

    An alert that comes too late is written into the chat, which must be a private one.
    """
    try:
        await query.answer(text, show_alert=alert)
    except TelegramBadRequest as error:
        if "query is too old" not in str(error):
            raise
        if alert and text and query.message is not None:
            await query.message.answer(text, parse_mode=None)


async def show(message: Message, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
    """Replaces the text of the tapped message, and its buttons; sends a new one where Telegram cannot edit it: the
    person has deleted it, or it is too old."""
    try:
        await message.edit_text(text, reply_markup=buttons)
    except TelegramBadRequest as error:
        if is_not_editable(error):
            await message.answer(text, reply_markup=buttons)
        elif not is_unmodified(error):
            raise


async def take_buttons_away(message: Message) -> None:
    """Leaves the tapped message without buttons, where it is still there."""
    try:
        await message.edit_reply_markup(reply_markup=None)
    except TelegramBadRequest as error:
        if not is_unmodified(error) and not is_not_editable(error):
            raise


def is_unmodified(error: TelegramBadRequest) -> bool:
    """Whether an edit failed because an earlier run of the update, or another tap, has already made the change."""
    return "message is not modified" in str(error)


def is_not_editable(error: TelegramBadRequest) -> bool:
    """Whether an edit failed because the message is deleted, or cannot be edited any more."""
    return any(each in str(error) for each in ("message to edit not found", "can't be edited", "MESSAGE_ID_INVALID"))

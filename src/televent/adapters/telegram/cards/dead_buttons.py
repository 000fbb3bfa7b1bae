"""Answers a tap on a button that leads nowhere any more."""

from __future__ import annotations

from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.taps import acknowledge, take_buttons_away
from televent.adapters.telegram.texts import plain


async def refuse_dead(query: CallbackQuery, language: str, key: str = "button-dead") -> None:
    """Says that the button is no longer valid, and takes the buttons of its message away."""
    if isinstance(query.message, Message):
        await take_buttons_away(query.message)
    await acknowledge(query, plain(language, key), alert=True)

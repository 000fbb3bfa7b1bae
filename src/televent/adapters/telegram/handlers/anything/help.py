"""Handles /help: short first, and a page for each subject."""

from __future__ import annotations

from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import Person
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say

router = Router(name="help")

SECTIONS: Final = ("create", "look", "people", "apps", "settings")
"""The subjects of the help, in order."""
_PREFIX: Final = "help:"


@router.message(Command("help"))
async def help_(message: Message, person: Person) -> None:
    """Says in a few lines what the bot can do."""
    await message.answer(say(person.language, "help"), reply_markup=buttons(person.language))


@router.callback_query(F.data.startswith(_PREFIX))
async def section(query: CallbackQuery, person: Person) -> None:
    """Shows one subject. The first tap, below another message, sends a new one."""
    name, message = (query.data or "").removeprefix(_PREFIX), query.message
    if not isinstance(message, Message) or name not in (*SECTIONS, "first", "all"):
        await refuse_dead(query, person.language)
        return
    if name == "first":
        await message.answer(say(person.language, "help"), reply_markup=buttons(person.language))
    else:
        await show(message, say(person.language, "help" if name == "all" else f"help-{name}"), buttons(person.language))
    await acknowledge(query)


def buttons(language: str) -> InlineKeyboardMarkup:
    """A button for each subject."""
    all_ = [
        InlineKeyboardButton(text=plain(language, f"help-button-{each}"), callback_data=f"{_PREFIX}{each}")
        for each in SECTIONS
    ]
    return InlineKeyboardMarkup(inline_keyboard=[all_[:3], all_[3:]])

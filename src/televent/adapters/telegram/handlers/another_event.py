"""A line that is a whole event of its own, while the bot waits for something else: it is offered as a new event."""

from __future__ import annotations

from typing import Any, Final

from aiogram.fsm.context import FSMContext
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import Person
from televent.adapters.telegram.texts import plain
from televent.phrases.understanding import understand

MAX_LINE: Final = 200
"""Max characters of such a line; a longer one is a note or a description."""
PREFIX: Final = "other:"
_LINE: Final = "other-line"


def is_another_event(line: str, person: Person) -> bool:
    """Whether a line has a title and a certain time."""
    read = understand(line, now=person.display.now, language=person.language)
    return bool(read.title) and len(read.readings) == 1 and not read.unread and len(line) <= MAX_LINE


async def keep_line(message: Message, state: FSMContext) -> None:
    """Keeps the line until a tap says what it is."""
    await state.update_data({_LINE: {"text": message.text or "", "message": message.message_id}})


async def kept_line(state: FSMContext) -> tuple[str, int] | None:
    """The kept line and the id of its message."""
    kept: dict[str, Any] | None = (await state.get_data()).get(_LINE)
    return (kept["text"], kept["message"]) if kept is not None else None


async def way_on(message: Message, person: Person, state: FSMContext) -> InlineKeyboardMarkup | None:
    """The button "A new event" below the sentence that the line is no answer; None where it reads like no event."""
    if not is_another_event(message.text or "", person):
        return None
    await keep_line(message, state)
    return InlineKeyboardMarkup(inline_keyboard=[[new_button(person.language)]])


def new_button(language: str) -> InlineKeyboardButton:
    """The button that makes a new event of the kept line."""
    return InlineKeyboardButton(text=plain(language, "draft-new"), callback_data=f"{PREFIX}new")


def mine_button(language: str) -> InlineKeyboardButton:
    """The button that takes the kept line as the answer."""
    return InlineKeyboardButton(text=plain(language, "draft-mine"), callback_data=f"{PREFIX}mine")

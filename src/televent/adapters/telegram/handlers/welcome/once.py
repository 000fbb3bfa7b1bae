"""Asks people once, after the answer to their message: for a zone that they never chose, and whether they would rather
write Russian."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message, TelegramObject

from televent.adapters.telegram.door import Person
from televent.adapters.telegram.handlers.welcome.questions import UNKNOWN, ask_zone
from televent.adapters.telegram.handlers.welcome.steps import (
    RUSSIAN_OFFERED,
    ZONE_ASKED,
    Welcome,
    note,
    noted,
    welcome_of,
)
from televent.adapters.telegram.texts import plain, say

_RUSSIAN: Final = re.compile(r"[а-яё]{3}", re.IGNORECASE)
_OWN_ANSWER: Final = ("/start", "/timezone", "/settings", "/language")
"""Commands whose answer asks for the zone or the language itself."""


class AskOnce(BaseMiddleware):
    """Asks after the handler, never in a dialogue that runs: the person's command comes first."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        result = await handler(event, data)
        person, state = data.get("person"), data.get("state")
        if not isinstance(event, Message) or not isinstance(person, Person) or state is None:
            return result
        text = event.text or ""
        russian = person.language == "en" and _RUSSIAN.search(text) is not None
        unknown = person.account.timezone == UNKNOWN
        if not (russian or unknown) or text.startswith(_OWN_ANSWER) or event.location is not None:
            return result
        if await state.get_state() is not None:
            return result
        welcome = welcome_of(state)
        if unknown and await welcome.get_state() is None and not await noted(welcome, ZONE_ASKED):
            await welcome.set_state(Welcome.city)
            user = event.from_user
            await ask_zone(event, person, welcome, user.language_code if user is not None else None)
        elif russian and not await noted(welcome, RUSSIAN_OFFERED):
            button = InlineKeyboardButton(text=plain("ru", "button-russian"), callback_data="settings:language:ru")
            await event.answer(
                say("ru", "offer-russian"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
            )
            await note(welcome, RUSSIAN_OFFERED)
        return result

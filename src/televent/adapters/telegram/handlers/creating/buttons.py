"""The buttons of drafts. Their callback data name the draft: "draft:", its token, a verb and perhaps a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.handlers.creating.draft import Draft
from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token, token_of

PREFIX: Final = "draft:"


@dataclass(frozen=True, slots=True)
class Tap:
    """The subject of a tapped button."""

    draft_id: UUID
    verb: str
    value: str = ""


class Tapped(Filter):
    """Matches a tap on a button of a draft with one of these verbs, and gives the handler its ``tap``."""

    def __init__(self, *verbs: str) -> None:
        self._verbs = verbs

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, Any]:
        """Whether the tap is on such a button."""
        tap = read_tap(query.data or "")
        return {"tap": tap} if tap is not None and tap.verb in self._verbs else False


def read_tap(data: str) -> Tap | None:
    """The subject of callback data; None for any other data: anybody can send any."""
    token, _, rest = data.removeprefix(PREFIX).partition(":")
    named = read_token(token) if data.startswith(PREFIX) else None
    if named is None or named[1] is not None:
        return None
    verb, _, value = rest.partition(":")
    return Tap(named[0], verb, value)


def button(draft: Draft, text: str, verb: str, value: str = "") -> InlineKeyboardButton:
    """A button of this draft."""
    data = f"{PREFIX}{token_of(draft.id)}:{verb}" + (f":{value}" if value else "")
    return InlineKeyboardButton(text=text, callback_data=data)


def named(draft: Draft, language: str, key: str, verb: str, value: str = "") -> InlineKeyboardButton:
    """A button of this draft with the text ``key``."""
    return button(draft, plain(language, key), verb, value)


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """The rows that have buttons."""
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])

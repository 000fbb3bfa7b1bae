"""The buttons under an event: what each of them is about, in its callback data (Bot API: 1 to 64 bytes).

The data are "event:", two characters for the verb, one for the scope, the version that the person sees, the token of
the event or occurrence, and perhaps "~" with a value. So a button needs no memory, and works after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.events.view_event import EventView
from televent.application.use_cases.events.which import Scope, Which

PREFIX: Final = "event:"
MARK: Final = 6
"""Characters of the version of an event in a button."""
_SCOPES: Final[dict[str, Scope | None]] = {"a": Scope.ALL, "t": Scope.THIS, "f": Scope.FOLLOWING, "q": None}
_SIGNS: Final = {scope: sign for sign, scope in _SCOPES.items()}
_WIDTH: Final = 3
"""Buttons in a row."""


@dataclass(frozen=True, slots=True)
class Tap:
    """The subject of a button. ``scope`` None: the person has not said yet which occurrences they mean.

    ``mark``: the beginning of the version of the event that the person sees.
    """

    verb: str
    stream_id: UUID
    recurrence_id: str | None
    scope: Scope | None
    mark: str
    value: str = ""

    @property
    def which(self) -> Which:
        """The part of the event that is meant."""
        return Which(self.stream_id, self.recurrence_id, self.scope or Scope.ALL, self.mark)

    @property
    def shown(self) -> str | None:
        """The occurrence that the view shows; None: the series, or an event that does not recur."""
        return None if self.scope is Scope.ALL else self.recurrence_id

    @property
    def data(self) -> str:
        """The callback data."""
        tail = f"~{self.value}" if self.value else ""
        return f"{PREFIX}{self.verb}{self.packed}{tail}"

    @property
    def packed(self) -> str:
        """The data without verb and value."""
        return f"{_SIGNS[self.scope]}{self.mark}{token_of(self.stream_id, self.recurrence_id)}"

    def to(self, verb: str, value: str = "") -> Tap:
        """Another button about the same."""
        return replace(self, verb=verb, value=value)

    def button(self, text: str) -> InlineKeyboardButton:
        """This button with a text."""
        return InlineKeyboardButton(text=text, callback_data=self.data)


class Pressed(Filter):
    """Matches a tap on a button with one of these verbs, and gives the handler its ``tap``."""

    def __init__(self, *verbs: str) -> None:
        self._verbs = verbs

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, Any]:
        """Whether the button is one of them."""
        tap = read_tap(query.data or "")
        return {"tap": tap} if tap is not None and tap.verb in self._verbs else False


def read_tap(data: str) -> Tap | None:
    """The subject of callback data; None for data of another kind: anybody can send any data."""
    if not data.startswith(PREFIX):
        return None
    body, _, value = data.removeprefix(PREFIX).partition("~")
    found = unpack(body[2:])
    return None if found is None else replace(found, verb=body[:2], value=value)


def unpack(packed: str) -> Tap | None:
    """Reads :attr:`Tap.packed`; None for a text that is none."""
    sign, mark, token = packed[:1], packed[1 : 1 + MARK], packed[1 + MARK :]
    named = read_token(token)
    if sign not in _SCOPES or named is None or len(mark) != MARK or not mark.isalnum():
        return None
    return Tap("", named[0], named[1], _SCOPES[sign], mark)


def first_tap(view: EventView) -> Tap:
    """The button that shows this view: others follow from it."""
    return Tap("vw", view.entry.stream_id, view.asked, None, view.mark[:MARK])


def keyboard(*rows: Iterable[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """A keyboard of rows; empty rows are left out."""
    return InlineKeyboardMarkup(inline_keyboard=[found for row in rows if (found := list(row))])


def in_rows(buttons: Iterable[InlineKeyboardButton], width: int = _WIDTH) -> list[list[InlineKeyboardButton]]:
    """The buttons in rows of *width*."""
    every = list(buttons)
    return [every[place : place + width] for place in range(0, len(every), width)]


def back(tap: Tap, language: str, verb: str = "vw", value: str = "") -> list[InlineKeyboardButton]:
    """The row with the way back to an earlier page."""
    return [tap.to(verb, value).button(plain(language, "event-back"))]

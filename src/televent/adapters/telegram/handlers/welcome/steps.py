"""The questions of the first conversation. Their state is apart from that of dialogues, so a command or a dialogue in
between is answered, and the question stays open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

_DESTINY: Final = "welcome"


class Welcome(StatesGroup):
    """The questions, in their order. ``city``: the question for the zone alone, with no other after it."""

    zone = State()
    city = State()
    address = State()
    code = State()
    busy = State()


def welcome_of(state: FSMContext) -> FSMContext:
    """The state of the first conversation, for the person whose dialogue ``state`` is."""
    return FSMContext(state.storage, replace(state.key, destiny=_DESTINY))


class Answers(Filter):
    """Plain texts that answer an open question: gives handlers ``welcome`` and ``step``. A running dialogue comes
    first."""

    async def __call__(
        self, message: Message, state: FSMContext, raw_state: str | None = None
    ) -> bool | dict[str, Any]:
        if raw_state is not None or not message.text or message.text.startswith("/"):
            return False
        welcome = welcome_of(state)
        step = await welcome.get_state()
        return {"welcome": welcome, "step": step} if step not in (None, Welcome.busy.state) else False


async def noted(welcome: FSMContext, word: str) -> bool:
    """Whether ``note`` was called with this word for the person."""
    return bool((await welcome.get_data()).get(word))


async def note(welcome: FSMContext, word: str, *, value: bool = True) -> None:
    """Notes a word about the conversation, such as that the person was asked for their zone."""
    await welcome.update_data({word: value})


ZONE_ASKED: Final = "zone-asked"
BUSY_ASKED: Final = "busy-asked"
LOCATION_KEYBOARD: Final = "location-keyboard"
RUSSIAN_OFFERED: Final = "russian-offered"

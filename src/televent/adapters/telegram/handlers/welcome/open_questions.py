"""Gives a plain text to the question that is open."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.address import take_address, take_code
from televent.adapters.telegram.handlers.welcome.steps import Answers, Welcome
from televent.adapters.telegram.handlers.welcome.zone import take_city
from televent.phrases.understanding import understand
from televent.wording.places.search import find_place

router = Router(name="open_questions")

_MAYBE_ADDRESS: Final = re.compile(r"@|^\s*\S+\.\w+\s*$")
"""An @, or one word with a dot in it."""

Taker = Callable[[Message, BotDoor, Person, FSMContext], Awaitable[None]]

_TAKERS: Final[Mapping[str | None, Taker]] = {
    Welcome.zone.state: take_city,
    Welcome.city.state: take_city,
    Welcome.address.state: take_address,
    Welcome.code.state: take_code,
}


@router.message(Answers())
async def answer(message: Message, door: BotDoor, person: Person, welcome: FSMContext, step: str) -> None:
    """Takes the text as the answer, but not a sentence that reads like an event: it belongs to another handler.

    The question for an address stays open for days, so it takes only what may be meant as one.
    """
    if step == Welcome.address.state and not _MAYBE_ADDRESS.search(message.text or ""):
        raise SkipHandler
    plain = "@" not in (message.text or "") and not _names_place(message, person, step)
    if plain and _reads_like_an_event(message, person):
        raise SkipHandler
    await _TAKERS[step](message, door, person, welcome)


def _names_place(message: Message, person: Person, step: str) -> bool:
    asked = step in (Welcome.zone.state, Welcome.city.state)
    return asked and bool(find_place(message.text or "", person.language, person.display.now).places)


def _reads_like_an_event(message: Message, person: Person) -> bool:
    return bool(understand(message.text or "", now=person.display.now, language=person.language).readings)

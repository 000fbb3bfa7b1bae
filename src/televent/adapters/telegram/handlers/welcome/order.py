"""Leads through the first conversation: zone, address, who may ask when the person is busy, help. One question at a
time; each may be skipped."""

from __future__ import annotations

from typing import Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.questions import UNKNOWN, ask_address, ask_busy, ask_zone
from televent.adapters.telegram.handlers.welcome.steps import BUSY_ASKED, ZONE_ASKED, Welcome, noted
from televent.adapters.telegram.texts import say
from televent.application.use_cases.people.free_busy import has_chosen

_ORDER: Final = (Welcome.zone, Welcome.address, Welcome.busy)


async def begin(
    message: Message, door: BotDoor, person: Person, welcome: FSMContext, language_code: str | None
) -> None:
    """Asks the question that is open; where none is, the first that the person has not answered."""
    step = await welcome.get_state()
    if step == Welcome.code.state:
        address = str((await welcome.get_data()).get("address", ""))
        await message.answer(say(person.language, "code-sent", address=address))
        return
    first = next((number for number, each in enumerate(_ORDER) if each.state == step), 0)
    await _ask_from(first, message, door, person, welcome, language_code)


async def advance(message: Message, door: BotDoor, person: Person, welcome: FSMContext, done: State) -> None:
    """Asks what comes after ``done``, if that is the question that is open: a button may be tapped much later."""
    step = await welcome.get_state()
    if done == Welcome.zone and step == Welcome.city.state:
        await welcome.set_state(None)
    elif step == done.state:
        place = _ORDER.index(Welcome.address if done == Welcome.code else done)
        await _ask_from(place + 1, message, door, person, welcome, None)


async def _ask_from(
    first: int, message: Message, door: BotDoor, person: Person, welcome: FSMContext, language_code: str | None
) -> None:
    for step in _ORDER[first:]:
        if not await _is_open(step, door, person, welcome):
            continue
        await welcome.set_state(step)
        if step == Welcome.zone:
            await ask_zone(message, person, welcome, language_code)
        elif step == Welcome.address:
            await ask_address(message, person)
        else:
            await ask_busy(message, door, person, welcome)
        return
    await welcome.set_state(None)
    if person.account.addresses:
        await message.answer(say(person.language, "email-known", addresses=", ".join(person.account.addresses)))
    await message.answer(say(person.language, "help"))


async def _is_open(step: State, door: BotDoor, person: Person, welcome: FSMContext) -> bool:
    """Whether the question was not answered. One that was asked and passed over is not asked again, but that for an
    address: /start is the way to it."""
    if await welcome.get_state() == step.state:
        return True
    if step == Welcome.address:
        return not person.account.addresses
    if step == Welcome.zone:
        return person.account.timezone == UNKNOWN and not await noted(welcome, ZONE_ASKED)
    return not await noted(welcome, BUSY_ASKED) and not await door.run(has_chosen, door.backend, person.account)

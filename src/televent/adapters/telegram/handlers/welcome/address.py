"""The question for an email address, and for the code that was mailed to it."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.address_codes import ADDRESS, mail_code, verify_code
from televent.adapters.telegram.handlers.welcome.order import advance
from televent.adapters.telegram.handlers.welcome.steps import Welcome, welcome_of
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import say

router = Router(name="address")


@router.callback_query(F.data == "email:skip")
async def skip(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Leaves the question unanswered, and asks the next one."""
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "email-skipped"))
        welcome = welcome_of(state)
        done = Welcome.code if await welcome.get_state() == Welcome.code.state else Welcome.address
        await advance(query.message, door, person, welcome, done)
    await acknowledge(query)


async def take_address(message: Message, door: BotDoor, person: Person, welcome: FSMContext) -> None:
    """Sends a code to the address."""
    address = (message.text or "").strip()
    if await mail_code(message, door, person, address):
        await welcome.update_data(address=address, tries=0)
        await welcome.set_state(Welcome.code)


async def take_code(message: Message, door: BotDoor, person: Person, welcome: FSMContext) -> None:
    """Verifies the address by its code. Another address restarts the question, and the fifth wrong code ends it."""
    if ADDRESS.fullmatch((message.text or "").strip()):
        await take_address(message, door, person, welcome)
        return
    await verify_code(message, door, person, welcome, lambda: welcome.set_state(None))
    await advance(message, door, person, welcome, Welcome.code)

"""The question for an email address, and for the code that was mailed to it."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Final

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.order import advance
from televent.adapters.telegram.handlers.welcome.steps import Welcome, welcome_of
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import say
from televent.application.refusals import TooManyCodes
from televent.application.use_cases.people import accounts
from televent.domain.refusal import Refusal
from televent.wording.times import clock_of, day_within
from televent.wording.zones import zone_label

router = Router(name="address")

MAX_TRIES: Final = 5
"""Max wrong codes before the question ends."""
_ADDRESS = re.compile(r"\S+@\S+")


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


async def mail_code(message: Message, door: BotDoor, person: Person, address: str) -> bool:
    """Mails a code to the address, and says so. False: the person or the address has had enough codes for now."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    context = door.context(person.account.tenant, f"claim:{message.chat.id}:{message.message_id}")
    try:
        await door.run(lambda: accounts.claim_address(door.backend, context, address=address, code=code))
    except TooManyCodes as refused:
        # A minute that has begun is shown as its end, so that the time that people read is never too early.
        until = refused.until + timedelta(seconds=59)
        day, clock = day_within(until, person.display), clock_of(until, person.display)
        zone = zone_label(person.zone, until, person.language)
        await message.answer(say(person.language, "code-wait", day=day, clock=clock, zone=zone))
        return False
    await message.answer(say(person.language, "code-sent", address=address))
    return True


async def take_code(message: Message, door: BotDoor, person: Person, welcome: FSMContext) -> None:
    """Verifies the address by its code. Another address restarts the question, and the fifth wrong code ends it."""
    text = (message.text or "").strip()
    if _ADDRESS.fullmatch(text):
        await take_address(message, door, person, welcome)
        return
    data = await welcome.get_data()
    address = str(data.get("address", ""))
    context = door.context(person.account.tenant, f"verify:{message.chat.id}:{message.message_id}")
    try:
        await door.run(lambda: accounts.verify_address(door.backend, context, address=address, code=text))
    except Refusal:
        # Counted only here: during an outage the same code comes many times.
        tries = int(data.get("tries", 0)) + 1
        await welcome.update_data(tries=tries)
        if tries >= MAX_TRIES:
            await welcome.set_state(None)
        raise
    await message.answer(say(person.language, "email-verified", address=address))
    await advance(message, door, person, welcome, Welcome.code)

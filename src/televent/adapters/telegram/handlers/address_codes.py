"""The code that proves a mail address: mailed to it, and compared with the text that the person sends."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import say
from televent.application.refusals import TooManyCodes
from televent.application.use_cases.people import accounts
from televent.domain.refusal import Refusal
from televent.wording.times import clock_of, day_within
from televent.wording.zones import zone_label

MAX_TRIES: Final = 5
"""Max wrong codes before the question ends."""
ADDRESS: Final = re.compile(r"\S+@\S+")
"""A text that is meant as an address; whether it is one is decided by the domain."""


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


async def verify_code(
    message: Message, door: BotDoor, person: Person, state: FSMContext, end: Callable[[], Awaitable[None]]
) -> None:
    """Verifies the address in the state's data by the code in the message, and says so. ``end`` ends the question after
    the last wrong code. Raises Refusal."""
    data = await state.get_data()
    address = str(data.get("address", ""))
    context = door.context(person.account.tenant, f"verify:{message.chat.id}:{message.message_id}")
    code = (message.text or "").strip()
    try:
        await door.run(lambda: accounts.verify_address(door.backend, context, address=address, code=code))
    except Refusal:
        # Counted only here: during an outage the same code comes many times.
        tries = int(data.get("tries", 0)) + 1
        await state.update_data(tries=tries)
        if tries >= MAX_TRIES:
            await end()
        raise
    await message.answer(say(person.language, "email-verified", address=address))

"""Handles /start, the question for an email address and its code, /help, /settings and /timezone."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from uuid import UUID, uuid5

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, User

from televent.adapters.telegram.cards import clock_of, day_of
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import language_of, plain, say
from televent.application.refusals import InvalidName, TooManyCodes
from televent.application.use_cases.people import accounts
from televent.application.use_cases.people.free_busy import audience_of, open_to_audience

router = Router(name="start")

_BUSY = ("busy", "занятость")
_AUDIENCES = {
    "everyone": "everyone", "known": "known", "nobody": "nobody",
    "все": "everyone", "знакомые": "known", "никто": "nobody",
}  # fmt: skip
_ACCOUNTS = UUID("6f1d3c1e-6d0c-4a55-9c39-0f4c1f5f7a10")
_WORD = re.compile(r"\S+@\S+")


class EmailQuestion(StatesGroup):
    """The steps of the question: the address, then its code."""

    address = State()
    code = State()


@router.message(CommandStart())
async def start(message: Message, door: BotDoor, state: FSMContext) -> None:
    """Registers the person, with a default calendar; asks for an email if there is none yet."""
    user = message.from_user
    if user is None:
        return
    language = language_of(user.language_code)

    def open_account() -> object:
        # The account id derives from the Telegram id, so two first messages at once open one account.
        context = door.context(uuid5(_ACCOUNTS, str(user.id)), f"start:{user.id}")
        return accounts.open_account(
            door.backend, context, telegram_id=user.id, name=_name(user), timezone="UTC", locale=language
        )

    await door.run(open_account)
    person = await door.person(user)
    await message.answer(say(person.language, "welcome", name=person.account.name))
    await message.answer(say(person.language, "help"))
    if person.account.addresses:
        await message.answer(say(person.language, "email-known", addresses=", ".join(person.account.addresses)))
        return
    await state.set_state(EmailQuestion.address)
    skip = InlineKeyboardButton(text=plain(person.language, "ask-email-skip"), callback_data="email:skip")
    await message.answer(say(person.language, "ask-email"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[[skip]]))


@router.callback_query(F.data == "email:skip")
async def skip_email(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Ends the question without an address."""
    await state.clear()
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(say(person.language, "email-skipped"))


@router.message(EmailQuestion.address, F.text, ~F.text.startswith("/"))
async def take_address(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sends a code to the address."""
    address = (message.text or "").strip()
    code = f"{secrets.randbelow(1_000_000):06d}"
    context = door.context(person.account.tenant, f"claim:{message.chat.id}:{message.message_id}")
    try:
        await door.run(lambda: accounts.claim_address(door.backend, context, address=address, code=code))
    except TooManyCodes as refused:
        # A minute that has begun is shown as its end, so that the time that people read is never too early.
        until = refused.until + timedelta(seconds=59)
        day, clock = day_of(until, person.zone, person.language), clock_of(until, person.zone, person.language)
        await message.answer(say(person.language, "code-wait", day=day, clock=clock, zone=person.account.timezone))
        return
    await state.set_state(EmailQuestion.code)
    await state.update_data(address=address, tries=0)
    await message.answer(say(person.language, "code-sent", address=address))


@router.message(EmailQuestion.code, F.text, ~F.text.startswith("/"))
async def take_code(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Verifies the address by its code. Another address restarts the question, and the fifth wrong code ends it."""
    text = (message.text or "").strip()
    if _WORD.fullmatch(text):
        await take_address(message, door, person, state)
        return
    data = await state.get_data()
    tries = int(data.get("tries", 0)) + 1
    await state.update_data(tries=tries)
    if tries >= 5:
        await state.clear()
    context = door.context(person.account.tenant, f"verify:{message.chat.id}:{message.message_id}")
    await door.run(
        lambda: accounts.verify_address(door.backend, context, address=str(data.get("address", "")), code=text)
    )
    await state.clear()
    await message.answer(say(person.language, "email-verified", address=str(data.get("address", ""))))


@router.message(Command("help"))
async def help_(message: Message, person: Person) -> None:
    """Shows what the bot can do."""
    await message.answer(say(person.language, "help"))


@router.message(Command("settings"))
async def settings(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows the settings. ``/settings busy everyone|known|nobody`` sets who may ask for the person's free-busy time."""
    account, words = person.account, (command.args or "").split()
    if words[:1] and words[0].lower() in _BUSY:
        wanted = _AUDIENCES.get(words[1].lower()) if len(words) == 2 else None
        if wanted is None:
            await message.answer(say(person.language, "busy-usage"))
            return
        context = door.context(account.tenant, f"busy:{message.chat.id}:{message.message_id}")
        await door.run(lambda: open_to_audience(door.backend, context, audience=wanted))
    audience, _ = await door.run(audience_of, door.backend, account)
    await message.answer(
        say(
            person.language,
            "settings",
            name=account.name,
            zone=account.timezone,
            addresses=", ".join(account.addresses) or "–",
            busy=plain(person.language, f"busy-{audience}"),
        )
    )


@router.message(Command("timezone"))
async def timezone(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows the time zone, or sets it."""
    zone = (command.args or "").strip().replace(" ", "_")
    if not zone:
        await message.answer(say(person.language, "timezone-usage", zone=person.account.timezone))
        return
    try:
        accounts.checked_zone(zone)
    except InvalidName:
        await message.answer(say(person.language, "timezone-unknown", zone=zone[:64]))
        return
    context = door.context(person.account.tenant, f"zone:{message.chat.id}:{message.message_id}")
    await door.run(lambda: accounts.change_profile(door.backend, context, timezone=zone))
    await message.answer(say(person.language, "timezone-set", zone=zone))


def _name(user: User) -> str:
    return (user.full_name or user.username or f"Telegram {user.id}")[:256]

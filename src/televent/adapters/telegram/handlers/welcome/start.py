"""Handles /start."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import Message, User

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.leaving import revoke
from televent.adapters.telegram.handlers.welcome.order import begin
from televent.adapters.telegram.handlers.welcome.questions import UNKNOWN
from televent.adapters.telegram.handlers.welcome.steps import welcome_of
from televent.adapters.telegram.intents import INTENTS, START
from televent.adapters.telegram.texts import language_of, say
from televent.application.use_cases.people import accounts

router = Router(name="start")


@router.message(CommandStart())
async def start(
    message: Message,
    command: CommandObject,
    door: BotDoor,
    state: FSMContext,
    raw_state: str | None = None,
    person: Person | None = None,
) -> None:
    """Registers the person, with a default calendar, and asks the first open question. Says so where the link that led
    here means nothing, such as one with a mistake."""
    user = message.from_user
    if user is None:
        return
    is_new = person is None
    language, welcome = language_of(user.language_code), welcome_of(state)
    if person is None:
        # A person whose account was erased may begin again.
        await welcome.clear()

    def open_account() -> object:
        # A random id: one made from the Telegram id would still say after an erasure whose it was.
        context = door.context(door.backend.ids(), f"start:{user.id}")
        return accounts.open_account(
            door.backend, context, telegram_id=user.id, name=_name(user), timezone=UNKNOWN, locale=language
        )

    await door.run(open_account)
    person = await door.person(user)
    await door.run(door.backend.chats.open, person.account.tenant)
    await door.note_username(user, person)
    await message.answer(say(person.language, "welcome", name=person.account.name))
    # A link of somebody else's is no wish of this person.
    if person.account.erase_at is not None and not command.args:
        await revoke(door, person, f"start-again:{message.chat.id}:{message.message_id}")
        await message.answer(say(person.language, "erasure-kept"))
    if command.args and command.args.strip() not in (START, *INTENTS):
        await message.answer(say(person.language, "start-unknown-link"))
        if raw_state is None and not is_new:
            await message.answer(say(person.language, "help"))
    if raw_state is not None:
        # Anybody can write a link with /start, so it puts no question into another dialogue.
        await message.answer(say(person.language, "help"))
        return
    await begin(message, door, person, welcome, user.language_code)


def _name(user: User) -> str:
    return (user.full_name or user.username or "Telegram")[:256]

"""Handles /start."""

from __future__ import annotations

from uuid import UUID, uuid5

from aiogram import Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import Message, User

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.order import begin
from televent.adapters.telegram.handlers.welcome.questions import UNKNOWN
from televent.adapters.telegram.handlers.welcome.steps import welcome_of
from televent.adapters.telegram.intents import INTENTS, START
from televent.adapters.telegram.texts import language_of, say
from televent.application.use_cases.people import accounts

router = Router(name="start")

_ACCOUNTS = UUID("6f1d3c1e-6d0c-4a55-9c39-0f4c1f5f7a10")


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
        # The account id derives from the Telegram id, so two first messages at once open one account.
        context = door.context(uuid5(_ACCOUNTS, str(user.id)), f"start:{user.id}")
        return accounts.open_account(
            door.backend, context, telegram_id=user.id, name=_name(user), timezone=UNKNOWN, locale=language
        )

    await door.run(open_account)
    person = await door.person(user)
    await door.run(door.backend.chats.open, person.account.tenant)
    await door.note_username(user, person)
    await message.answer(say(person.language, "welcome", name=person.account.name))
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

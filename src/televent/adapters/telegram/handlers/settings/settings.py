"""Handles /settings, with buttons and in words: "/settings clock 24", "/settings тишина 22-7"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.settings.addresses import add
from televent.adapters.telegram.handlers.settings.items import ITEMS, tapped
from televent.adapters.telegram.handlers.settings.menu import language_page, menu, page
from televent.adapters.telegram.handlers.settings.reading import Unreadable
from televent.adapters.telegram.handlers.welcome.busy import WORDS, busy_view
from televent.adapters.telegram.handlers.welcome.steps import welcome_of
from televent.adapters.telegram.handlers.welcome.zone import ask_for_city, take_place
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import LANGUAGES, say
from televent.application.use_cases.people.accounts import change_profile
from televent.application.use_cases.people.free_busy import open_to_audience
from televent.application.use_cases.people.preferences import change_preferences

router = Router(name="settings")

MAX_NAME: Final = 64
"""Max characters of a name that is typed."""
_NAMES: Final = {
    **{name: name for name in (*ITEMS, "name", "zone", "language", "busy")},
    "timezone": "zone", "city": "zone", "reminder": "reminders", "invitations": "invites", "cards": "invites",
    "часы": "clock", "неделя": "week", "напоминания": "reminders", "напоминание": "reminders", "дайджест": "digest",
    "сводка": "digest", "уведомления": "notifications", "приглашения": "invites", "тишина": "quiet", "тихие": "quiet",
    "приложение": "app", "незнакомые": "strangers", "guests": "uninvited",
    "неприглашённые": "uninvited", "неприглашенные": "uninvited", "имя": "name", "пояс": "zone", "город": "zone",
    "язык": "language",
    "занятость": "busy", "addresses": "addresses", "address": "addresses", "email": "addresses", "emails": "addresses",
    "адреса": "addresses", "адрес": "addresses", "почта": "addresses", "общие": "shared", "профиль": "profile",
}  # fmt: skip
_LANGUAGES: Final = {
    **{each: each for each in LANGUAGES}, "english": "en", "russian": "ru", "английский": "en", "русский": "ru",
}  # fmt: skip


class Typing(StatesGroup):
    """The next text is a name, or the value of the preference in the data."""

    name = State()
    value = State()


@router.message(Command("settings"))
async def settings(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Shows the settings; with words, changes one."""
    name, _, value = (command.args or "").strip().partition(" ")
    known = _NAMES.get(name.lower())
    if not name:
        text, buttons = await menu(door, person)
        await message.answer(text, reply_markup=buttons)
    elif known is None:
        await message.answer(say(person.language, "settings-usage", name=name[:32]))
    else:
        # "тихие часы 22-7"
        value = value.strip().removeprefix("часы").strip() if name.lower() == "тихие" else value.strip()
        await _take(message, door, person, state, known, value)


@router.message(Command("language"))
async def language(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sets the language: "/language ru"."""
    await _take(message, door, person, state, "language", (command.args or "").strip())


@router.message(Typing.name, F.text, ~F.text.startswith("/"))
async def take_name(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the name."""
    if await _take(message, door, person, state, "name", message.text or ""):
        await state.clear()


@router.message(Typing.value, F.text, ~F.text.startswith("/"))
async def take_value(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the value of the preference that was asked for. One that cannot be read changes nothing."""
    name = str((await state.get_data()).get("setting", ""))
    if name not in ITEMS or await _take(message, door, person, state, name, message.text or ""):
        await state.clear()


async def _take(message: Message, door: BotDoor, person: Person, state: FSMContext, name: str, text: str) -> bool:
    """Sets one setting to a typed value, and shows all. Returns whether it was understood; if not, says which are."""
    update, value = f"setting:{message.chat.id}:{message.message_id}", " ".join(text.lower().split())
    if name == "zone":
        if text:
            await take_place(message, door, person, welcome_of(state), text)
        else:
            await ask_for_city(message, person, welcome_of(state))
        return True
    if name == "addresses":
        await add(message, door, person, state, text)
        return True
    changed: Person | None = None
    if name == "name" and 0 < len(text.strip()) <= MAX_NAME:
        changed = await _rename(door, person, update, " ".join(text.split()))
    elif name == "language" and value in _LANGUAGES:
        changed = await _speak(door, person, update, _LANGUAGES[value])
    elif name == "busy" and value in WORDS:
        context = door.context(person.account.tenant, update)
        await door.run(lambda: open_to_audience(door.backend, context, audience=WORDS[value]))
        changed = person
    elif name in ITEMS:
        try:
            changed = await _prefer(door, person, update, name, ITEMS[name].read(value))
        except Unreadable:
            changed = None
    if changed is None:
        await message.answer(say(person.language, f"usage-{name}", most=MAX_NAME))
        return False
    words, buttons = await menu(door, changed)
    await message.answer(words, reply_markup=buttons)
    return True


@router.callback_query(F.data.startswith("settings:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Opens the page of a setting, or sets the value of the tapped button."""
    _, name, value = [*(query.data or "").split(":", 2), "", ""][:3]
    message = query.message
    if isinstance(message, Message):
        if name == "zone":
            await ask_for_city(message, person, welcome_of(state))
        elif name == "name":
            await state.set_state(Typing.name)
            await message.answer(say(person.language, "ask-name", most=MAX_NAME))
        elif value == "typed" and name in ITEMS:
            await state.set_state(Typing.value)
            await state.set_data({"setting": name})
            await message.answer(say(person.language, f"ask-{name}"))
        else:
            await _show(message, door, person, name, value, f"setting:{query.id}")
    await acknowledge(query)


async def _show(message: Message, door: BotDoor, person: Person, name: str, value: str, update: str) -> None:
    """Sets the value, if one is given, and shows the page of that setting; the menu after a language."""
    if name == "language" and value in LANGUAGES:
        person = await _speak(door, person, update, value)
        await show(message, *await menu(door, person))
    elif name == "language":
        await show(message, *language_page(person))
    elif name == "busy":
        await show(message, *await busy_view("busy-setting", door, person))
    elif name in ITEMS:
        if value.isdecimal() and int(value) < len(ITEMS[name].values):
            person = await _prefer(door, person, update, name, tapped(name, int(value), person.account.preferences))
        await show(message, *page(name, person))
    else:
        await show(message, *await menu(door, person))


async def _rename(door: BotDoor, person: Person, update: str, name: str) -> Person:
    context = door.context(person.account.tenant, update)
    await door.run(lambda: change_profile(door.backend, context, name=name))
    return door.person_of(replace(person.account, name=name))


async def _speak(door: BotDoor, person: Person, update: str, locale: str) -> Person:
    context = door.context(person.account.tenant, update)
    await door.run(lambda: change_profile(door.backend, context, locale=locale))
    return door.person_of(replace(person.account, locale=locale))


async def _prefer(door: BotDoor, person: Person, update: str, name: str, value: Any) -> Person:
    context, choices = door.context(person.account.tenant, update), ITEMS[name].choices(value)
    chosen = await door.run(lambda: change_preferences(door.backend, context, choices))
    return door.person_of(replace(person.account, preferences=chosen))

"""Handles /device add, list, revoke and undo, and the buttons under a new password."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.undoing_devices import undo_buttons, undo_by_words
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import fitting, plain, say
from televent.application.accounts.device_setups import link_of
from televent.application.read_models.accounts import DeviceRow
from televent.application.use_cases.people import devices
from televent.application.use_cases.people.device_setup import LIFETIME, add_device_with_link

router = Router(name="devices")

MAX_COPIED = 256
"""Max characters that a button copies (Bot API, CopyTextButton)."""


@router.message(Command("device"))
async def device(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Adds, lists or revokes a device password."""
    verb, _, rest = (command.args or "").strip().partition(" ")
    rest = rest.strip()
    if verb == "add":
        await _add(message, door, person, rest, f"device:{message.chat.id}:{message.message_id}")
    elif verb == "list":
        await _list(message, door, person)
    elif verb == "revoke" and rest:
        await _revoke(message, door, person, rest)
    elif verb == "undo" and rest:
        await undo_by_words(message, door, person, rest)
    else:
        button = InlineKeyboardButton(text=plain(person.language, "button-new-password"), callback_data="device:add")
        markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
        await message.answer(say(person.language, "device-usage"), reply_markup=markup)


@router.callback_query(F.data == "device:add")
async def add(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Adds a device password without a name of the person's choice."""
    if isinstance(query.message, Message):
        await _add(query.message, door, person, "", f"device-tap:{query.id}")
    await acknowledge(query)


@router.callback_query(F.data == "device:hide")
async def hide(query: CallbackQuery, person: Person) -> None:
    """Takes a password out of the chat. An edit and no deletion, which Telegram refuses after two days."""
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "device-hidden"))
    await acknowledge(query)


async def _add(message: Message, door: BotDoor, person: Person, name: str, update: str) -> None:
    context = door.context(person.account.tenant, update)
    offered = await door.run(lambda: add_device_with_link(door.backend, context, name=name))
    made = offered.device
    language, user, at = person.language, str(person.account.telegram_id), door.reach()
    # Phones open no other links: Apple's want https, and Telegram takes no address of a home.
    link = link_of(at.url, offered.secret) if at.by == "everybody" and at.url.startswith("https:") else None
    added = say(language, "device-added", name=made.name, url=at.url, user=user, password=made.password)
    if link is not None:
        added = f"{added}\n{say(language, 'device-link', minutes=LIFETIME.seconds // 60)}"
    await message.answer(
        added if at.by == "everybody" else f"{added}\n{say(language, f'device-reached-by-{at.by}')}",
        reply_markup=_buttons_of_password(language, at.url, user, made.password, link=link),
        # It cannot be forwarded. Apps then let nobody select its text either, so buttons copy each line.
        protect_content=True,
    )
    # A new password is a sign-in, which revokes a requested erasure.
    if person.account.erase_at is not None:
        await message.answer(say(language, "erasure-kept"))


async def _list(message: Message, door: BotDoor, person: Person) -> None:
    rows = _ordered(person)
    buttons = await undo_buttons(door, person)
    if not rows:
        await message.answer(say(person.language, "device-none"), reply_markup=buttons)
        return
    lines = [
        say(
            person.language,
            "device-line",
            number=number,
            name=row.name,
            created=_day(row.created_at, person),
            used=_day(row.last_used_at, person) if row.last_used_at else say(person.language, "device-never"),
        )
        for number, row in enumerate(rows, 1)
    ]
    await message.answer(fitting(lines, person.language), reply_markup=buttons)


async def _revoke(message: Message, door: BotDoor, person: Person, which: str) -> None:
    rows = _ordered(person)
    chosen = next((row for n, row in enumerate(rows, 1) if which in (str(n), row.name, str(row.device_id))), None)
    if chosen is None:
        await message.answer(say(person.language, "device-unknown"))
        return
    context = door.context(person.account.tenant, f"revoke:{message.chat.id}:{message.message_id}")
    await door.run(lambda: devices.revoke_device(door.backend, context, device_id=chosen.device_id))
    await message.answer(
        say(person.language, "device-revoked", name=chosen.name),
        reply_markup=await undo_buttons(door, person, chosen.device_id),
    )


def _buttons_of_password(language: str, *lines: str, link: str | None) -> InlineKeyboardMarkup:
    words = ("button-copy-server", "button-copy-user", "button-copy-password")
    copies = [
        InlineKeyboardButton(text=plain(language, word), copy_text=CopyTextButton(text=line))
        for word, line in zip(words, lines, strict=True)
        if len(line) <= MAX_COPIED
    ]
    hide_it = InlineKeyboardButton(text=plain(language, "button-hide-password"), callback_data="device:hide")
    rows = [copies, [hide_it]]
    if link is not None:
        rows.insert(0, [InlineKeyboardButton(text=plain(language, "button-set-phone-up"), url=link)])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _ordered(person: Person) -> list[DeviceRow]:
    return sorted(person.account.devices, key=lambda row: row.created_at)


def _day(moment: datetime, person: Person) -> str:
    return f"{moment.astimezone(person.zone):%Y-%m-%d %H:%M}"

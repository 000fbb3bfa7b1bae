"""``/deleteaccount`` and ``/keepaccount``: requests the erasure of the account, and revokes it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.people.erasure import keep_account, request_erasure
from televent.domain.account.decide import GRACE
from televent.wording.display import Display
from televent.wording.times import moment_of

router = Router(name="leaving")

KEEP: Final = "erasure:keep"


@router.message(Command("deleteaccount"))
async def delete_account(message: Message, person: Person) -> None:
    """Says what an erasure is, and asks; where one is requested, shows until when it can be revoked."""
    final_at, language = person.account.erase_at, person.language
    if final_at is not None:
        await message.answer(requested(final_at, person.display), reply_markup=keep_button(language))
        return
    yes = InlineKeyboardButton(text=plain(language, "button-delete-account"), callback_data="erasure:request")
    no = InlineKeyboardButton(text=plain(language, "button-keep-account"), callback_data="erasure:no")
    markup = InlineKeyboardMarkup(inline_keyboard=[[yes], [no]])
    await message.answer(say(language, "erasure-ask", days=GRACE.days), reply_markup=markup)


@router.callback_query(F.data == "erasure:request")
async def request(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Requests the erasure. Two taps are one request."""
    if isinstance(query.message, Message):
        context = door.context(person.account.tenant, f"erasure:{query.id}")
        final_at = await door.run(lambda: request_erasure(door.backend, context))
        await show(query.message, requested(final_at, person.display), keep_button(person.language))
    await acknowledge(query)


@router.callback_query(F.data == "erasure:no")
async def leave_it(query: CallbackQuery, person: Person) -> None:
    """Changes nothing."""
    if isinstance(query.message, Message):
        await show(query.message, say(person.language, "erasure-not-wanted"))
    await acknowledge(query)


@router.callback_query(F.data == KEEP)
async def keep(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Revokes the request."""
    if isinstance(query.message, Message):
        await revoke(door, person, f"keep:{query.id}")
        await show(query.message, say(person.language, "erasure-kept"))
    await acknowledge(query)


@router.message(Command("keepaccount"))
async def keep_command(message: Message, door: BotDoor, person: Person) -> None:
    """Revokes the request; says so where there is none."""
    asked = await revoke(door, person, f"keep:{message.chat.id}:{message.message_id}")
    await message.answer(say(person.language, "erasure-kept" if asked else "erasure-not-asked"))


async def revoke(door: BotDoor, person: Person, update: str) -> bool:
    """Keeps the account; returns whether its erasure was requested."""
    context = door.context(person.account.tenant, update)
    await door.run(lambda: keep_account(door.backend, context))
    return person.account.erase_at is not None


def requested(final_at: datetime, display: Display) -> str:
    """Until when a requested erasure can be revoked, as HTML."""
    return say(display.language, "erasure-requested", at=moment_of(final_at, display))


def keep_button(language: str) -> InlineKeyboardMarkup:
    """The button that keeps the account."""
    button = InlineKeyboardButton(text=plain(language, "button-keep-account"), callback_data=KEEP)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])

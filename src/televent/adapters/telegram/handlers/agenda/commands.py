"""Handles /today, /tomorrow, /week, /list and the buttons below their answers."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.agenda.asking import view_of
from televent.adapters.telegram.handlers.agenda.pages import page_of
from televent.adapters.telegram.handlers.agenda.photos import send_picture, show_picture
from televent.adapters.telegram.handlers.agenda.views import Kind, read_view
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say

router = Router(name="agenda")


@router.message(Command("today"))
async def today(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows a day: today, or the one that is named, as in "/today friday"."""
    await _answer(message, command, door, person, "day")


@router.message(Command("tomorrow"))
async def tomorrow(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows tomorrow."""
    await _answer(message, command, door, person, "day", ahead=1)


@router.message(Command("week"))
async def week(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows seven days from today on; with "next" the next week, with a day the seven days from it on."""
    await _answer(message, command, door, person, "week")


@router.message(Command("list"))
async def list_(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Shows what is coming: one line for each event and for each series."""
    await _answer(message, command, door, person, "list")


async def _answer(
    message: Message, command: CommandObject, door: BotDoor, person: Person, kind: Kind, *, ahead: int = 0
) -> None:
    view = view_of(kind, command.args or "", person.display, ahead=ahead)
    if view is None:
        await message.answer(say(person.language, "agenda-day-unclear", words=(command.args or "")[:64]))
    elif view.form != "text" and kind != "list":
        await send_picture(message, door, person, view)
    else:
        page = await door.run(page_of, door, person, view)
        await message.answer(page.text, reply_markup=page.buttons)


@router.callback_query(F.data.startswith("agenda:"))
async def turn(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows another page, another day or week, or the picture of it."""
    view = read_view(query.data or "")
    if view is None or not isinstance(query.message, Message):
        await acknowledge(query, plain(person.language, "agenda-gone"), alert=True)
        return
    if view.form != "text":
        await show_picture(query.message, door, person, view)
    elif query.message.photo:
        # A picture cannot become a text: the text comes as a message of its own.
        page = await door.run(page_of, door, person, view)
        await query.message.answer(page.text, reply_markup=page.buttons)
    else:
        page = await door.run(page_of, door, person, view)
        await show(query.message, page.text, page.buttons)
    await acknowledge(query)

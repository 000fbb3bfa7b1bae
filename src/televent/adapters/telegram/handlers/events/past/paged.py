"""Texts about one event that are shown page by page in the message of its card."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.asking import stop_asking
from televent.adapters.telegram.handlers.events.buttons import Tap
from televent.adapters.telegram.handlers.events.view import load, put
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.view_event import EventView

PageOf = Callable[[BotDoor, Person, Tap, EventView], Awaitable[tuple[str, InlineKeyboardMarkup]]]


async def put_page(
    query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap, page_of: PageOf
) -> None:
    """Shows the page of the event that the tap names, in the message of the button."""
    await stop_asking(state)
    if isinstance(query.message, Message):
        try:
            view = await load(door, person, tap.stream_id, tap.shown)
            text, buttons = await page_of(door, person, tap, view)
        except UnknownResource:
            await put(query.message, say(person.language, "toast-gone"), None, edit=True)
        else:
            await put(query.message, text, buttons, edit=True)
    await acknowledge(query)


def first_on_page(tap: Tap, count: int, page: int) -> int:
    """The index of the first of ``count`` entries that the tap names, within the pages that there are now."""
    first = int(tap.value) if tap.value.isdecimal() and len(tap.value) < 5 else 0
    return max(min(first, (count - 1) // page * page), 0)

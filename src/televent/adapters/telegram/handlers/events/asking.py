"""The bot asks for a value of an event, and waits for a typed answer. The question survives a restart."""

from __future__ import annotations

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message

from televent.adapters.telegram.door import Person
from televent.adapters.telegram.handlers.events import picker
from televent.adapters.telegram.handlers.events.buttons import Tap
from televent.adapters.telegram.handlers.events.typed import local_day
from televent.adapters.telegram.handlers.events.view import put, title_of
from televent.adapters.telegram.texts import say
from televent.application.use_cases.events.view_event import EventView
from televent.wording.times import event_time_of

QUESTION = "event-question"
"""The key of the question in the data of a dialogue."""


class Editing(StatesGroup):
    """The bot has asked for the new value of a field."""

    answer = State()


async def expect(state: FSMContext, tap: Tap, message: Message) -> None:
    """Waits for a typed answer to the question in the message."""
    await state.set_state(Editing.answer)
    await state.update_data({QUESTION: {"data": tap.data, "message_id": message.message_id}})


async def stop_asking(state: FSMContext) -> None:
    """Waits no longer. Other dialogues go on."""
    if await state.get_state() == Editing.answer.state:
        await state.set_state(None)


async def ask_time(message: Message, person: Person, state: FSMContext, tap: Tap, view: EventView) -> None:
    """Shows the picker; a typed time works as well."""
    mode: picker.Mode = "w" if view.entry.all_day else "t"
    owner = {"ew": "e", "mx": "m", "dx": "d"}[tap.verb]
    text, buttons = picker.day_page(
        f"{owner}{tap.packed}", person.display, mode=mode, chosen=local_day(view, person.display)
    )
    await expect(state, tap, message)
    time = event_time_of(view.entry.start, view.entry.end, person.display)
    heading = f"📅 <b>{title_of(view, person.language)}</b>\n🕐 {time}"
    await put(message, f"{heading}\n\n{text}\n{say(person.language, 'picker-or-type')}", buttons, edit=True)

"""Handles /cancel."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.deleting import ask_to_delete
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.texts import say

router = Router(name="answers")


@router.message(Command("cancel"))
async def cancel(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Asks whether to cancel an event; without an event it stops the dialogue."""
    query = (command.args or "").strip()
    if not query:
        running = await state.get_state() is not None
        await state.clear()
        await message.answer(say(person.language, "dialogue-aborted" if running else "nothing-to-abort"))
        return
    entry = await only_event(message, door, person, query)
    if entry is not None:
        await ask_to_delete(message, door, person, entry)

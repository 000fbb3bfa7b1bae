"""Takes typed answers to questions about an event."""

from __future__ import annotations

import html
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.another_event import way_on
from televent.adapters.telegram.handlers.events import pending
from televent.adapters.telegram.handlers.events.asking import QUESTION, Editing, stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, keyboard, read_tap
from televent.adapters.telegram.handlers.events.duplicating import offer_copy
from televent.adapters.telegram.handlers.events.guests import invite_typed
from televent.adapters.telegram.handlers.events.saving import change_lines, offer, show_now
from televent.adapters.telegram.handlers.events.typed import Read, read_typed
from televent.adapters.telegram.handlers.events.view import load, put
from televent.adapters.telegram.taps import acknowledge, take_buttons_away
from televent.adapters.telegram.texts import say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.view_event import EventView

router = Router(name="event-answering")


@router.message(Editing.answer, F.contact | F.forward_origin)
async def take_person(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Invites the person of a contact, or of a forwarded message, where the question is whom to invite."""
    tap = read_tap((await state.get_data()).get(QUESTION, {}).get("data", ""))
    if tap is None or tap.verb != "gi":
        raise SkipHandler
    await take(message, door, person, state)


@router.message(Editing.answer, F.text, ~F.text.startswith("/"))
async def take(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the typed answer: shows it with Save and Discard, or names the words that it cannot read.

    Raises TextTooLong; then the next message is the answer.
    """
    asked: dict[str, Any] = (await state.get_data()).get(QUESTION, {})
    tap = read_tap(asked.get("data", ""))
    if tap is None:
        await stop_asking(state)
        return
    try:
        view = await load(door, person, tap.stream_id, tap.recurrence_id)
    except UnknownResource:
        await stop_asking(state)
        await message.answer(say(person.language, "toast-gone"))
        return
    if tap.verb == "gi":
        if await invite_typed(message, door, person, tap):
            await _leave_question(message, asked)
            await stop_asking(state)
        return
    read = read_typed(tap.verb, message.text or "", view, person.display)
    if not read.changes:
        buttons = await way_on(message, person, state)
        await message.answer(_problem(read, person.language), reply_markup=buttons)
        return
    await _leave_question(message, asked)
    await stop_asking(state)
    if tap.verb == "dx":
        await offer_copy(message, door, person, state, tap, read.changes[0], edit=False)
    elif len(read.changes) > 1:
        await _choose(message, person, state, tap, view, read)
    else:
        await offer(message, door, person, state, tap, read.changes[0], edit=False)


def _problem(read: Read, language: str) -> str:
    if read.unread:
        return say(language, "event-unread", words=", ".join(read.unread)[:200])
    return say(language, read.problem)


async def _leave_question(message: Message, asked: dict[str, Any]) -> None:
    """Takes the buttons of the answered question away."""
    if message.bot is not None and "message_id" in asked:
        question = message.model_copy(update={"message_id": asked["message_id"]}).as_(message.bot)
        await take_buttons_away(question)


async def _choose(message: Message, person: Person, state: FSMContext, tap: Tap, view: EventView, read: Read) -> None:
    """Asks which of several readings is meant."""
    rows = [
        [tap.to("ch", str(number)).button(html.unescape("; ".join(change_lines(view, each, person.display)))[:60])]
        for number, each in enumerate(read.changes)
    ]
    sent = await put(
        message, say(person.language, "ask-which-time"), keyboard(*rows, back(tap, person.language)), edit=False
    )
    await pending.keep(state, sent.message_id, list(read.changes))


@router.callback_query(Pressed("ch"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Takes the chosen reading."""
    if isinstance(query.message, Message):
        message = query.message
        changes = await pending.kept_for(state, message.message_id, person.zone)
        if tap.value.isdecimal() and int(tap.value) < len(changes):
            await offer(message, door, person, state, tap, changes[int(tap.value)], edit=True)
        else:
            await show_now(message, door, person, tap, say(person.language, "event-forgotten"), edit=True)
    await acknowledge(query)

"""Handles /invite: the event and the people in any order, or one after the other in a dialogue."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.one_line import one_line
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.handlers.guests.inviting import invite_people, names_nobody, tell_of_hidden
from televent.adapters.telegram.handlers.guests.naming import declines, named_in
from televent.adapters.telegram.taps import acknowledge, take_buttons_away
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.use_cases.calendars.agenda import Entry, event
from televent.application.use_cases.calendars.coming import coming
from televent.wording.times import when_of

router = Router(name="invite")

OFFERED: Final = 8
"""Max events that are offered as buttons."""
AHEAD: Final = timedelta(days=60)
"""The time within which events are offered."""


class Inviting(StatesGroup):
    """The steps of the dialogue: which event, and whom."""

    event = State()
    people = State()


@router.message(Command("invite"))
async def invite(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """``/invite <event> <people …>`` in any order; asks for what is missing. People may also be mentioned, or be named
    by a reply to their forwarded message or to their contact."""
    named = named_in(message, command.args or "")
    if named.hidden:
        await tell_of_hidden(message, person, named)
    if not named.words:
        await _ask_which(message, door, person, state, named.guests)
        return
    entry = await only_event(message, door, person, " ".join(named.words))
    if entry is not None:
        await _go_on(message, door, person, state, entry, named.guests)


@router.callback_query(F.data.startswith("invite:"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the tapped event: invites the people named before, or asks whom. Any message may carry such a button."""
    read = read_token((query.data or "").partition(":")[2])
    entry = None
    if read is not None:
        entry = await door.run(lambda: event(door.backend, person.account.tenant, read[0]))
    if entry is None or not isinstance(query.message, Message):
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    waiting = await state.get_state() == Inviting.event.state
    guests = (await state.get_data()).get("guests", []) if waiting else []
    await _go_on(query.message, door, person, state, entry, guests)
    if waiting:
        await take_buttons_away(query.message)
    await acknowledge(query)


@router.message(Inviting.people, F.contact | F.forward_origin | (F.text & ~F.text.startswith("/")))
async def take_people(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Invites the people of this message, ends the dialogue. A message that names nobody leaves it open."""
    if declines(message.text or ""):
        await state.clear()
        await message.answer(say(person.language, "dialogue-aborted"))
        return
    named = named_in(message, "" if message.forward_origin is not None else None)
    if named.hidden:
        await tell_of_hidden(message, person, named)
    guests = named.people
    if not guests:
        if not named.hidden:
            await message.answer(names_nobody(person.language, message.text or ""))
        return
    data = await state.get_data()
    await invite_people(message, door, person, str(data.get("stream_id", "")), guests)
    # The state last: after an outage the same message comes again.
    await state.clear()


@router.message(F.contact)
async def contact(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Offers to invite the person of a contact: asks to which event."""
    named = named_in(message, "")
    if named.hidden:
        await tell_of_hidden(message, person, named)
    else:
        await _ask_which(message, door, person, state, named.guests)


async def _ask_which(
    message: Message, door: BotDoor, person: Person, state: FSMContext, guests: tuple[str, ...]
) -> None:
    now = door.backend.clock()
    found = await door.run(lambda: coming(door.backend, person.account.tenant, now=now, start=now, end=now + AHEAD))
    own = [each.entry for each in found if each.entry.role != "attendee"][:OFFERED]
    if not own:
        await message.answer(say(person.language, "guests-no-events"))
        return
    await state.set_state(Inviting.event)
    await state.set_data({"guests": list(guests)})
    rows = [
        [
            InlineKeyboardButton(
                text=f"{one_line(each.summary, 32) or plain(person.language, 'no-title')} · "
                f"{when_of(each.start, each.end, person.display)}",
                callback_data=f"invite:{token_of(each.stream_id)}",
            )
        ]
        for each in own
    ]
    await message.answer(say(person.language, "guests-which"), reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


async def _go_on(
    message: Message,
    door: BotDoor,
    person: Person,
    state: FSMContext,
    entry: Entry,
    guests: tuple[str, ...] | list[str],
) -> None:
    """Invites the people, or asks whom; refuses where somebody else has made the event."""
    if entry.role == "attendee":
        name = entry.organizer_name or entry.organizer or ""
        await message.answer(say(person.language, "guests-not-organizer", name=one_line(name, 64)))
        await state.clear()
    elif guests:
        await invite_people(message, door, person, str(entry.stream_id), guests)
        await state.clear()
    else:
        await state.set_state(Inviting.people)
        await state.set_data({"stream_id": str(entry.stream_id)})
        await message.answer(say(person.language, "guests-whom"))

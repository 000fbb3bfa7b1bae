"""Handles the time zone: the question and its buttons, a city in words, a shared location, /timezone."""

from __future__ import annotations

from dataclasses import replace

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    CallbackQuery,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.order import advance
from televent.adapters.telegram.handlers.welcome.questions import ask_zone, city_choice, place_buttons
from televent.adapters.telegram.handlers.welcome.steps import (
    LOCATION_KEYBOARD,
    ZONE_ASKED,
    Welcome,
    note,
    noted,
    welcome_of,
)
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.whereabouts import zone_at
from televent.application.refusals import InvalidName
from televent.application.use_cases.people import accounts
from televent.wording.places.place import Place
from televent.wording.places.search import MAX_TEXT, find_place, zone_place
from televent.wording.times import clock_there

router = Router(name="zone")


@router.message(Command("timezone"))
async def timezone(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sets the zone of a place: "/timezone Moscow", "/timezone MSK", "/timezone +3"; without one, asks for it."""
    words, welcome = (command.args or "").strip(), welcome_of(state)
    if not words:
        await ask_for_city(message, person, welcome)
        return
    await take_place(message, door, person, welcome, words)


async def ask_for_city(message: Message, person: Person, welcome: FSMContext) -> None:
    """Asks for the zone alone. A question of the first conversation that is open stays open."""
    if await welcome.get_state() is None:
        await welcome.set_state(Welcome.city)
    code = message.from_user.language_code if message.from_user is not None else None
    await ask_zone(message, person, welcome, code or person.language)


async def take_city(message: Message, door: BotDoor, person: Person, welcome: FSMContext) -> None:
    """Takes the answer to the question for the zone."""
    await take_place(message, door, person, welcome, (message.text or "").strip())


async def take_place(message: Message, door: BotDoor, person: Person, welcome: FSMContext, text: str) -> None:
    """Sets the zone of the place that a text names; asks where it may be several, and says so where it is none."""
    found = find_place(text, person.language, person.display.now)
    if not found.places:
        await message.answer(say(person.language, "zone-unknown", text=text[:MAX_TEXT]))
    elif not found.certain:
        await message.answer(
            say(person.language, "zone-which", text=text), reply_markup=place_buttons(found.places, person)
        )
    else:
        await _set(message, door, person, welcome, found.places[0], f"zone:{message.chat.id}:{message.message_id}")


@router.message(F.location)
async def take_location(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sets the zone of a shared location."""
    where = message.location
    assert where is not None
    zone = await door.run(zone_at, where.latitude, where.longitude)
    if zone is None:
        await message.answer(say(person.language, "zone-nowhere"))
        return
    update = f"location:{message.chat.id}:{message.message_id}"
    await _set(message, door, person, welcome_of(state), zone_place(zone, person.language), update)


@router.callback_query(F.data.startswith("zone:set:"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sets the zone of the tapped place."""
    zone = (query.data or "").removeprefix("zone:set:")
    if isinstance(query.message, Message):
        try:
            place = zone_place(accounts.checked_zone(zone), person.language)
        except InvalidName:
            await acknowledge(query)
            return
        await _set(query.message, door, person, welcome_of(state), place, f"zone:{query.id}", tapped=True)
    await acknowledge(query)


@router.callback_query(F.data == "zone:location")
async def offer_location(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Shows a button below the chat that shares the location once."""
    if isinstance(query.message, Message):
        button = KeyboardButton(text=plain(person.language, "button-location"), request_location=True)
        keyboard = ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)
        await query.message.answer(say(person.language, "zone-send-location"), reply_markup=keyboard)
        await note(welcome_of(state), LOCATION_KEYBOARD)
    await acknowledge(query)


@router.callback_query(F.data == "zone:cities")
async def offer_cities(query: CallbackQuery, person: Person, state: FSMContext) -> None:
    """Shows well-known cities, and takes the next text as a city."""
    welcome = welcome_of(state)
    if await welcome.get_state() is None:
        await welcome.set_state(Welcome.city)
    if isinstance(query.message, Message):
        await show(query.message, *city_choice(person))
    await acknowledge(query)


@router.callback_query(F.data == "zone:skip")
async def skip(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Leaves the zone as it is, says which one that is, and asks the next question."""
    if isinstance(query.message, Message):
        clock = clock_there(person.display, person.zone)
        await show(query.message, say(person.language, "zone-skipped", clock=clock))
        await advance(query.message, door, person, welcome_of(state), Welcome.zone)
    await acknowledge(query)


async def _set(
    message: Message, door: BotDoor, person: Person, welcome: FSMContext, place: Place, update: str, *,
    tapped: bool = False,
) -> None:  # fmt: skip
    """Sets the zone, says so with its present time, and asks the next question. ``update`` names the command.
    ``tapped``: ``message`` is ours, and shows the result."""
    context = door.context(person.account.tenant, update)
    await door.run(lambda: accounts.change_profile(door.backend, context, timezone=place.zone))
    person = door.person_of(replace(person.account, timezone=place.zone))
    clock = clock_there(person.display, person.zone, place.name)
    text = say(person.language, "zone-set", city=place.name, clock=clock)
    if tapped:
        await show(message, text)
    if not tapped or await noted(welcome, LOCATION_KEYBOARD):
        words = say(person.language, "zone-keyboard-gone") if tapped else text
        await message.answer(words, reply_markup=ReplyKeyboardRemove())
        await note(welcome, LOCATION_KEYBOARD, value=False)
    await note(welcome, ZONE_ASKED)
    await advance(message, door, person, welcome, Welcome.zone)

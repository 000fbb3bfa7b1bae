"""Asks the questions of the first conversation, each in one message that can be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from aiogram.fsm.context import FSMContext
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.busy import busy_view
from televent.adapters.telegram.handlers.welcome.steps import BUSY_ASKED, ZONE_ASKED, note
from televent.adapters.telegram.texts import plain, say
from televent.wording.places.place import Place
from televent.wording.places.search import guess_place, zone_place
from televent.wording.times import clock_there
from televent.wording.zones import offset_of

UNKNOWN: Final = "UTC"
"""The zone of an account whose person has not been asked."""
_CITIES: Final = {
    "en": (
        "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Denver",
        "America/Los_Angeles", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Australia/Sydney",
    ),
    "ru": (
        "Europe/Moscow", "Europe/Kaliningrad", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Novosibirsk",
        "Asia/Vladivostok", "Europe/Minsk", "Asia/Almaty", "Asia/Tbilisi", "Europe/Berlin",
    ),
}  # fmt: skip
"""The cities that a person may tap, for each language. Any other is typed."""


async def ask_zone(message: Message, person: Person, welcome: FSMContext, language_code: str | None) -> None:
    """Asks for the zone: is the guess right, or that of the account?"""
    text, buttons = zone_question(person, language_code)
    await message.answer(text, reply_markup=buttons)
    await note(welcome, ZONE_ASKED)


def zone_question(person: Person, language_code: str | None) -> tuple[str, InlineKeyboardMarkup]:
    """The question for the zone, with a guess where the person has none yet. ``language_code``: that of Telegram."""
    language = person.language
    known = person.account.timezone != UNKNOWN
    place = zone_place(person.account.timezone, language) if known else guess_place(language_code, language)
    clock = clock_there(person.display, ZoneInfo(place.zone), place.name)
    text = say(language, "zone-known" if known else "zone-guess", city=place.name, clock=clock)
    yes = _button(plain(language, "button-zone-yes", city=place.name), f"zone:set:{place.zone}")
    others = [_button(plain(language, f"button-zone-{each}"), f"zone:{each}") for each in ("location", "cities")]
    skip = _button(plain(language, "button-skip"), "zone:skip")
    return text, InlineKeyboardMarkup(inline_keyboard=[[yes], others, [skip]])


def city_choice(person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """The question for a city, with well-known ones to tap."""
    places = [zone_place(zone, person.language) for zone in _CITIES[person.language]]
    return say(person.language, "zone-cities"), place_buttons(places, person)


def place_buttons(places: Sequence[Place], person: Person) -> InlineKeyboardMarkup:
    """A button for each place, two in a row, with its offset from UTC."""
    buttons = []
    for place in places:
        offset = offset_of(ZoneInfo(place.zone), person.display.now)
        text = place.name if place.name == offset else f"{place.name}, {offset}"
        buttons.append(_button(text, f"zone:set:{place.zone}"))
    return InlineKeyboardMarkup(inline_keyboard=[buttons[at : at + 2] for at in range(0, len(buttons), 2)])


async def ask_address(message: Message, person: Person) -> None:
    """Asks for an email address."""
    skip = _button(plain(person.language, "ask-email-skip"), "email:skip")
    await message.answer(say(person.language, "ask-email"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[[skip]]))


async def ask_busy(message: Message, door: BotDoor, person: Person, welcome: FSMContext) -> None:
    """Tells who may ask when the person is busy, with a button for each choice."""
    text, buttons = await busy_view("busy-offer", door, person)
    await message.answer(text, reply_markup=buttons)
    await note(welcome, BUSY_ASKED)


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=data)

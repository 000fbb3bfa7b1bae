"""Handles /today, /tomorrow, /week and /list."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from televent.adapters.telegram import cards
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import fitting, say
from televent.application.use_cases.calendars.agenda import agenda

router = Router(name="agenda")

LIST_DAYS = 60
"""Max days that /list shows."""


@router.message(Command("today"))
async def today(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the events of today."""
    await _show(message, door, person, "agenda-today", 0, 1)


@router.message(Command("tomorrow"))
async def tomorrow(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the events of tomorrow."""
    await _show(message, door, person, "agenda-tomorrow", 1, 2)


@router.message(Command("week"))
async def week(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the events of seven days, from today on."""
    await _show(message, door, person, "agenda-week", 0, 7)


@router.message(Command("list"))
async def list_(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the events of the next LIST_DAYS days."""
    await _show(message, door, person, "agenda-list", 0, LIST_DAYS)


async def _show(message: Message, door: BotDoor, person: Person, heading: str, first: int, last: int) -> None:
    """Shows the days from ``first`` to before ``last``, counted from today in the person's zone."""
    day = door.backend.clock().astimezone(person.zone).date()
    # Local midnights, not steps of 24 hours: a day on which the clock changes has 23 or 25 hours.
    start, end = (datetime.combine(day + timedelta(days=n), time(), person.zone) for n in (first, last))
    entries = await door.run(lambda: agenda(door.backend, person.account.tenant, start=start, end=end))
    lines = cards.agenda_lines(entries, person.zone, person.language) or ["", say(person.language, "agenda-empty")]
    await message.answer(fitting([say(person.language, heading), *lines], person.language))

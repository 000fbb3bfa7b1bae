"""Moves an event: an hour, a day or a week with one tap, or to any time with the picker."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.asking import ask_time, stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, in_rows, keyboard, unpack
from televent.adapters.telegram.handlers.events.picker import Choice, Picked, PickerLeft
from televent.adapters.telegram.handlers.events.saving import offer, scope_line, show_now
from televent.adapters.telegram.handlers.events.scope import as_seen, present, scoped
from televent.adapters.telegram.handlers.events.typed import moved_to
from televent.adapters.telegram.handlers.events.view import paragraphs, put, title_of
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.ical.editing.changes import EventChange
from televent.wording.times import event_time_of

router = Router(name="event-moving")

STEPS: Final = {"h1": 60, "b1": -60, "d1": 24 * 60, "c1": -24 * 60, "w1": 7 * 24 * 60}
"""The quick moves, in minutes on the wall clock."""
OWNERS: Final = {"e": "ew", "m": "mx"}
"""The verbs whose picker it is, by the first character of the picker's data."""


@router.callback_query(Pressed("mv"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows the quick moves, after the question which occurrences are meant."""
    await stop_asking(state)
    found = await scoped(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        view, tap = found
        language, display = person.language, person.display
        steps = [each for each in STEPS if not view.entry.all_day or STEPS[each] % (24 * 60) == 0]
        rows = in_rows((tap.to("mo", each).button(plain(language, f"event-move-{each}")) for each in steps), 2)
        other = [tap.to("mx").button(plain(language, "event-move-other"))]
        time = f"🕐 {event_time_of(view.entry.start, view.entry.end, display)}"
        head = [f"📅 <b>{title_of(view, language)}</b>", scope_line(view, tap, display), time]
        page = keyboard(*rows, other, back(tap, language))
        await put(query.message, paragraphs(head, [say(language, "event-ask-move")]), page, edit=True)
    await acknowledge(query)


@router.callback_query(Pressed("mo"))
async def move(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Moves the event by the time of the button."""
    view = await as_seen(query, door, person, tap) if tap.value in STEPS else None
    if view is not None and isinstance(query.message, Message):
        change = EventChange(by=timedelta(minutes=STEPS[tap.value]))
        await offer(query.message, door, person, state, tap, change, edit=True)
    await acknowledge(query)


@router.callback_query(Pressed("mx"))
async def other(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows the picker."""
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        view, tap = found
        await ask_time(query.message, person, state, tap, view)
    await acknowledge(query)


@router.callback_query(Picked("m"))
@router.callback_query(Picked("e"))
async def picked(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, picked: Choice) -> None:
    """Moves the event to the picked time."""
    await stop_asking(state)
    tap = unpack(picked.data[1:])
    if tap is not None and isinstance(query.message, Message):
        tap = tap.to(OWNERS[picked.data[0]])
        view = await as_seen(query, door, person, tap)
        if view is not None:
            change = moved_to(view, picked.start(person.zone))
            await offer(query.message, door, person, state, tap, change, edit=True)
    await acknowledge(query)


@router.callback_query(PickerLeft("m"))
@router.callback_query(PickerLeft("e"))
@router.callback_query(PickerLeft("d"))
async def left(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, data: str) -> None:
    """Shows the event again."""
    await stop_asking(state)
    tap = unpack(data[1:])
    if tap is not None and isinstance(query.message, Message):
        await show_now(query.message, door, person, tap, edit=True)
    await acknowledge(query)

"""Makes another event like one that is there: the question when, and whether the guests come too."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events import pending
from televent.adapters.telegram.handlers.events.asking import ask_time, stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, in_rows, keyboard, unpack
from televent.adapters.telegram.handlers.events.picker import Choice, Picked
from televent.adapters.telegram.handlers.events.saving import (
    change_lines,
    command_of,
    done,
    scope_line,
    show_now,
)
from televent.adapters.telegram.handlers.events.scope import as_seen, present, scoped
from televent.adapters.telegram.handlers.events.typed import moved_to
from televent.adapters.telegram.handlers.events.view import load, paragraphs, put, title_of
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.events.duplicate_event import duplicate_event
from televent.ical.editing.changes import EventChange

router = Router(name="event-duplicating")

STEPS: Final = {"d0": 0, "d1": 1, "w1": 7, "w2": 14}
"""The days after the event at which its copy may be."""


@router.callback_query(Pressed("du"))
async def ask(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Asks when the copy shall be."""
    await stop_asking(state)
    if tap.value:
        view = await as_seen(query, door, person, tap) if tap.value in STEPS else None
        if view is not None and isinstance(query.message, Message):
            change = EventChange(by=timedelta(days=STEPS[tap.value]))
            await offer_copy(query.message, door, person, state, tap, change, edit=True)
        await acknowledge(query)
        return
    found = await scoped(query, door, person, tap, following=False)
    if found is not None and isinstance(query.message, Message):
        view, tap = found
        language = person.language
        rows = in_rows((tap.to("du", each).button(plain(language, f"event-copy-{each}")) for each in STEPS), 2)
        other = [tap.to("dx").button(plain(language, "event-move-other"))]
        head = [f"📋 <b>{title_of(view, language)}</b>", scope_line(view, tap, person.display)]
        page = keyboard(*rows, other, back(tap, language))
        await put(query.message, paragraphs(head, [say(language, "event-ask-copy")]), page, edit=True)
    await acknowledge(query)


@router.callback_query(Pressed("dx"))
async def other(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows the picker."""
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        view, tap = found
        await ask_time(query.message, person, state, tap, view)
    await acknowledge(query)


@router.callback_query(Picked("d"))
async def picked(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, picked: Choice) -> None:
    """Takes the picked time for the copy."""
    await stop_asking(state)
    tap = unpack(picked.data[1:])
    if tap is not None and isinstance(query.message, Message):
        view = await as_seen(query, door, person, tap)
        if view is not None:
            change = moved_to(view, picked.start(person.zone))
            await offer_copy(query.message, door, person, state, tap, change, edit=True)
    await acknowledge(query)


async def offer_copy(
    message: Message, door: BotDoor, person: Person, state: FSMContext, tap: Tap, change: EventChange, *, edit: bool
) -> None:
    """Asks whether the guests are invited to the copy; makes it at once where there are none."""
    view = await load(door, person, tap.stream_id, tap.recurrence_id)
    if not view.told:
        await _copy(message, door, person, tap, change, guests=False, edit=edit)
        return
    language, count = person.language, sum(each.address != view.entry.organizer for each in view.entry.attendees)
    rows = [
        [tap.to("dg", "y").button(plain(language, "event-copy-guests", count=count))],
        [tap.to("dg", "n").button(plain(language, "event-copy-alone"))],
    ]
    head = [f"📋 <b>{title_of(view, language)}</b>", *change_lines(view, change, person.display)]
    text = paragraphs(head, [say(language, "event-ask-guests")])
    sent = await put(message, text, keyboard(*rows, back(tap, language)), edit=edit)
    await pending.keep(state, sent.message_id, [change])


@router.callback_query(Pressed("dg"))
async def with_guests(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Makes the copy, with its guests or without."""
    if isinstance(query.message, Message):
        message = query.message
        changes = await pending.kept_for(state, message.message_id, person.zone)
        if changes:
            await _copy(message, door, person, tap, changes[0], guests=tap.value == "y", edit=True)
        else:
            await show_now(message, door, person, tap, say(person.language, "event-forgotten"), edit=True)
    await acknowledge(query)


async def _copy(
    message: Message, door: BotDoor, person: Person, tap: Tap, change: EventChange, *, guests: bool, edit: bool
) -> None:
    context = door.context(person.account.tenant, command_of(message, tap.to("dg")))
    await done(
        message,
        door,
        person,
        tap,
        lambda: duplicate_event(door.backend, context, which=tap.which, change=change, guests=guests),
        edit=edit,
        heading=say(person.language, "event-copied"),
    )

"""Edits the fields of an event: a button → a question → a typed answer, or a tap."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from televent.adapters.telegram.cards.proposal_cards import propose_button
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.asking import ask_time, expect, stop_asking
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, in_rows, keyboard
from televent.adapters.telegram.handlers.events.saving import offer, save, scope_line
from televent.adapters.telegram.handlers.events.scope import as_seen, present, scoped
from televent.adapters.telegram.handlers.events.typed import lasting, repeating
from televent.adapters.telegram.handlers.events.view import paragraphs, put, reminder_in_words, title_of
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.events.view_event import EventView
from televent.application.use_cases.events.which import Scope
from televent.domain.account.preferences import MAX_REMINDERS
from televent.ical.editing.changes import EventChange
from televent.wording.repetition import rule_of
from televent.wording.times import event_time_of, length_of

router = Router(name="event-edit")

FIELDS: Final = ("et", "ew", "eg", "ep", "en", "er", "ea", "eb")
"""Title, time, length, place, description, repetition, reminders, and whether it counts as busy."""
QUESTIONS: Final = ("et", "ep", "en")
LENGTHS: Final = (15, 30, 45, 60, 90, 120)
REMINDERS: Final = (0, 5, 10, 15, 30, 60, 120, 1440, 2880)
RULES: Final = {
    "n": "",
    "d": "FREQ=DAILY",
    "k": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "w": "FREQ=WEEKLY",
    "2": "FREQ=WEEKLY;INTERVAL=2",
    "m": "FREQ=MONTHLY",
    "y": "FREQ=YEARLY",
}
"""The repetitions that have buttons."""


@router.callback_query(Pressed("ed"))
async def fields(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows the fields, after the question which occurrences are meant."""
    await stop_asking(state)
    found = await scoped(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        view, tap = found
        language = person.language
        names = [each for each in FIELDS if _has(view, tap, each)]
        head = [f"📅 <b>{title_of(view, language)}</b>", scope_line(view, tap, person.display)]
        question = say(language, "event-ask-field" if view.rights == "all" else "event-own-fields")
        rows = in_rows(tap.to(each).button(plain(language, f"event-field-{each}")) for each in names)
        propose = [propose_button(tap.stream_id, tap.recurrence_id, language)] if view.rights == "own" else []
        page = keyboard(*rows, propose, back(tap, language))
        await put(query.message, paragraphs(head, [question]), page, edit=True)
    await acknowledge(query)


def _has(view: EventView, tap: Tap, verb: str) -> bool:
    if view.rights != "all":
        return verb in ("ea", "eb")
    return verb != "er" or tap.scope is not Scope.THIS


@router.callback_query(Pressed(*FIELDS))
async def ask(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Asks for the new value of a field, or takes the one of the button."""
    found = await present(query, door, person, tap)
    if found is not None and isinstance(query.message, Message):
        if _tapped(tap, found[0]) is None:
            await _question(query.message, person, state, found[1], found[0])
        else:
            await _take(query, query.message, door, person, state, tap)
    await acknowledge(query)


async def _take(
    query: CallbackQuery, message: Message, door: BotDoor, person: Person, state: FSMContext, tap: Tap
) -> None:
    """Takes the value that the button names."""
    await stop_asking(state)
    view = await as_seen(query, door, person, tap)
    change = _tapped(tap, view) if view is not None else None
    if change is None:
        return
    if tap.verb in ("ea", "eb"):
        await _toggle(query, message, door, person, tap, change)
    else:
        await offer(message, door, person, state, tap, change, edit=True)


def _tapped(tap: Tap, view: EventView) -> EventChange | None:
    """The change that the button itself names; None where it asks."""
    value = tap.value
    if tap.verb == "eb":
        return EventChange(transparent=not view.transparent)
    if tap.verb in ("ep", "en") and value == "none":
        return EventChange(place="") if tap.verb == "ep" else EventChange(description="")
    if tap.verb == "er" and value in RULES:
        return repeating(view, RULES[value])
    if tap.verb == "eg" and value.isdecimal() and int(value) in LENGTHS:
        return lasting(view, timedelta(minutes=int(value)))
    if tap.verb == "ea" and value[1:].isdecimal() and int(value[1:]) in REMINDERS:
        minutes = int(value[1:])
        kept = {each for each in view.reminders if each != minutes}
        return EventChange(reminders=tuple(sorted(kept | ({minutes} if value[0] == "p" else set()))))
    return None


async def _question(message: Message, person: Person, state: FSMContext, tap: Tap, view: EventView) -> None:
    display, language = person.display, person.language
    if tap.verb == "ew":
        await ask_time(message, person, state, tap, view)
        return
    rows: list[list[InlineKeyboardButton]] = []
    now = {
        "et": view.entry.summary,
        "ep": view.entry.location or plain(language, "no-location"),
        "en": view.entry.description or plain(language, "no-description"),
        "eg": event_time_of(view.entry.start, view.entry.end, display),
        "er": rule_of(view.rule, display, view.first) if view.rule else plain(language, "event-no-rule"),
    }.get(tap.verb, "")
    match tap.verb:
        case "ep" | "en":
            rows = [[tap.to(tap.verb, "none").button(plain(language, "event-none"))]]
        case "eg":
            lengths = [tap.to("eg", str(each)).button(length_of(timedelta(minutes=each), display)) for each in LENGTHS]
            rows = in_rows(lengths) if not view.entry.all_day else []
        case "er":
            rows = in_rows((tap.to("er", each).button(plain(language, f"event-rule-{each}")) for each in RULES), 2)
        case "ea":
            rows = in_rows(
                tap.to("ea", f"{'m' if each in view.reminders else 'p'}{each}").button(
                    f"{'✓ ' if each in view.reminders else ''}{html.unescape(reminder_in_words(each, display))}"
                )
                for each in REMINDERS
            )
    await expect(state, tap, message)
    text = say(language, f"event-ask-{tap.verb}", now=now[:1000])
    await put(message, text, keyboard(*rows, back(tap, language, "ed")), edit=True)


async def _toggle(
    query: CallbackQuery, message: Message, door: BotDoor, person: Person, tap: Tap, change: EventChange
) -> None:
    """Saves an own setting at once; a second tap on the same button does it once more."""
    if change.reminders is not None and len(change.reminders) > MAX_REMINDERS:
        await put(message, say(person.language, "event-too-many-reminders", count=MAX_REMINDERS), None, edit=False)
        return
    await save(message, door, person, tap, change, f"event-own:{query.id}", edit=True)

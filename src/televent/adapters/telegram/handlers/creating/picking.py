"""Takes the time of a draft from the picker."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.asking import end, go_on, offer, open_question
from televent.adapters.telegram.handlers.creating.buttons import Tap, Tapped
from televent.adapters.telegram.handlers.creating.draft import Draft, load
from televent.adapters.telegram.handlers.events.picker import Choice, Picked, PickerLeft, day_page
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.tokens import read_token, token_of
from televent.phrases.reading import Reading

router = Router(name="creating-picking")

OWNER: Final = "n"
"""The character with which the data of our pickers begin."""


@router.callback_query(Tapped("pick"))
async def pick(query: CallbackQuery, door: BotDoor, person: Person, tap: Tap) -> None:
    """Shows the picker in place of the question."""
    draft, message = await load(door, person, tap.draft_id), query.message
    if draft is None or not draft.open or not isinstance(message, Message):
        await refuse_dead(query, person.language)
        return
    await show(message, *day_page(f"{OWNER}{token_of(draft.id)}", person.display, mode="l"))
    await acknowledge(query)


@router.callback_query(Picked(OWNER))
async def picked(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, picked: Choice) -> None:
    """Takes the picked time and length."""
    draft, message = await _draft(door, person, picked.data), query.message
    if draft is None or not isinstance(message, Message):
        await refuse_dead(query, person.language)
        return
    if picked.length is not None:
        draft = replace(draft, minutes=int(picked.length.total_seconds()) // 60)
    draft = replace(draft.at(Reading(picked.start(person.zone))), unread=())
    question = await open_question(state)
    if question is not None and question.draft_id == draft.id and question.field == "time":
        await end(message, state)
        await take_buttons_away(message)
        await go_on(message, door, person, state, draft, "time")
    else:
        await offer(message, door, person, state, draft, edit=True)
    await acknowledge(query)


@router.callback_query(PickerLeft(OWNER))
async def left(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, data: str) -> None:
    """Shows the draft again; a question for the time stays open."""
    draft, message = await _draft(door, person, data), query.message
    if draft is None or not isinstance(message, Message):
        await refuse_dead(query, person.language)
        return
    await offer(message, door, person, state, draft, edit=True)
    await acknowledge(query)


async def _draft(door: BotDoor, person: Person, data: str) -> Draft | None:
    named = read_token(data.removeprefix(OWNER))
    draft = await load(door, person, named[0]) if named is not None else None
    return draft if draft is not None and draft.open else None

"""Handles "Add a note": the next line goes to the organizer with the answer."""

from __future__ import annotations

from typing import Final

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.card_buttons import ANSWERS, Choice
from televent.adapters.telegram.cards.meeting_cards import organizer_of, short
from televent.adapters.telegram.chat import Chat
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.cards.answering import chat_of, give
from televent.adapters.telegram.handlers.cards.refusing import card_for, closed_key
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import read_token
from televent.application.accounts.erased_people import is_placeholder
from televent.application.refusals import NotInvited, UnknownResource
from televent.application.use_cases.scheduling.cards import Card

router = Router(name="notes")

MAX_NOTE: Final = 500
"""Max characters of a note."""


class Noting(StatesGroup):
    """The dialogue: the bot waits for the note."""

    text = State()


@router.callback_query(F.data.startswith("card:note:"))
async def begin(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Asks for the note."""
    token = (query.data or "").removeprefix("card:note:")
    chat = chat_of(query, door, person)
    card = await _card(chat, token)
    refused = _refusal(card)
    if refused or card is None or chat is None:
        await acknowledge(query, plain(person.language, refused), alert=True)
        return
    await state.clear()
    await state.set_state(Noting.text)
    await state.update_data(token=token)
    await chat.bot.send_message(chat.chat_id, say(person.language, "ask-note", name=short(organizer_of(card))))
    await acknowledge(query)


@router.message(Noting.text, F.text, ~F.text.startswith("/"))
async def take(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sends the line to the organizer with the answer that the person gave."""
    note, language = (message.text or "").strip(), person.language
    if len(note) > MAX_NOTE:
        await message.answer(say(language, "note-too-long", limit=MAX_NOTE, length=len(note)))
        return
    token = str((await state.get_data()).get("token", ""))
    await state.clear()
    chat = Chat(message.bot, door, person, message.chat.id) if message.bot is not None else None
    card = await _card(chat, token)
    refused = _refusal(card)
    if refused or card is None or chat is None:
        await message.answer(say(language, refused))
        return
    chosen = Choice(card.entry.stream_id, card.recurrence_id, following=False, partstat=card.entry.partstat or "")
    try:
        update = f"note:{message.chat.id}:{message.message_id}"
        await give(chat, chosen, update, note)
    except (UnknownResource, NotInvited):
        await message.answer(say(language, "toast-gone"))
        return
    await message.answer(say(language, "note-sent", name=short(organizer_of(card))))


async def _card(chat: Chat | None, token: str) -> Card | None:
    named = read_token(token)
    return await card_for(chat, *named) if chat is not None and named is not None else None


def _refusal(card: Card | None) -> str:
    """The key of the reason why no note can be sent; "" where one can."""
    if card is None:
        return "toast-gone"
    if not card.open:
        return closed_key(card)
    if is_placeholder(card.entry.organizer):
        return "note-organizer-gone"
    return "" if card.entry.partstat in ANSWERS else "answer-first"

"""Handles taps on the buttons of a meeting's card."""

from __future__ import annotations

from uuid import UUID

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards import card_buttons
from televent.adapters.telegram.cards.card_buttons import ANSWERS, Choice, read_choice
from televent.adapters.telegram.cards.living_cards import edit, redraw, take_buttons
from televent.adapters.telegram.cards.meeting_cards import text_of
from televent.adapters.telegram.chat import Chat
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.cards.refusing import card_for, living_card, refusal
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import plain
from televent.adapters.telegram.tokens import read_token
from televent.application.accounts.erased_people import is_placeholder
from televent.application.refusals import NotFromThere, NotInvited, UnknownResource
from televent.application.use_cases.scheduling.answer_invitation import Answered, answer_invitation
from televent.application.use_cases.scheduling.cards import dates_of
from televent.application.use_cases.scheduling.news import news_of

router = Router(name="cards")

MAX_DATES = 8
"""Max dates of a series that have a button."""
MAX_DRAWN = 3
"""Max times that a card is drawn after one tap: another tap may have answered in between."""


@router.callback_query(F.data.startswith("rsvp:") | F.data.regexp(r"^card:(one|from):"))
async def answer(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Stores the answer in one idempotent transaction, then shows it on the card."""
    chosen, chat = read_choice(query.data or ""), chat_of(query, door, person)
    if chosen is None or chat is None or query.message is None:
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    message_id = query.message.message_id
    card = await card_for(chat, chosen.stream_id, chosen.recurrence_id)
    refused = await refusal(chat, message_id, chosen.stream_id, chosen.recurrence_id, card, _seen(query))
    if refused:
        await acknowledge(query, plain(person.language, refused), alert=True)
        return
    try:
        given = await give(chat, chosen, f"tap:{query.id}")
    except (UnknownResource, NotInvited):
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    except NotFromThere:
        await acknowledge(query, plain(person.language, "toast-not-from-there"), alert=True)
        return
    await _draw(chat, message_id, chosen)
    if card is not None and is_placeholder(card.entry.organizer):
        await acknowledge(query, plain(person.language, "toast-organizer-gone"), alert=True)
        return
    toast = "toast-already" if given.already else f"toast-{ANSWERS[chosen.partstat]}"
    await acknowledge(query, plain(person.language, toast))


@router.callback_query(F.data.startswith("change:") | F.data.regexp(r"^card:(ask|ahead):"))
async def ask(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the answers again: for the whole event, for one date, or for that and all later ones."""
    chat, data = chat_of(query, door, person), query.data or ""
    word, _, token = data.removeprefix("card:").partition(":")
    named = (_event(token), None) if word == "change" else read_token(token)
    if named is None or named[0] is None or chat is None or query.message is None:
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    stream_id, recurrence_id = named[0], named[1]
    message_id = query.message.message_id
    card = await card_for(chat, stream_id, recurrence_id)
    refused = await refusal(chat, message_id, stream_id, recurrence_id, card, _seen(query))
    if refused or card is None:
        await acknowledge(query, plain(person.language, refused), alert=True)
        return
    living = await living_card(chat, stream_id)
    await redraw(chat, message_id, card, living, asks=True, following=word == "ahead")
    await acknowledge(query)


@router.callback_query(F.data.startswith("card:dates:"))
async def choose_date(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the next dates of a series, each with a button."""
    chat, named = chat_of(query, door, person), read_token((query.data or "").removeprefix("card:dates:"))
    if chat is None or named is None or query.message is None:
        await acknowledge(query, plain(person.language, "toast-gone"), alert=True)
        return
    card = await card_for(chat, named[0], None)
    refused = await refusal(chat, query.message.message_id, named[0], None, card, _seen(query))
    if refused or card is None:
        await acknowledge(query, plain(person.language, refused), alert=True)
        return
    backend, tenant, stream_id = door.backend, person.account.tenant, named[0]
    found = await door.run(lambda: dates_of(backend, tenant, stream_id, now=backend.clock(), limit=MAX_DATES))
    living = await living_card(chat, stream_id)
    news = await door.run(lambda: news_of(backend, tenant, stream_id, after=living.since, upto=living.shown))
    text = f"{text_of(card, news, person.display, None)}\n\n{plain(person.language, 'which-date')}"
    await edit(chat, query.message.message_id, text, card_buttons.dates(stream_id, found, person.display))
    await acknowledge(query)


async def give(chat: Chat, chosen: Choice, update: str, comment: str | None = None) -> Answered:
    """Answers the invitation, once for each ``update``. Raises UnknownResource, NotInvited, NotFromThere."""
    backend = chat.door.backend
    context = chat.door.context(chat.person.account.tenant, update)
    return await chat.door.run(
        lambda: answer_invitation(
            backend,
            context,
            stream_id=chosen.stream_id,
            partstat=chosen.partstat,
            recurrence_id=chosen.recurrence_id,
            comment=comment,
            following=chosen.following,
        )
    )


async def _draw(chat: Chat, message_id: int, chosen: Choice) -> None:
    """Shows the answer that is stored. Another one may be given at the same moment, so it looks once more."""
    living = await living_card(chat, chosen.stream_id)
    if living.message_id is not None and message_id < living.message_id:
        # The answer stands on the newest card, where the buttons to change it are.
        await take_buttons(chat, message_id)
        message_id = living.message_id
    drawn = None
    for _ in range(MAX_DRAWN):
        card = await card_for(chat, chosen.stream_id, chosen.recurrence_id)
        if card is None or card == drawn:
            return
        await redraw(chat, message_id, card, living, following=chosen.following)
        drawn = card


def chat_of(query: CallbackQuery, door: BotDoor, person: Person) -> Chat | None:
    """The chat of a tap; None where Telegram does not name it."""
    if query.bot is None or query.message is None:
        return None
    return Chat(query.bot, door, person, query.message.chat.id)


def _seen(query: CallbackQuery) -> str:
    """The text of the tapped card."""
    return (query.message.text or "") if isinstance(query.message, Message) else ""


def _event(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

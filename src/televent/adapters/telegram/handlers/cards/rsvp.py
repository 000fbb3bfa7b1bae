"""Handles /rsvp: answers an invitation by a line."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import Final

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from televent.adapters.telegram.cards.card_buttons import ANSWERS, Choice
from televent.adapters.telegram.cards.living_cards import send_again
from televent.adapters.telegram.cards.meeting_cards import short, text_of
from televent.adapters.telegram.chat import Chat
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.cards.answering import give
from televent.adapters.telegram.handlers.cards.refusing import card_for, closed_key
from televent.adapters.telegram.handlers.finding import only_event
from televent.adapters.telegram.texts import say
from televent.application.messages.outbox import RetryLater
from televent.application.refusals import NotInvited, UnknownResource
from televent.application.use_cases.calendars.agenda import Entry, find_events
from televent.application.use_cases.scheduling.cards import Card, occurrence_on
from televent.application.use_cases.scheduling.news import News
from televent.phrases.understanding import understand

router = Router(name="rsvp")

WORDS: Final = {
    "accept": "ACCEPTED", "accepted": "ACCEPTED", "yes": "ACCEPTED", "да": "ACCEPTED", "принять": "ACCEPTED",
    "decline": "DECLINED", "declined": "DECLINED", "no": "DECLINED", "нет": "DECLINED", "отклонить": "DECLINED",
    "tentative": "TENTATIVE", "maybe": "TENTATIVE", "возможно": "TENTATIVE",
}  # fmt: skip
MAX_DAY_WORDS: Final = 4
"""Max words at the end of the line that name a day."""


@router.message(Command("rsvp"))
async def rsvp(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """Answers by ``/rsvp accept <event> [day]`` or ``/rsvp <event> [day] accept``."""
    words = (command.args or "").split()
    place = next((n for n in (0, len(words) - 1) if words and words[n].lower() in WORDS), None)
    if place is None or len(words) < 2 or message.bot is None:
        await message.answer(say(person.language, "rsvp-usage"))
        return
    partstat = WORDS[words.pop(place).lower()]
    chat = Chat(message.bot, door, person, message.chat.id)
    named = await _with_day(door, person, words)
    entry, day = named if named is not None else (await only_event(message, door, person, " ".join(words)), None)
    if entry is None:
        return
    if day is not None:
        await _answer_day(message, chat, entry, day, partstat)
        return
    await _answer(message, chat, await card_for(chat, entry.stream_id, None), None, partstat)


async def _answer_day(message: Message, chat: Chat, entry: Entry, day: datetime, partstat: str) -> None:
    backend, tenant = chat.door.backend, chat.person.account.tenant
    rid = await chat.door.run(lambda: occurrence_on(backend, tenant, entry.stream_id, day, now=backend.clock()))
    if rid is None:
        await message.answer(say(chat.person.language, "rsvp-no-date", title=short(entry.summary)))
        return
    await _answer(message, chat, await card_for(chat, entry.stream_id, rid), rid, partstat)


async def _answer(message: Message, chat: Chat, card: Card | None, rid: str | None, partstat: str) -> None:
    """Stores the answer, and sends the card with it."""
    language = chat.person.language
    refused = _refusal(card)
    if refused or card is None:
        values = {"title": short(card.entry.summary), "code": card.entry.code} if card is not None else {}
        await message.answer(say(language, refused, **values))
        return
    stream_id = card.entry.stream_id
    chosen = Choice(stream_id, rid, following=False, partstat=partstat)
    try:
        await give(chat, chosen, f"rsvp:{message.chat.id}:{message.message_id}")
    except (UnknownResource, NotInvited):
        await message.answer(say(language, "toast-gone"))
        return
    try:
        await send_again(chat, stream_id, partial(card_for, chat, stream_id, rid))
    except RetryLater:
        # A card is being sent at this moment: it has the buttons.
        given = await card_for(chat, stream_id, rid)
        if given is not None:
            await message.answer(text_of(given, News(0), chat.person.display, ANSWERS[partstat]))


def _refusal(card: Card | None) -> str:
    """The key of the reason why the event takes no answer of this person; "" where it takes one."""
    if card is None:
        return "toast-gone"
    if card.entry.role == "organizer":
        return "rsvp-organizer"
    if card.entry.role != "attendee":
        return "rsvp-own"
    return closed_key(card) if card.state != "open" else ""


async def _with_day(door: BotDoor, person: Person, words: list[str]) -> tuple[Entry, datetime] | None:
    """The event, and the begin of the day, that the words name; None where they do not name one event and a day."""
    backend, tenant, now = door.backend, person.account.tenant, person.display.now
    for count in range(1, min(MAX_DAY_WORDS, len(words) - 1) + 1):
        read = understand(" ".join(words[-count:]), now=now, language=person.language)
        if not read.readings or read.title or read.place:
            continue
        query = " ".join(words[:-count])
        found = await door.run(lambda query=query: find_events(backend, tenant, query, now=now))
        if len(found) == 1:
            start = read.readings[0].start
            day = start.astimezone(person.zone).date() if isinstance(start, datetime) else start
            return found[0], datetime.combine(day, time(), person.zone)
    return None

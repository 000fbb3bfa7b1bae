"""Handles /search and the buttons below its answers.

A button keeps no words: the message has them in its first line, and the button the place of the next page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.cards.one_line import escaped, one_line
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.view import load, show_event
from televent.adapters.telegram.lines.entry import dated_line
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import fitting, plain, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.search_events import Cursor, Results, read_cursor, search_events
from televent.application.use_cases.calendars.search_query import Question, Understood
from televent.wording.display import Display
from televent.wording.times import day_of

router = Router(name="search")

PAGE: Final = 8
"""Events of a page."""
MAX_WORDS: Final = 100
"""Max characters of a question; the first line of the answer has all of them."""
MAX_BUTTON: Final = 28
"""Max characters of a title in a button."""
_GLASS: Final = "🔎 "
_PREFIX, _MORE, _FIRST, _OPEN = "search:", "search:m", "search:f", "search:o"


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot."""

    text: str
    buttons: InlineKeyboardMarkup | None


@router.message(Command("search"))
async def search(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """``/search <words, days>``: the events that have them."""
    words = " ".join((command.args or "").split())
    if not words:
        await message.answer(say(person.language, "search-usage"))
    elif len(words) > MAX_WORDS:
        await message.answer(say(person.language, "search-long", limit=MAX_WORDS))
    else:
        answer = await door.run(_answer, door, person, words, None)
        await message.answer(answer.text, reply_markup=answer.buttons)


@router.callback_query(F.data.startswith(_OPEN))
async def open_found(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the event of a button in a message of its own."""
    named = read_token((query.data or "").removeprefix(_OPEN))
    if named is None or not isinstance(query.message, Message):
        await refuse_dead(query, person.language)
        return
    try:
        shown = await load(door, person, *named)
    except UnknownResource:
        await acknowledge(query, plain(person.language, "toast-gone"))
        return
    await show_event(query.message, shown, person, edit=False)
    await acknowledge(query)


@router.callback_query(F.data.startswith(_PREFIX))
async def turn(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows the next page, or the first one."""
    data, message = query.data or "", query.message
    after = read_cursor(data.removeprefix(_MORE)) if data.startswith(_MORE) else None
    words = _words_of(message) if isinstance(message, Message) else ""
    if not isinstance(message, Message) or not words or (after is None and data != _FIRST):
        await refuse_dead(query, person.language)
        return
    answer = await door.run(_answer, door, person, words, after)
    await show(message, answer.text, answer.buttons)
    await acknowledge(query)


def _words_of(message: Message) -> str:
    """The question that an answer repeats in its first line; "" for another message."""
    first = (message.text or "").partition("\n")[0]
    return first.removeprefix(_GLASS).strip() if first.startswith(_GLASS) else ""


def _answer(door: BotDoor, person: Person, words: str, after: Cursor | None) -> Answer:
    display, tenant, now = person.display, person.account.tenant, door.backend.clock()
    results = search_events(door.backend, tenant, Question(words), now=now, after=after, limit=PAGE)
    days = _days(results.understood, display)
    heading = f"{_GLASS}<b>{escaped(words, MAX_WORDS)}</b>"
    if not results.hits:
        key = "search-nothing" if after is None else "search-no-more"
        lines = [heading, *days, "", say(display.language, key)]
    else:
        lines = [heading, *days, "", *(dated_line(hit.entry, display) for hit in results.hits)]
    return Answer(fitting(lines, display.language), _buttons(results, display, first=after is None))


def _days(read: Understood, display: Display) -> list[str]:
    """The days that were read from the question."""
    if read.first is None or read.last is None:
        return []
    first, last = day_of(read.first, display), day_of(read.last, display)
    key = "agenda-found-day" if read.first == read.last else "agenda-found-days"
    return [say(display.language, key, day=first, first=first, last=last)]


def _buttons(results: Results, display: Display, *, first: bool) -> InlineKeyboardMarkup | None:
    language = display.language
    found = [
        InlineKeyboardButton(
            text=one_line(hit.entry.summary, MAX_BUTTON) or plain(language, "no-title"),
            callback_data=f"{_OPEN}{token_of(hit.entry.stream_id, hit.entry.recurrence_id)}",
        )
        for hit in results.hits
    ]
    rows = [found[at : at + 2] for at in range(0, len(found), 2)]
    turning = []
    if not first:
        turning.append(InlineKeyboardButton(text=plain(language, "button-search-first"), callback_data=_FIRST))
    if results.next is not None:
        more = f"{_MORE}{results.next}"
        turning.append(InlineKeyboardButton(text=plain(language, "button-search-more"), callback_data=more))
    rows += [turning] if turning else []
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None

"""Lines that are no answer to the open question: each goes to where it belongs, and the question stays open.

A question may stay open for days, and the person has forgotten it. So a question that only buttons answer takes no
text. One for people takes only what names people. A note or a title that is a whole event of its own is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from aiogram import BaseMiddleware, Dispatcher, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message, TelegramObject, Update

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, NotStarted, Person
from televent.adapters.telegram.handlers.another_event import (
    PREFIX,
    is_another_event,
    keep_line,
    kept_line,
    mine_button,
    new_button,
)
from televent.adapters.telegram.handlers.cards.notes import Noting
from televent.adapters.telegram.handlers.creating.asking import Creation, open_question
from televent.adapters.telegram.handlers.creating.sentence import small_talk
from televent.adapters.telegram.handlers.events.asking import QUESTION, Editing
from televent.adapters.telegram.handlers.events.buttons import read_tap
from televent.adapters.telegram.handlers.guests.invite import Inviting
from televent.adapters.telegram.handlers.guests.naming import declines, named_in
from televent.adapters.telegram.handlers.proposals.answering import Declining
from televent.adapters.telegram.handlers.proposals.proposing import Proposing
from televent.adapters.telegram.taps import acknowledge, take_buttons_away
from televent.adapters.telegram.texts import say
from televent.adapters.telegram.words import as_command
from televent.phrases.understanding import understand

router = Router(name="elsewhere")

Kind = Literal["buttons", "people", "words", "own"]
"""The answers that a question takes: buttons alone, names of people, any words; or its own handler sees to it."""

_KINDS: Final[dict[str | None, Kind]] = {
    Inviting.event.state: "buttons",
    Inviting.people.state: "people",
    Noting.text.state: "words",
    Declining.note.state: "words",
    Proposing.note.state: "words",
}
_WORDS: Final = ("et", "ep", "en")
"""The fields of an event that take any words: title, place, description."""
_CODE: Final = re.compile(r"\s*#[0-9a-f]{4,32}\s*\Z", re.IGNORECASE)


class Elsewhere(BaseMiddleware):
    """Sends a text that is no answer on as if no question were open; asks where it may be both."""

    def __init__(self, door: BotDoor) -> None:
        self._door = door

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state, user = data.get("state"), data.get("event_from_user")
        if data.get("raw_state") is None or not isinstance(event, Message) or state is None or user is None:
            return await handler(event, data)
        if not event.text or event.text.startswith("/") or event.forward_origin is not None or data.get("is_answer"):
            return await handler(event, data)
        if data.get("is_event"):
            return await handler(event, {**data, "raw_state": None})
        kind = await _kind(data["raw_state"], state)
        try:
            person = await self._door.person(user) if kind in ("people", "words") else None
        except NotStarted:
            return await handler(event, data)
        if kind == "words" and person is not None and is_another_event(event.text, person):
            await keep_line(event, state)
            row = [mine_button(person.language), new_button(person.language)]
            await event.answer(
                say(person.language, "draft-whether"), reply_markup=InlineKeyboardMarkup(inline_keyboard=[row])
            )
            return None
        no_answer = kind == "people" and person is not None and _names_nobody(event, person)
        if kind == "buttons" or no_answer:
            return await handler(event, {**data, "raw_state": None})
        return await handler(event, data)


async def _kind(raw_state: str, state: FSMContext) -> Kind:
    if raw_state == Creation.answer.state:
        question = await open_question(state)
        return "people" if question is not None and question.field == "invite" else "own"
    if raw_state == Editing.answer.state:
        tap = read_tap((await state.get_data()).get(QUESTION, {}).get("data", ""))
        verb = tap.verb if tap is not None else ""
        return "people" if verb == "gi" else "words" if verb in _WORDS else "own"
    return _KINDS.get(raw_state, "own")


def _names_nobody(message: Message, person: Person) -> bool:
    """Whether a text that names nobody is plainly something else: an event, a command's word, a code, small talk."""
    text, named = message.text or "", named_in(message)
    if named.guests or named.hidden or declines(text):
        return False
    if as_command(text, alone=True) is not None or _CODE.match(text) or small_talk(text) is not None:
        return True
    read = understand(text, now=person.display.now, language=person.language)
    return bool(read.readings or read.unread)


@router.callback_query(F.data.startswith(PREFIX))
async def whether(
    query: CallbackQuery, person: Person, state: FSMContext, dispatcher: Dispatcher, event_update: Update
) -> None:
    """Takes the kept line as the answer, or as a new event; the question then stays open."""
    line, message, bot = await kept_line(state), query.message, query.bot
    if line is None or not isinstance(message, Message) or bot is None:
        await refuse_dead(query, person.language)
        return
    given = {"from_user": query.from_user, "text": line[0], "reply_markup": None, "entities": None}
    sent = message.model_copy(update={**given, "message_id": line[1]})
    meaning = {"is_answer": True} if query.data == f"{PREFIX}mine" else {"is_event": True}
    await take_buttons_away(message)
    await dispatcher.feed_update(bot, Update(update_id=event_update.update_id, message=sent), **meaning)
    await acknowledge(query)

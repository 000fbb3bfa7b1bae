"""The question whom to invite: to a draft, or to the event that was just created from it."""

from __future__ import annotations

from dataclasses import replace

from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.asking import Question, end, go_on, offer
from televent.adapters.telegram.handlers.creating.draft import Draft
from televent.adapters.telegram.handlers.creating.made import show_created
from televent.adapters.telegram.handlers.creating.sentence import shown_message
from televent.adapters.telegram.handlers.guests.inviting import invite_people, names_nobody, tell_of_hidden
from televent.adapters.telegram.handlers.guests.naming import declines, named_in
from televent.adapters.telegram.taps import show
from televent.adapters.telegram.texts import say


async def take_people(
    message: Message, door: BotDoor, person: Person, state: FSMContext, draft: Draft, question: Question, line: str
) -> None:
    """Invites the people of the message; notes them where the event is not created yet."""
    language = person.language
    if declines(line):
        await end(message, state)
        await say_skipped(shown_message(message, question.message_id), draft, question.field, language)
        if draft.made is None:
            await offer(message, door, person, state, draft)
        return
    named = named_in(message, line)
    if named.hidden:
        await tell_of_hidden(message, person, named)
    if not named.people:
        if not named.hidden:
            await message.answer(names_nobody(language, line))
        return
    if draft.made is None:
        await end(message, state, question)
        await go_on(message, door, person, state, replace(draft, guests=tuple(named.people)), question.field)
        return
    await invite_people(message, door, person, str(draft.made), named.people)
    await show_created(message, door, person, draft)
    # The question last: after an outage the same message comes again.
    await end(message, state, question)


async def say_skipped(message: Message, draft: Draft, field: str, language: str) -> None:
    """Shows in the question that it was skipped."""
    key = "ask-skipped-invite" if field == "invite" and draft.made is not None else "ask-skipped"
    await show(message, f"{say(language, f'ask-{field}')}\n\n{say(language, key)}")

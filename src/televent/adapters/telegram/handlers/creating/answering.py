"""Takes typed answers to the questions about a draft."""

from __future__ import annotations

from dataclasses import replace

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.another_event import is_another_event
from televent.adapters.telegram.handlers.creating.asking import (
    STEPS,
    Creation,
    Question,
    ask,
    end,
    go_on,
    offer,
    open_question,
    remember,
)
from televent.adapters.telegram.handlers.creating.buttons import Tap, Tapped, keyboard, named
from televent.adapters.telegram.handlers.creating.draft import Draft, load, read_line
from televent.adapters.telegram.handlers.creating.people import say_skipped, take_people
from televent.adapters.telegram.handlers.creating.sentence import begin
from televent.adapters.telegram.taps import acknowledge, show, take_buttons_away
from televent.adapters.telegram.texts import say
from televent.application.field_limits import check_length
from televent.phrases.durations import read_duration
from televent.phrases.understanding import understand

router = Router(name="creating-answers")


@router.message(Creation.answer, F.contact | F.forward_origin)
async def take_person(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes a contact, or a forwarded message, as its person, where the question is whom to invite."""
    question = await open_question(state)
    draft = await load(door, person, question.draft_id) if question is not None else None
    if question is None or draft is None or question.field != "invite" or draft.given_up:
        raise SkipHandler
    await take_people(message, door, person, state, draft, question, "")


@router.message(Creation.answer, F.text, ~F.text.startswith("/"), ~F.forward_origin)
async def take(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Takes the answer, and asks what comes next. A line that is a whole event of its own is asked about.

    Raises TextTooLong; then the next message is the answer.
    """
    question = await open_question(state)
    draft = await load(door, person, question.draft_id) if question is not None else None
    if question is None or draft is None or draft.given_up or (draft.made is not None and question.field != "invite"):
        await end(message, state)
        raise SkipHandler
    line = (message.text or "").strip()
    if question.field != "line" and is_another_event(line, person):
        await _ask_whether(message, person, state, draft, question, line)
        return
    await _answered(message, door, person, state, draft, question, line)


async def _answered(
    message: Message,
    door: BotDoor,
    person: Person,
    state: FSMContext,
    draft: Draft,
    question: Question,
    line: str,
    *,
    sure: bool = False,
) -> None:
    """Stores the line as the answer, or says why it cannot be read. ``sure``: the person has said that it is one."""
    field = question.field
    if field == "invite":
        await take_people(message, door, person, state, draft, question, line)
        return
    changed = _with(draft, field, line, person, sure=sure)
    if isinstance(changed, str):
        await message.answer(changed)
        return
    await end(message, state, question)
    await go_on(message, door, person, state, changed, field)


def _with(draft: Draft, field: str, line: str, person: Person, *, sure: bool) -> Draft | str:
    """The draft with this answer, or the sentence that says why it cannot be read. Raises TextTooLong."""
    language, flat = person.language, " ".join(line.split())
    match field:
        case "title":
            check_length("SUMMARY", flat)
            return replace(draft, title=flat)
        case "description":
            check_length("DESCRIPTION", line)
            return replace(draft, description=line)
        case "location":
            check_length("LOCATION", flat)
            return replace(draft, place=flat)
        case "duration":
            length = read_duration(line)
            if length is None:
                return say(language, "duration-unreadable")
            return replace(draft, minutes=int(length.total_seconds()) // 60)
        case "line":
            read = read_line(draft, line, person)
            if not read.readings and not read.unread:
                return say(language, "time-unreadable")
            return replace(read, title=read.title or draft.title)
    return _at_time(draft, line, person, sure=sure)


def _at_time(draft: Draft, line: str, person: Person, *, sure: bool) -> Draft | str:
    """The draft at the time, place and guests of a sentence. Other words are named, unless ``sure``."""
    read = understand(line, now=person.display.now, language=person.language)
    unread = [*read.unread, *([read.title] if read.title and not sure else [])]
    if not read.readings and not read.unread:
        return say(person.language, "time-unreadable")
    if unread:
        return say(person.language, "draft-time-unread", words=", ".join(unread)[:200])
    check_length("LOCATION", read.place)
    at = draft.at(*read.readings)
    return replace(
        at, place=read.place or draft.place, guests=tuple(dict.fromkeys((*draft.guests, *read.guests))), unread=()
    )


async def _ask_whether(
    message: Message, person: Person, state: FSMContext, draft: Draft, question: Question, line: str
) -> None:
    await remember(state, replace(question, line=line, line_id=message.message_id))
    language = person.language
    buttons = [named(draft, language, "draft-mine", "mine"), named(draft, language, "draft-new", "new")]
    await message.answer(say(language, f"draft-whether-{question.field}"), reply_markup=keyboard(buttons))


@router.callback_query(Tapped("mine", "new"))
async def whether(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Takes the line as the answer, or as a new event; the question then stays open."""
    question = await open_question(state)
    draft = await load(door, person, tap.draft_id)
    message = query.message
    if question is None or draft is None or question.draft_id != tap.draft_id or not question.line:
        await refuse_dead(query, person.language)
        return
    if isinstance(message, Message):
        if tap.verb == "mine":
            await _answered(message, door, person, state, draft, question, question.line, sure=True)
        else:
            await remember(state, replace(question, line=""))
            await begin(message, door, person, state, question.line, message_id=question.line_id)
        await take_buttons_away(message)
    await acknowledge(query)


@router.callback_query(Tapped("skip", "back", "stop", "leave"))
async def leave(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Leaves a question: without an answer, to the question before, or altogether. A button of an earlier question is
    no longer valid."""
    question = await open_question(state)
    draft = await load(door, person, tap.draft_id)
    message = query.message
    if (
        question is None or draft is None or question.draft_id != tap.draft_id or question.field != tap.value
        or not isinstance(message, Message) or question.message_id != message.message_id
    ):  # fmt: skip
        await refuse_dead(query, person.language)
        return
    await end(message, state)
    if tap.verb == "stop":
        await show(message, say(person.language, "dialogue-aborted"))
        await acknowledge(query)
        return
    if tap.verb == "skip":
        await say_skipped(message, draft, tap.value, person.language)
    else:
        await take_buttons_away(message)
    if tap.verb == "back":
        before = [each for each in STEPS[: STEPS.index(tap.value)] if each != "duration" or draft.needs_length]
        await ask(message, person, state, draft, before[-1])
    elif draft.made is None and tap.verb == "skip":
        await go_on(message, door, person, state, draft, tap.value)
    elif draft.made is None:
        await offer(message, door, person, state, draft)
    await acknowledge(query)

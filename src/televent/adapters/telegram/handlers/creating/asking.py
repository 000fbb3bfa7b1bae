"""Questions about one field of a draft: in the dialogue one after the other, or one alone from the preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.buttons import keyboard, named
from televent.adapters.telegram.handlers.creating.draft import Draft, keep
from televent.adapters.telegram.handlers.creating.pages import page
from televent.adapters.telegram.taps import show, take_buttons_away
from televent.adapters.telegram.texts import say

STEPS: Final = ("title", "time", "duration", "description", "location")
"""The questions of the dialogue, in order."""
_SKIPPABLE: Final = ("duration", "description", "location", "invite")
_QUESTION: Final = "draft-question"


class Creation(StatesGroup):
    """A question about a draft is open."""

    answer = State()


@dataclass(frozen=True, slots=True)
class Question:
    """The open question. ``message_id``: the message that asks it. ``line``: an answer that may be a new event."""

    draft_id: UUID
    field: str
    message_id: int
    line: str = ""
    line_id: int = 0


async def ask(message: Message, person: Person, state: FSMContext, draft: Draft, field: str) -> None:
    """Asks for one field. The next plain text is the answer. A question that was open before loses its buttons."""
    before = await open_question(state)
    if before is not None and before.draft_id != draft.id:
        await end(message, state, before)
    sent = await message.answer(say(person.language, f"ask-{field}"), reply_markup=_buttons(draft, field, person))
    await remember(state, Question(draft.id, field, sent.message_id))
    await state.set_state(Creation.answer)


async def remember(state: FSMContext, question: Question) -> None:
    """Keeps the open question."""
    stored = {"draft": question.draft_id.hex, "field": question.field, "message": question.message_id}
    await state.update_data({_QUESTION: {**stored, "line": question.line, "line_id": question.line_id}})


async def open_question(state: FSMContext) -> Question | None:
    """The question that is open; None where there is none."""
    if await state.get_state() != Creation.answer.state:
        return None
    stored: dict[str, Any] | None = (await state.get_data()).get(_QUESTION)
    if stored is None:
        return None
    return Question(UUID(stored["draft"]), stored["field"], stored["message"], stored["line"], stored["line_id"])


async def end(message: Message, state: FSMContext, question: Question | None = None) -> None:
    """Ends the questions, and takes the buttons of the last one away."""
    await state.set_state(None)
    await state.update_data({_QUESTION: None})
    if question is not None and message.bot is not None:
        await take_buttons_away(message.model_copy(update={"message_id": question.message_id}).as_(message.bot))


async def go_on(
    message: Message, door: BotDoor, person: Person, state: FSMContext, draft: Draft, field: str | None = None
) -> None:
    """Asks the question of the dialogue after ``field``; shows the preview where there is none left."""
    if draft.dialogue and field in STEPS:
        following = [each for each in STEPS[STEPS.index(field) + 1 :] if each != "duration" or draft.needs_length]
        if following:
            await keep(door, person, draft)
            await ask(message, person, state, draft, following[0])
            return
    await offer(message, door, person, state, draft)


async def offer(
    message: Message, door: BotDoor, person: Person, state: FSMContext, draft: Draft, *, edit: bool = False
) -> None:
    """Shows what comes next of the draft. ``edit``: in ``message``, which is the bot's, and not in a new one."""
    if draft.readings and not draft.unread and not draft.title:
        await keep(door, person, draft)
        await ask(message, person, state, draft, "title")
        return
    text, buttons = page(draft, person.display)
    await put(message, door, person, draft, text, buttons, edit=edit)


async def put(
    message: Message,
    door: BotDoor,
    person: Person,
    draft: Draft,
    text: str,
    buttons: InlineKeyboardMarkup,
    *,
    edit: bool,
) -> None:
    """Shows a page of the draft and notes where it is."""
    if edit:
        await show(message, text, buttons)
    else:
        message = await message.answer(text, reply_markup=buttons)
    await keep(door, person, replace(draft, shown=message.message_id))


def _buttons(draft: Draft, field: str, person: Person) -> InlineKeyboardMarkup:
    language = person.language
    skip = [named(draft, language, "button-skip", "skip", field)] if _skippable(draft, field) else []
    if field == "invite" and draft.made is not None:
        return keyboard(skip)
    if field == "time":
        skip = [named(draft, language, "draft-pick", "pick")]
    if not draft.dialogue:
        return keyboard(skip, [named(draft, language, "draft-back", "leave", field)])
    back = [named(draft, language, "draft-back", "back", field)] if field != STEPS[0] else []
    return keyboard(skip, [*back, named(draft, language, "button-cancel", "stop", field)])


def _skippable(draft: Draft, field: str) -> bool:
    return field in _SKIPPABLE and (draft.dialogue or draft.made is not None or field != "duration")

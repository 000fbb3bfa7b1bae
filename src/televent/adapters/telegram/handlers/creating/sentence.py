"""Begins an event from text: /create, a plain sentence, a forwarded message, an edited one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.creating.asking import ask, offer, put
from televent.adapters.telegram.handlers.creating.draft import Draft, draft_id, keep, load, read_line
from televent.adapters.telegram.handlers.creating.pages import page, timeless
from televent.adapters.telegram.taps import show
from televent.adapters.telegram.texts import say
from televent.application.field_limits import check_length

router = Router(name="creating")

HINT_AGAIN: Final = timedelta(minutes=1)
"""Time within which several sentences without a time get one answer together."""
_HINTED: Final = "draft-hinted"
_SMALL_TALK: Final = {
    "talk-hello": re.compile(
        r"(hi|hello|hey|good (morning|afternoon|evening|day)|привет|здравствуй(те)?|добр(ый|ое|ого) (день|утро|вечер))"
    ),
    "talk-thanks": re.compile(r"(thanks?|thank you|thx|ty|спасибо|благодарю)( (so|very|much|большое|вам|тебе)){0,2}"),
    "talk-fine": re.compile(r"(ok|okay|great|good|fine|cool|yes|no|ок|окей|хорошо|отлично|ладно|да|нет|👍|❤️?)"),
    "talk-what": re.compile(r"(help me|what can you do|who are you|what|как|что ты умеешь|что|кто ты)?"),
}
_ENDS: Final = " \t\n.,!?…)(:;"


@router.message(Command("create"), ~F.forward_origin)
async def create(message: Message, command: CommandObject, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads a line such as "Team Meeting, tomorrow 3pm, 1 hour"; without a line it starts the dialogue."""
    line = (command.args or "").strip()
    await state.set_state(None)
    if line:
        await begin(message, door, person, state, line)
        return
    draft = Draft(draft_id(person, message), dialogue=True)
    await keep(door, person, draft)
    await ask(message, person, state, draft, "title")


@router.message(F.forward_origin, F.text | F.caption)
async def forwarded(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads a forwarded message as an event. The preview says who wrote it."""
    await begin(message, door, person, state, message.text or message.caption or "", author=_author(message))


@router.message(StateFilter(None), F.text, ~F.text.startswith("/"))
async def sentence(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads a plain sentence: as an event, or as small talk."""
    line = message.text or ""
    key = small_talk(line)
    if key is not None:
        await message.answer(say(person.language, key, name=person.account.name))
        return
    await begin(message, door, person, state, line, hint_once=True)


@router.message(F.caption)
async def captioned(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads the words under a picture."""
    await begin(message, door, person, state, message.caption or "")


async def begin(
    message: Message,
    door: BotDoor,
    person: Person,
    state: FSMContext,
    line: str,
    *,
    message_id: int | None = None,
    author: str = "",
    hint_once: bool = False,
) -> None:
    """Shows what the bot has read in a line. ``message_id``: the message of the line, where it is not ``message``.

    ``hint_once``: of several lines in a row without a time only the first is answered. Raises TextTooLong.
    """
    source = message if message_id is None else message.model_copy(update={"message_id": message_id})
    draft = Draft(draft_id(person, source), author=author)
    draft = replace(read_line(draft, line, person), author=author)
    if draft.readings or draft.unread:
        await offer(message, door, person, state, draft)
        return
    if not hint_once:
        # A title or place that is too long hides the time beside it from the reader.
        title, *others = line.split(",")
        check_length("SUMMARY", title)
        check_length("LOCATION", max(others, key=len, default=""))
    if hint_once and not await _first_hint(state, door.backend.clock()):
        await keep(door, person, draft)
        return
    await put(message, door, person, draft, *timeless(draft, person.display), edit=False)


@router.edited_message(F.text, ~F.text.startswith("/") | F.text.startswith("/create"))
async def edited(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Reads an edited line again, and shows it in its preview. A line without a preview is left alone."""
    old = await load(door, person, draft_id(person, message))
    if old is None or old.dialogue or message.bot is None:
        return
    if old.made is not None:
        await message.answer(say(person.language, "draft-made-already"))
        return
    line = re.sub(r"\A/create(@\w+)?\s*", "", message.text or "")
    check_length("DESCRIPTION", line)
    draft = replace(read_line(Draft(old.id), line, person), author=old.author, shown=old.shown)
    if old.shown is None or (draft.readings and not draft.unread and not draft.title):
        await offer(message, door, person, state, draft)
        return
    await keep(door, person, draft)
    text, buttons = page(draft, person.display)
    await show(shown_message(message, old.shown), text, buttons)


def shown_message(message: Message, message_id: int) -> Message:
    """The bot's message with that id in the same chat."""
    assert message.bot is not None
    return message.model_copy(update={"message_id": message_id}).as_(message.bot)


def small_talk(line: str) -> str | None:
    """The text that answers a greeting, thanks or a lone question mark; None for any other line."""
    if len(line) > 64:
        return None
    words = " ".join(line.lower().strip(_ENDS).split())
    return next((key for key, pattern in _SMALL_TALK.items() if pattern.fullmatch(words)), None)


async def _first_hint(state: FSMContext, now: datetime) -> bool:
    """Whether the last hint was long enough ago for another one."""
    last: str | None = (await state.get_data()).get(_HINTED)
    if last is not None and now - HINT_AGAIN < datetime.fromisoformat(last) <= now:
        return False
    await state.update_data({_HINTED: now.isoformat()})
    return True


def _author(message: Message) -> str:
    """The name of the person or chat that wrote a forwarded message."""
    match message.forward_origin:
        case MessageOriginUser(sender_user=user):
            return user.full_name
        case MessageOriginHiddenUser(sender_user_name=name):
            return name
        case MessageOriginChat(sender_chat=chat) | MessageOriginChannel(chat=chat):
            return chat.full_name
    return ""

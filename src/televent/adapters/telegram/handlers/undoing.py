"""``/undo``: takes changes of events back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.cards.undo_buttons import undo_data
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.past.history import devices_of
from televent.adapters.telegram.handlers.events.past.history_lines import history_line, is_told
from televent.adapters.telegram.handlers.events.view import load, shortened, show_event
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, plain_refusal, say
from televent.adapters.telegram.tokens import read_token
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.newest_changes import NewestChange, newest_changes
from televent.application.use_cases.events.undo_change import undo_change
from televent.domain.refusal import Refusal
from televent.projections.history import Entry, entries_of
from televent.wording.times import moment_of

router = Router(name="undoing")

LISTED: Final = 5
"""Max changes of ``/undo``, and events of ``/trash``, in one message."""
MAX_TITLE: Final = 64
MAX_BUTTON: Final = 40
"""Max characters of a title in a button."""


@router.message(Command("undo"))
async def undo_command(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the person's newest changes, each with a button."""
    tenant, language = person.account.tenant, person.language
    changes = await door.run(newest_changes, door.backend, tenant, LISTED)
    if not changes:
        await message.answer(say(language, "undo-nothing"))
        return
    entries = [entry for each in changes for entry in _entries(each)]
    devices = await door.run(devices_of, door, person, entries)
    lines, rows = [say(language, "undo-which")], []
    for number, change in enumerate(changes, 1):
        lines.append(f"{number}. {_change_line(change, person, devices)}")
        label = f"↩️ {number}. {change.summary[:MAX_BUTTON] or plain(language, 'no-title')}"
        rows.append([InlineKeyboardButton(text=label, callback_data=undo_data(change.stream_id, change.change_id))])
    await message.answer("\n\n".join(lines), reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


@router.callback_query(F.data.startswith("undo:"))
async def undo(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Takes a change back, and shows the event with a button that does it again. Two taps undo once."""
    _, first, second = [*(query.data or "").split(":"), "", ""][:3]
    named, change = read_token(first), read_token(second)
    if named is None or change is None or not isinstance(query.message, Message):
        await refuse_dead(query, person.language)
        return
    (stream_id, _), (change_id, _), message, language = named, change, query.message, person.language
    update = f"undo:{message.chat.id}:{message.message_id}:{query.data}"
    context = door.context(person.account.tenant, update)
    try:
        undone = await door.run(lambda: undo_change(door.backend, context, stream_id=stream_id, change_id=change_id))
    except Refusal as refusal:
        await acknowledge(query, plain_refusal(language, refusal)[:200], alert=True)
        return
    redo = InlineKeyboardButton(
        text=plain(language, "button-redo"), callback_data=undo_data(stream_id, undone.change_id)
    )
    heading = say(language, "undo-gone" if undone.gone else "undo-done")
    await show(message, heading, InlineKeyboardMarkup(inline_keyboard=[[redo]]))
    if not undone.gone and not undone.again:
        await _show_event(message, door, person, stream_id)
    await acknowledge(query)


async def _show_event(message: Message, door: BotDoor, person: Person, stream_id: UUID, heading: str = "") -> None:
    try:
        view = await load(door, person, stream_id)
    except UnknownResource:
        return
    await show_event(message, view, person, edit=False, heading=heading)


def _entries(change: NewestChange) -> list[Entry]:
    return [entry for fact, envelope in change.facts for entry in entries_of(fact, envelope) if is_told(entry)]


def _change_line(change: NewestChange, person: Person, devices: Mapping[UUID, str]) -> str:
    """A change as the history writes it, below the title."""
    entries = _entries(change)
    you = plain(person.language, "event-you")
    words = "\n".join(history_line(entry, lambda _: you, person.display, devices) for entry in entries[:3])
    title = shortened(change.summary, MAX_TITLE) or say(person.language, "no-title")
    return f"📅 {title}\n{words}" if words else f"📅 {title}\n<b>{moment_of(change.at, person.display)}</b>"

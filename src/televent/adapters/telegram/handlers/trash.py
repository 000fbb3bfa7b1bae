"""``/trash``: brings deleted events and deleted calendars back."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import islice
from typing import Final
from uuid import UUID

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.view import load, shortened, show_event
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, plain_refusal, say
from televent.adapters.telegram.tokens import read_token, token_of
from televent.application.event_store.context import Context
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.trash import Trashed, read_trash, restore_event
from televent.application.use_cases.events.trashed_calendars import (
    BroughtBack,
    TrashedCalendar,
    read_trashed_calendars,
    restore_trashed_calendar,
)
from televent.domain.refusal import Refusal
from televent.wording.changes import time_of
from televent.wording.times import event_time_of, moment_of

router = Router(name="trash")

LISTED: Final = 5
"""Max events and calendars in one message."""
NAMED: Final = 5
"""Max events that are named of those that could not come back."""
CHUNK: Final = 25
"""Events that come back between two messages about the progress."""
MAX_TITLE: Final = 64
MAX_BUTTON: Final = 40
"""Max characters of a title in a button."""


@router.message(Command("trash"))
async def trash_command(message: Message, door: BotDoor, person: Person) -> None:
    """Shows the deleted events that can come back."""
    await _show_trash(message, door, person, 0, edit=False)


@router.callback_query(F.data.startswith("trash:"))
async def trash_page(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Shows another page of the trash."""
    first = (query.data or "").partition(":")[2]
    if not first.isdecimal() or len(first) > 4 or not isinstance(query.message, Message):
        await refuse_dead(query, person.language)
        return
    await _show_trash(query.message, door, person, int(first), edit=True)
    await acknowledge(query)


@router.callback_query(F.data.startswith("restore:"))
async def restore(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Brings a deleted event back, and shows it. Two taps restore once."""
    named = read_token((query.data or "").partition(":")[2])
    if named is None or not isinstance(query.message, Message):
        await refuse_dead(query, person.language)
        return
    message, stream_id = query.message, named[0]
    context = door.context(person.account.tenant, f"restore:{message.chat.id}:{message.message_id}:{query.data}")
    try:
        stored = await door.run(lambda: restore_event(door.backend, context, stream_id=stream_id))
    except UnknownResource:
        await acknowledge(query, plain(person.language, "trash-too-old"), alert=True)
    except Refusal as refusal:
        await acknowledge(query, plain_refusal(person.language, refusal)[:200], alert=True)
    else:
        await _show_trash(message, door, person, 0, edit=True)
        if stored.created:
            await _show_event(message, door, person, stream_id, say(person.language, "trash-restored"))
        await acknowledge(query)


@router.callback_query(F.data.startswith("calback:"))
async def restore_calendar(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Brings a deleted calendar back with its events, and tells of the progress. Two taps restore once."""
    named = read_token((query.data or "").partition(":")[2])
    if named is None or not isinstance(query.message, Message):
        await refuse_dead(query, person.language)
        return
    message, calendar_id, language = query.message, named[0], person.language
    tenant, now = person.account.tenant, person.display.now.astimezone(UTC)
    known = await door.run(read_trashed_calendars, door.backend, tenant, now)
    title = next((each.title for each in known if each.calendar_id == calendar_id), "")

    def context() -> Context:
        given = door.context(tenant, f"calback:{message.chat.id}:{message.message_id}:{query.data}")
        return replace(given, command_id=door.backend.ids())

    back = restore_trashed_calendar(door.backend, context, tenant, calendar_id=calendar_id, now=now)
    done: list[BroughtBack] = []
    try:
        while some := await door.run(_take, back):
            done += some
            if len(done) < some[-1].total:
                await show(message, say(language, "trash-calendar-running", count=len(done), total=some[-1].total))
    except UnknownResource:
        await acknowledge(query, plain(language, "trash-too-old"), alert=True)
        return
    except Refusal as refusal:
        await acknowledge(query, plain_refusal(language, refusal)[:200], alert=True)
        return
    await acknowledge(query)
    await show(message, "\n".join(_told(done, title, person)))


def _take(back: Iterator[BroughtBack]) -> list[BroughtBack]:
    return list(islice(back, CHUNK))


def _told(done: list[BroughtBack], title: str, person: Person) -> list[str]:
    """The lines that say what came back, and what did not and why."""
    language = person.language
    left = [(each, each.refusal) for each in done if each.refusal is not None]
    lines = [say(language, "trash-calendar-back", name=title[:MAX_TITLE] or "–", count=len(done) - len(left))]
    if left:
        lines.append(say(language, "device-undo-left", count=len(left)))
    for each, refusal in left[:NAMED]:
        name = shortened(each.summary, MAX_TITLE) or say(language, "no-title")
        lines.append(f"• {name}: {html.escape(plain_refusal(language, refusal), quote=False)}")
    if len(left) > NAMED:
        lines.append(say(language, "device-undo-more", count=len(left) - NAMED))
    return lines


async def _show_trash(message: Message, door: BotDoor, person: Person, first: int, *, edit: bool) -> None:
    language, now, tenant = person.language, person.display.now, person.account.tenant
    calendars = await door.run(read_trashed_calendars, door.backend, tenant, now)
    found: list[Trashed | TrashedCalendar] = [*calendars, *await door.run(read_trash, door.backend, tenant, now)]
    shown = found[first : first + LISTED]
    if not shown and first:
        first, shown = 0, found[:LISTED]
    lines = [say(language, "trash-list" if found else "trash-empty")]
    rows = []
    for number, each in enumerate(shown, first + 1):
        if isinstance(each, TrashedCalendar):
            sign, title, data = "🗂", each.title, f"calback:{token_of(each.calendar_id)}"
            line = _calendar_line(each, person)
        else:
            sign, title, data = "♻️", each.summary, f"restore:{token_of(each.stream_id)}"
            line = _trash_line(each, person)
        lines.append(f"{number}. {line}")
        label = f"{sign} {number}. {title[:MAX_BUTTON] or plain(language, 'no-title')}"
        rows.append([InlineKeyboardButton(text=label, callback_data=data)])
    pages = []
    if first > 0:
        pages.append(InlineKeyboardButton(text="‹", callback_data=f"trash:{first - LISTED}"))
    if first + LISTED < len(found):
        pages.append(InlineKeyboardButton(text="›", callback_data=f"trash:{first + LISTED}"))
    keyboard = InlineKeyboardMarkup(inline_keyboard=[*rows, *([pages] if pages else [])])
    if edit:
        await show(message, "\n\n".join(lines), keyboard)
    else:
        await message.answer("\n\n".join(lines), reply_markup=keyboard)


async def _show_event(message: Message, door: BotDoor, person: Person, stream_id: UUID, heading: str = "") -> None:
    try:
        view = await load(door, person, stream_id)
    except UnknownResource:
        return
    await show_event(message, view, person, edit=False, heading=heading)


def _trash_line(each: Trashed, person: Person) -> str:
    display, language = person.display, person.language
    title = shortened(each.summary, MAX_TITLE) or say(language, "no-title")
    when = ""
    if each.details is not None and (start := time_of(each.details.start)) is not None:
        when = event_time_of(start, time_of(each.details.end) or start, display)
    lines = [f"<b>{title}</b>", html.escape(when, quote=False)]
    lines.append(say(language, "trash-deleted", at=moment_of(each.deleted_at, display)))
    return "\n".join(filter(None, lines))


def _calendar_line(each: TrashedCalendar, person: Person) -> str:
    name = say(person.language, "trash-calendar", name=each.title[:MAX_TITLE])
    return f"{name}\n{say(person.language, 'trash-deleted', at=moment_of(each.deleted_at, person.display))}"

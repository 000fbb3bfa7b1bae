"""Shows who changed what in an event, when and through which door: the fold over its facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, first_tap, keyboard
from televent.adapters.telegram.handlers.events.opening import named_event
from televent.adapters.telegram.handlers.events.past.history_lines import history_line, is_told
from televent.adapters.telegram.handlers.events.past.paged import first_on_page, put_page
from televent.adapters.telegram.handlers.events.view import load, put, title_of
from televent.adapters.telegram.texts import plain, say
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.read_history import read_history
from televent.application.use_cases.events.view_event import EventView
from televent.domain.ids import AccountId
from televent.projections.history import Entry, entries_of

router = Router(name="event-history")

PAGE: Final = 6
"""Max entries on a page."""
MAX_PAGE: Final = 3500
"""Max characters of a page."""


@router.message(Command("history"))
async def history_command(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """``/history <event>``."""
    query = (command.args or "").strip()
    if not query:
        await message.answer(say(person.language, "event-history-usage"))
        return
    entry = await named_event(message, door, person, query)
    if entry is None:
        return
    try:
        view = await load(door, person, entry.stream_id)
        text, buttons = await _page(door, person, first_tap(view).to("hi"), view)
    except UnknownResource:
        await message.answer(say(person.language, "event-no-history"))
        return
    await put(message, text, buttons, edit=False)


@router.callback_query(Pressed("hi"))
async def history(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows a page, the newest entries first."""
    await put_page(query, door, person, state, tap, _page)


async def _page(door: BotDoor, person: Person, tap: Tap, view: EventView) -> tuple[str, InlineKeyboardMarkup]:
    tenant, stream = person.account.tenant, view.entry.stream_id
    entries = await door.run(lambda: entries_newest_first(door, tenant, stream))
    first = first_on_page(tap, len(entries), PAGE)
    shown = entries[first : first + PAGE]
    names = await door.run(lambda: names_of(door, person, shown))
    devices = await door.run(lambda: devices_of(door, person, shown))
    language = person.language
    lines = [f"🕘 <b>{title_of(view, language)}</b>"]
    room = MAX_PAGE
    for entry in shown:
        line = history_line(entry, lambda actor: names.get(actor, ""), person.display, devices)
        room -= len(line)
        if room > 0:
            lines += ["", line]
    pages = []
    if first > 0:
        pages.append(tap.to("hi", str(first - PAGE) if first > PAGE else "").button("‹"))
    if first + PAGE < len(entries):
        pages.append(tap.to("hi", str(first + PAGE)).button("›"))
    if pages:
        lines += ["", say(language, "event-page", page=first // PAGE + 1, pages=-(-len(entries) // PAGE))]
    why = tap.to("wy").button(plain(language, "button-why"))
    return "\n".join(lines), keyboard(pages, [why], back(first_tap(view), language))


def entries_newest_first(door: BotDoor, tenant: AccountId, stream: UUID) -> list[Entry]:
    """The entries, newest first."""
    facts = read_history(door.backend, tenant, stream)
    entries = [entry for fact, envelope in facts for entry in reversed(entries_of(fact, envelope))]
    return [entry for entry in entries if is_told(entry)]


def names_of(door: BotDoor, person: Person, entries: list[Entry]) -> dict[str, str]:
    """The display names of the actors here."""
    ids = set()
    for entry in entries:
        try:
            ids.add(AccountId(UUID(entry.actor)))
        except ValueError:
            continue  # "mail:…", "system": the entry names who caused it, or its door says enough
    names = {str(row.tenant): row.name for row in door.backend.reads.accounts_with(sorted(ids))}
    return {**names, str(person.account.tenant): plain(person.language, "event-you")}


def devices_of(door: BotDoor, person: Person, entries: Iterable[Entry]) -> dict[UUID, str]:
    """The names of the person's own devices, by the origins of these entries. Others' devices are not named."""
    own = str(person.account.tenant)
    ids = {(each.actor, each.origin) for each in entries if each.actor == own and each.origin is not None}
    return {origin: found.device_name for origin, found in door.backend.origins.named(ids).items()}

"""Shows why an event changed: beside each change the person, the app or the mail that made it; and mails that changed
nothing, with the reason. A person sees only the mails that came to them about their own event."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.buttons import Pressed, Tap, back, first_tap, keyboard
from televent.adapters.telegram.handlers.events.past.history import entries_newest_first, names_of
from televent.adapters.telegram.handlers.events.past.paged import first_on_page, put_page
from televent.adapters.telegram.handlers.events.past.why_lines import why_line
from televent.adapters.telegram.handlers.events.view import title_of
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.events.view_event import EventView
from televent.domain.ids import AccountId
from televent.projections.explanations import Explained, explained

router = Router(name="event-why")

PAGE: Final = 4
"""Max changes and mails on a page."""
MAX_PAGE: Final = 3500
"""Max characters of a page."""


@router.callback_query(Pressed("wy"))
async def why(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext, tap: Tap) -> None:
    """Shows a page, the newest first."""
    await put_page(query, door, person, state, tap, _page)


async def _page(door: BotDoor, person: Person, tap: Tap, view: EventView) -> tuple[str, InlineKeyboardMarkup]:
    tenant, language = person.account.tenant, person.language
    found = await door.run(lambda: _explained(door, tenant, view.entry.stream_id))
    first = first_on_page(tap, len(found), PAGE)
    shown = found[first : first + PAGE]
    entries = [each.entry for each in shown if each.entry is not None]
    names = await door.run(lambda: names_of(door, person, entries))
    lines = [f"❓ <b>{title_of(view, language)}</b>"]
    room = MAX_PAGE
    for each in shown:
        line = why_line(each, lambda actor: names.get(actor, ""), person.display, str(tenant))
        room -= len(line)
        if room > 0:
            lines += ["", line]
    pages = []
    if first > 0:
        pages.append(tap.to("wy", str(first - PAGE) if first > PAGE else "").button("‹"))
    if first + PAGE < len(found):
        pages.append(tap.to("wy", str(first + PAGE)).button("›"))
    if pages:
        lines += ["", say(language, "event-page", page=first // PAGE + 1, pages=-(-len(found) // PAGE))]
    history = tap.to("hi").button(plain(language, "event-button-hi"))
    return "\n".join(lines), keyboard(pages, [history], back(first_tap(view), language))


def _explained(door: BotDoor, tenant: AccountId, stream: UUID) -> list[Explained]:
    return explained(entries_newest_first(door, tenant, stream), door.backend.event_mails.about(tenant, stream))

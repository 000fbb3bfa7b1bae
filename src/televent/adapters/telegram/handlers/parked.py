"""Handles taps on the card of parked mails, and the list of senders whom the person always believes."""

from __future__ import annotations

import hashlib
import html

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.dead_buttons import refuse_dead
from televent.adapters.telegram.cards.parked_cards import read_parked
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.mail.believed import believe_sender, believed_senders
from televent.application.use_cases.mail.parked_cards import asked_view
from televent.application.use_cases.mail.settle_parked import settle_parked
from televent.wording.parked import settled_words, unverified

router = Router(name="parked")


@router.callback_query(F.data.startswith("parked:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Applies or ignores the mails of a card, and says what happened. A tap that comes late gets a sentence too."""
    read = read_parked(query.data or "")
    if read is None:
        await refuse_dead(query, person.language)
        return
    (choice, card_id, team), backend, tenant = read, door.backend, person.account.tenant
    view = await door.run(asked_view, backend, tenant, card_id, team)
    name = unverified(view.sender, person.language) if view is not None else ""
    context = door.context(tenant, f"parked:{query.id}")
    settled = await door.run(settle_parked, backend, context, card_id, choice, name, team)
    if settled.by is not None:
        view = await door.run(asked_view, backend, tenant, card_id, team)
    said = settled_words(settled, choice, person.language, view)
    stale = settled.result not in ("applied", "unchanged", "ignored")
    if isinstance(query.message, Message):
        # The card keeps what it asked, so that the person can read later what they decided about.
        asked = query.message.html_text
        sentence = f"<i>{html.escape(said, quote=False)}</i>"
        await show(query.message, asked if sentence in asked else f"{asked}\n\n{sentence}")
    await acknowledge(query, said[:200], alert=stale)


@router.callback_query(F.data.startswith("believed:"))
async def believed(query: CallbackQuery, door: BotDoor, person: Person) -> None:
    """Lists the senders whom the person always believes; a tap on one removes it."""
    _, action, mark = [*(query.data or "").split(":", 2), "", ""][:3]
    backend, tenant, language = door.backend, person.account.tenant, person.language
    senders = await door.run(believed_senders, backend, tenant)
    told = ""
    if action == "drop":
        # The mark of an address and not its number: the list may have changed since it was shown.
        found = next((each for each in senders if _mark(each) == mark), None)
        if found is not None:
            context = door.context(tenant, f"believed:{query.id}")
            senders = await door.run(lambda: believe_sender(backend, context, found, believe=False))
            told = plain(language, "believed-removed", sender=found)
        else:
            told = plain(language, "believed-gone")
    if isinstance(query.message, Message):
        text = say(language, "believed-list" if senders else "believed-none")
        rows = [[InlineKeyboardButton(text=f"✖ {each}"[:64], callback_data=f"believed:drop:{_mark(each)}")]
                for each in senders]  # fmt: skip
        rows.append([InlineKeyboardButton(text=plain(language, "button-back"), callback_data="settings:menu")])
        await show(query.message, text, InlineKeyboardMarkup(inline_keyboard=rows[-100:]))
    await acknowledge(query, told[:200] or None)


def _mark(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]

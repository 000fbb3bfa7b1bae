"""Formats an event that was just created, and the buttons of a shared calendar. Times are in the reader's zone."""

from __future__ import annotations

import html

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.cards.one_line import escaped
from televent.adapters.telegram.texts import plain as plain_text
from televent.adapters.telegram.texts import say
from televent.application.use_cases.events.view_event import EventView
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

MAX_TITLE, MAX_NOTE = 256, 1500
"""Max characters of a title or location, and of a description."""
MAX_NAME, SHOWN = 64, 10
"""Max characters of a guest's name, and max guests that are named."""


def share_buttons(share_id: str, language: str) -> InlineKeyboardMarkup:
    """The buttons accept and decline, under the card of a shared calendar."""
    row = [
        InlineKeyboardButton(text=plain_text(language, f"button-{name}"), callback_data=f"share:{share_id}:{verdict}")
        for verdict, name in (("yes", "accept"), ("no", "decline"))
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def created_view(view: EventView, display: Display) -> str:
    """An event that was just created, as HTML: what it has, and nothing about what it has not."""
    entry = view.entry
    title = escaped(entry.summary, MAX_TITLE) or say(display.language, "no-title")
    lines = [f"📅 <b>{title}</b>", f"🕒 {html.escape(when_of(entry.start, entry.end, display), quote=False)}"]
    if view.rule is not None:
        lines.append(f"🔁 {html.escape(rule_of(view.rule, display, view.first), quote=False)}")
    if unknown := unknown_zone_of(entry.unknown_zone, display.language):
        lines.append(f"⚠️ {html.escape(unknown, quote=False)}")
    if entry.location.strip():
        lines.append(f"📍 {escaped(entry.location, MAX_TITLE)}")
    guests = [escaped(each.cn or each.address, MAX_NAME) for each in entry.attendees if each.address != entry.organizer]
    if guests:
        more = [say(display.language, "and-more", count=len(guests) - SHOWN)] if len(guests) > SHOWN else []
        lines.append(f"👥 {', '.join([*guests[:SHOWN], *more])}")
    if entry.description.strip():
        lines.append(f"📝 {escaped(entry.description, MAX_NOTE)}")
    return "\n".join(lines)

"""Formats events for a chat: the event view. Times are in the reader's zone."""

from __future__ import annotations

import html

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import plain as plain_text
from televent.adapters.telegram.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.wording.display import Display
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

MAX_TITLE, MAX_NOTE = 256, 1500
"""Max characters of a title or location, and of a description."""


def share_buttons(share_id: str, language: str) -> InlineKeyboardMarkup:
    """The buttons accept and decline, under the card of a shared calendar."""
    row = [
        InlineKeyboardButton(text=plain_text(language, f"button-{name}"), callback_data=f"share:{share_id}:{verdict}")
        for verdict, name in (("yes", "accept"), ("no", "decline"))
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def event_view(entry: Entry, display: Display) -> str:
    """One event with all its details, as HTML."""
    others = [each for each in entry.attendees if each.address != entry.organizer]
    where = _escaped(entry.location, MAX_TITLE) if entry.location else say(display.language, "no-location")
    note = _escaped(entry.description, MAX_NOTE) if entry.description else say(display.language, "no-description")
    unknown = unknown_zone_of(entry.unknown_zone, display.language)
    lines = [
        f"📅 <b>{_title(entry, display.language)}</b>{_marks(entry, display.language)}",
        f"🕐 {when_of(entry.start, entry.end, display)}",
        *([f"⚠️ {html.escape(unknown, quote=False)}"] if unknown else []),
        f"📍 {where}",
        f"👥 {say(display.language, 'attendee-count', count=len(others))}",
        f"📝 {note}",
    ]
    return "\n".join(lines)


def _marks(entry: Entry, language: str) -> str:
    marks = ""
    if entry.status == "CANCELLED":
        marks += f" {say(language, 'cancelled-mark')}"
    elif entry.partstat == "NEEDS-ACTION":
        marks += f" {say(language, 'pending-mark')}"
    if entry.recurs:
        marks += " 🔁"
    return marks


def _title(entry: Entry, language: str) -> str:
    return _escaped(entry.summary, MAX_TITLE) if entry.summary.strip() else say(language, "no-title")


def _escaped(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return html.escape(text if len(text) <= limit else text[: limit - 1] + "…", quote=False)

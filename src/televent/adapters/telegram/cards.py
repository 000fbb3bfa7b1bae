"""Formats events for a chat: the invitation card, the event view, the lines of an agenda. Times are in the reader's
zone."""

from __future__ import annotations

import html
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from babel.dates import format_date, format_time

from televent.adapters.telegram.texts import plain as plain_text
from televent.adapters.telegram.texts import say
from televent.application.use_cases.calendars.agenda import Entry

ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
"""The end of the text keys for each PARTSTAT that a person can answer."""
MAX_TITLE, MAX_NOTE = 256, 1500
"""Max characters of a title or location, and of a description."""


def day_of(value: datetime | date, zone: ZoneInfo, language: str) -> str:
    """The day, such as "Mon, Oct 25"."""
    return _clean(format_date(_local(value, zone), "EEE, MMM d", locale=language))


def clock_of(value: datetime, zone: ZoneInfo, language: str) -> str:
    """The time of day: "10:00 AM", or "10:00" in languages with a 24-hour clock."""
    local = _local(value, zone)
    assert isinstance(local, datetime)
    return _clean(format_time(local, "short", locale=language))


def when_of(start: datetime | date, end: datetime | date, zone: ZoneInfo, language: str) -> str:
    """The time of an event, such as "Mon, Oct 25 • 10:00 AM - 11:00 AM"."""
    first = day_of(start, zone, language)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        last = end - timedelta(days=1)
        text = first if last <= start else f"{first} - {day_of(last, zone, language)}"
        return f"{text} • {say(language, 'all-day')}"
    begin, finish = _local(start, zone), _local(end, zone)
    assert isinstance(begin, datetime)
    assert isinstance(finish, datetime)
    until = clock_of(end, zone, language)
    if finish.date() != begin.date():
        until = f"{day_of(end, zone, language)} {until}"
    return f"{first} • {clock_of(start, zone, language)} - {until}"


def invitation(entry: Entry, organizer: str, zone: ZoneInfo, language: str) -> str:
    """The card of an invitation, as HTML. ``organizer`` is a display name."""
    lines = [f"📅 <b>{_title(entry, language)}</b>", f"🕒 {when_of(entry.start, entry.end, zone, language)}"]
    if entry.location:
        lines.append(f"📍 {_escaped(entry.location, MAX_TITLE)}")
    lines += ["", say(language, "invited-by", name=organizer)]
    return "\n".join(lines)


def answered(card: str, partstat: str, language: str) -> str:
    """The card with the reader's answer below it."""
    return f"{card}\n\n{say(language, f'you-{ANSWERS[partstat]}')}"


def invitation_buttons(stream_id: str, language: str) -> InlineKeyboardMarkup:
    """The buttons accept, decline and tentative."""
    row = [
        InlineKeyboardButton(text=plain_text(language, f"button-{name}"), callback_data=f"rsvp:{stream_id}:{partstat}")
        for partstat, name in (("ACCEPTED", "accept"), ("DECLINED", "decline"), ("TENTATIVE", "tentative"))
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def change_button(stream_id: str, language: str) -> InlineKeyboardMarkup:
    """The button under an answered card."""
    button = InlineKeyboardButton(text=plain_text(language, "button-change"), callback_data=f"change:{stream_id}")
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def share_buttons(share_id: str, language: str) -> InlineKeyboardMarkup:
    """The buttons accept and decline, under the card of a shared calendar."""
    row = [
        InlineKeyboardButton(text=plain_text(language, f"button-{name}"), callback_data=f"share:{share_id}:{verdict}")
        for verdict, name in (("yes", "accept"), ("no", "decline"))
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def event_view(entry: Entry, zone: ZoneInfo, language: str) -> str:
    """One event with all its details, as HTML."""
    others = [each for each in entry.attendees if each.address != entry.organizer]
    where = _escaped(entry.location, MAX_TITLE) if entry.location else say(language, "no-location")
    note = _escaped(entry.description, MAX_NOTE) if entry.description else say(language, "no-description")
    lines = [
        f"📅 <b>{_title(entry, language)}</b>{_marks(entry, language)}",
        f"🕐 {when_of(entry.start, entry.end, zone, language)}",
        f"📍 {where}",
        f"👥 {say(language, 'attendee-count', count=len(others))}",
        f"📝 {note}",
    ]
    return "\n".join(lines)


def agenda_lines(entries: list[Entry], zone: ZoneInfo, language: str) -> list[str]:
    """One line for each entry, with a heading for each day, as HTML."""
    lines: list[str] = []
    day = ""
    for entry in entries:
        own = day_of(entry.start, zone, language)
        if own != day:
            lines += ["", f"<b>{own}</b>"]
            day = own
        if isinstance(entry.start, datetime) and isinstance(entry.end, datetime):
            time = f"{clock_of(entry.start, zone, language)} - {clock_of(entry.end, zone, language)}"
        else:
            time = say(language, "all-day")
        place = f" 📍 {_escaped(entry.location, 64)}" if entry.location else ""
        title = _title(entry, language)
        lines.append(f"• {time} <b>{title}</b>{_marks(entry, language)}{place} <code>{entry.code}</code>")
    return lines


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


def _local(value: datetime | date, zone: ZoneInfo) -> datetime | date:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(zone)
    return value


def _clean(text: str) -> str:
    """Replaces the narrow spaces that Babel writes before AM and PM: some phones do not show them."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")

"""Sends reminders and the daily summary. Each reads the events again: one that is outdated is not sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.one_line import escaped
from televent.adapters.telegram.texts import fitting, plain, say
from televent.adapters.telegram.tokens import token_of
from televent.application.messages.reminders import DigestDue, ReminderDue, RemindersDue
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.reminders.digest import summary
from televent.application.use_cases.reminders.snooze import CHOICES, moment_of_choice
from televent.application.use_cases.reminders.telling import MAX_LINK, Told, missed, told
from televent.wording.display import Display
from televent.wording.reminders import distance_of
from televent.wording.times import clock_of, when_of

MAX_LISTED = 30
"""Max invitations in one summary."""
MAX_TITLE, MAX_PLACE = 256, 64
"""Max characters of a title or a whole place, and of a place in a list."""


async def send_reminder(chat: Chat, due: ReminderDue) -> None:
    """Reminds of one event, with buttons for snooze."""
    backend, account, display = chat.door.backend, chat.person.account, chat.person.display
    now = backend.clock()
    for each in await chat.door.run(told, backend, account, due, now):
        buttons = reminder_buttons(each, display, now)
        await chat.bot.send_message(chat.chat_id, reminder_text(each, display, now), reply_markup=buttons)


async def send_reminders(chat: Chat, due: RemindersDue) -> None:
    """Sends many reminders as one message: those that came late, and those of one moment."""
    backend, account, display = chat.door.backend, chat.person.account, chat.person.display
    now, language = backend.clock(), chat.person.language
    ahead, over = await chat.door.run(missed, backend, account, due, now)
    if not ahead and not over:
        return
    lines = [say(language, "reminders-late" if due.late else "reminders-many")]
    for key, events in (("reminders-ahead", ahead), ("reminders-over", over)):
        if events:
            heading = [say(language, key)] if due.late else []
            lines += ["", *heading, *(_late_line(each, display, now) for each in events)]
    if due.more:
        lines.append(say(language, "and-more", count=due.more))
    await chat.bot.send_message(chat.chat_id, fitting(lines, language))


async def send_digest(chat: Chat, due: DigestDue) -> None:
    """Sends what the day brings; nothing on a day that brings nothing."""
    backend, account, display = chat.door.backend, chat.person.account, chat.person.display
    found = await chat.door.run(summary, backend, account, due.day, backend.clock())
    if found is None:
        return
    language = display.language
    lines = [say(language, "digest-today")]
    lines += [_line(each, display) for each in found.today] or [say(language, "digest-free")]
    for key, entries in (("digest-early", found.early), ("digest-unanswered", found.unanswered[:MAX_LISTED])):
        if entries:
            lines += ["", say(language, key), *(_line(each, display) for each in entries)]
    await chat.bot.send_message(chat.chat_id, fitting(lines, language))


def reminder_text(told_of: Told, display: Display, now: datetime) -> str:
    """The text of a reminder, as HTML."""
    entry, language = told_of.entry, display.language
    when = when_of(entry.start, entry.end, display)
    lines = [f"⏰ <b>{_title(entry, language)}</b>"]
    lines.append(f"🕒 {distance_of(told_of.start, told_of.end, display, now, whole_days=entry.all_day)} • {when}")
    if entry.location.strip():
        lines.append(f"📍 {escaped(entry.location, MAX_TITLE)}")
    if told_of.link is not None and told_of.link not in entry.location:
        lines.append(f"🔗 {escaped(told_of.link, MAX_LINK)}")
    if entry.partstat == "NEEDS-ACTION":
        lines.append(say(language, "reminder-unanswered"))
    return "\n".join(lines)


def reminder_buttons(told_of: Told, display: Display, now: datetime) -> InlineKeyboardMarkup:
    """Snooze for each choice that ends before the event does, and "Done"."""
    token, language = token_of(told_of.entry.stream_id, told_of.entry.recurrence_id), display.language
    rows: list[list[InlineKeyboardButton]] = [[], []]
    for choice in CHOICES:
        if moment_of_choice(choice, told_of.start, told_of.end, now) is not None:
            text = plain(language, f"button-snooze-{choice}")
            row = rows[0] if choice.isdigit() else rows[1]
            row.append(InlineKeyboardButton(text=text, callback_data=f"snooze:{choice}:{token}"))
    rows[1].append(InlineKeyboardButton(text=plain(language, "button-done"), callback_data=f"snooze:done:{token}"))
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])


def _line(entry: Entry, display: Display) -> str:
    """One line for an event: its time, with the day where that is not today; its title, state, place and code."""
    language, start, end = display.language, entry.start, entry.end
    when = when_of(start, end, display)
    if isinstance(start, datetime) and isinstance(end, datetime):
        first, last = (each if each.tzinfo is None else each.astimezone(display.zone) for each in (start, end))
        if first.date() == last.date() == display.now.date():
            when = f"{clock_of(start, display)} - {clock_of(end, display)}"
    text = f"• {when} <b>{_title(entry, language)}</b>"
    if entry.partstat == "NEEDS-ACTION":
        text += f" {say(language, 'pending-mark')}"
    elif entry.status == "TENTATIVE":
        text += " ❔"
    place = escaped(entry.location, MAX_PLACE)
    return f"{text}{' 🔁' if entry.recurs else ''}{f' 📍 {place}' if place else ''} <code>{entry.code}</code>"


def _late_line(told_of: Told, display: Display, now: datetime) -> str:
    text = _line(told_of.entry, display)
    if now < told_of.start < now + timedelta(days=1):
        whole = told_of.entry.all_day
        text += f" ({distance_of(told_of.start, told_of.end, display, now, whole_days=whole)})"
    return text


def _title(entry: Entry, language: str) -> str:
    return escaped(entry.summary, MAX_TITLE) or say(language, "no-title")

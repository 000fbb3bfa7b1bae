"""Sends reminders and the daily summary. Each reads the events again: one that is outdated is not sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.cards.one_line import escaped
from televent.adapters.telegram.lines.days import day_lines
from televent.adapters.telegram.lines.entry import dated_line, days_of, line_of, time_of
from televent.adapters.telegram.notices.chat import Chat
from televent.adapters.telegram.texts import fitting, plain, say
from televent.adapters.telegram.tokens import token_of
from televent.application.messages.reminders import DigestDue, ReminderDue, RemindersDue
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.reminders.digest import summary
from televent.application.use_cases.reminders.snooze import CHOICES, moment_of_choice
from televent.application.use_cases.reminders.telling import MAX_LINK, Told, missed, told
from televent.wording.display import Display
from televent.wording.reminders import distance_of
from televent.wording.times import when_of

MAX_LISTED = 30
"""Max invitations in one summary."""
MAX_TITLE = 256
"""Max characters of a title, and of a place."""


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
    language, tomorrow = display.language, found.day + timedelta(days=1)
    lines = [say(language, "digest-today")]
    lines += _day(found.today, found.day, display) or [say(language, "digest-free")]
    if found.tomorrow:
        lines += ["", say(language, "digest-early" if found.early else "digest-tomorrow")]
        lines += _day(found.tomorrow, tomorrow, display)
    if found.unanswered:
        lines += ["", say(language, "digest-unanswered")]
        lines += [dated_line(each, display) for each in found.unanswered[:MAX_LISTED]]
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


def _day(entries: list[Entry], day: date, display: Display) -> list[str]:
    """The lines of one day, as the agenda has them."""
    return [line.text for line in day_lines(entries, [day], display)]


def _late_line(told_of: Told, display: Display, now: datetime) -> str:
    """The line of an event, with its day where that is not today, and with the time until it where that is short."""
    entry, more = told_of.entry, ""
    if now < told_of.start < now + timedelta(days=1):
        more = f" ({distance_of(told_of.start, told_of.end, display, now, whole_days=entry.all_day)})"
    today = display.now.date()
    if days_of(entry, display) == (today, today):
        return line_of(entry, time_of(entry, today, display), display, more)
    return dated_line(entry, display, more)


def _title(entry: Entry, language: str) -> str:
    return escaped(entry.summary, MAX_TITLE) or say(language, "no-title")

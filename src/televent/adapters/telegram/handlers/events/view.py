"""How one event is shown: its text, its buttons, and where they are put."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.proposal_cards import propose_button
from televent.adapters.telegram.cards.undo_buttons import undo_button
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.events.buttons import first_tap, in_rows, keyboard
from televent.adapters.telegram.taps import show
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.events.view_event import EventView, view_event
from televent.wording.changes import Shown
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import clocks_of, day_within, event_time_of, length_of
from televent.wording.zones import city_of, unknown_zone_of

MAX_LINE: Final = 256
"""Max characters of a title or place that are shown."""
MAX_NOTE: Final = 1500
"""Max characters of a description that are shown."""
MARKS: Final = {"ACCEPTED": "✅", "DECLINED": "❌", "TENTATIVE": "❔"}
PENDING: Final = "⏳"
ANSWERS: Final = {"A": "ACCEPTED", "D": "DECLINED", "T": "TENTATIVE"}


async def load(door: BotDoor, person: Person, stream_id: UUID, recurrence_id: str | None = None) -> EventView:
    """The event as it is now. Raises UnknownResource."""
    now = person.display.now
    return await door.run(
        lambda: view_event(door.backend, person.account.tenant, stream_id, now=now, recurrence_id=recurrence_id)
    )


async def put(message: Message, text: str, buttons: InlineKeyboardMarkup | None, *, edit: bool) -> Message:
    """Shows a page: in the tapped message, or in a new one."""
    if not edit:
        return await message.answer(text, reply_markup=buttons)
    await show(message, text, buttons)
    return message


def paragraphs(*every: Iterable[str]) -> str:
    """A text of paragraphs, each of lines; empty lines and paragraphs are left out."""
    return "\n\n".join(filter(None, ("\n".join(filter(None, lines)) for lines in every)))


async def show_event(
    message: Message, view: EventView, person: Person, *, edit: bool, heading: str = "", undoes: UUID | None = None
) -> None:
    """Shows the event with all its buttons. ``heading`` is HTML. ``undoes``: the change that one more button takes
    back."""
    text, buttons = event_text(view, person.display), event_buttons(view, person.language)
    if undoes is not None:
        more = [undo_button(view.entry.stream_id, undoes, person.language)]
        buttons = InlineKeyboardMarkup(inline_keyboard=[*buttons.inline_keyboard, more])
    await put(message, paragraphs([heading], [text]), buttons, edit=edit)


def event_text(view: EventView, display: Display) -> str:
    """One event, or one occurrence, with all its details, as HTML."""
    entry, language = view.entry, display.language
    lines = [
        f"📅 <b>{title_of(view, language)}</b>{_mark(view, language)}",
        f"🕐 {event_time_of(entry.start, entry.end, display)}",
    ]
    if unknown := unknown_zone_of(entry.unknown_zone, language):
        lines.append(f"⚠️ {html.escape(unknown, quote=False)}")
    there = _there(view, display)
    if there:
        lines.append(there)
    if view.rule is not None or entry.recurs:
        words = rule_of(view.rule, display, view.first) if view.rule else plain(language, "event-some-days")
        lines.append(say(language, "event-repeats", rule=words))
        lines.append(say(language, _which_text(view), day=day_within(entry.start, display)))
    lines.append(f"📍 {shortened(entry.location, MAX_LINE) if entry.location else say(language, 'no-location')}")
    lines.append(f"👥 {_people(view, language)}")
    if entry.role == "attendee" and not view.shared:
        name = entry.organizer_name or entry.organizer or ""
        lines.append(say(language, _own_answer(entry.partstat), name=name))
    note = shortened(entry.description, MAX_NOTE, lines=True) if entry.description else ""
    lines.append(f"📝 {note or say(language, 'no-description')}")
    if view.reminders:
        lines.append(f"⏰ {reminders_in_words(view.reminders, display)}")
    if view.transparent:
        lines.append(say(language, "event-free"))
    if view.calendar is not None:
        lines.append(f"🗂 {shortened(view.calendar, MAX_LINE)}")
    return "\n".join([*lines, f"<code>{entry.code}</code>"])


def event_buttons(view: EventView, language: str) -> InlineKeyboardMarkup:
    """The buttons of the view, by what the person may do."""
    tap = first_tap(view)
    names = {
        "all": ("ed", "mv", "gu", "du", "hi", "dl"),
        "own": ("ed", "gu", "du", "hi", "dl"),
        "nothing": ("gu", "hi"),
    }[view.rights]
    if view.shared:
        # A copy would be the owner's, and the history is theirs too. An answer is given by its owner alone.
        names = tuple(each for each in names if each not in ("du", "hi"))
    answers = []
    if view.entry.role == "attendee" and view.rights == "own" and not view.over and not view.shared:
        words = {"A": "button-accept", "D": "button-decline", "T": "button-tentative"}
        answers = [tap.to("an", sign).button(plain(language, key)) for sign, key in words.items()]
    buttons = [tap.to(verb).button(plain(language, f"event-button-{verb}")) for verb in names]
    series = [replace(tap, recurrence_id=None).button(plain(language, "event-series"))] if view.asked else []
    propose = [propose_button(tap.stream_id, tap.recurrence_id, language)] if answers else []
    return keyboard(answers, *in_rows(buttons), propose, series)


def shown(view: EventView) -> Shown:
    """The parts of the event whose change is read back."""
    entry = view.entry
    return Shown(entry.start, entry.end, view.rule, entry.summary, entry.location)


def title_of(view: EventView, language: str) -> str:
    """The title as HTML."""
    return shortened(view.entry.summary, MAX_LINE) if view.entry.summary.strip() else say(language, "no-title")


def reminders_in_words(minutes: tuple[int, ...], display: Display) -> str:
    """ "15 min before, 1 h before"."""
    return ", ".join(reminder_in_words(each, display) for each in minutes)


def reminder_in_words(minutes: int, display: Display) -> str:
    """ "15 min before"; "at the start"."""
    if not minutes:
        return say(display.language, "event-at-start")
    return say(display.language, "event-before", length=length_of(timedelta(minutes=minutes), display))


def shortened(text: str, limit: int, *, lines: bool = False) -> str:
    """The text as HTML, shortened where it is long. ``lines``: line breaks stay."""
    words = text.strip() if lines else " ".join(text.split())
    return html.escape(words if len(words) <= limit else f"{words[: limit - 1]}…", quote=False)


def _mark(view: EventView, language: str) -> str:
    if view.removed:
        return f" {say(language, 'event-removed-mark')}"
    if view.entry.status == "CANCELLED":
        return f" {say(language, 'cancelled-mark')}"
    if view.entry.partstat == "NEEDS-ACTION" and not view.shared:
        return f" {say(language, 'pending-mark')}"
    return f" {say(language, 'event-tentative')}" if view.entry.status == "TENTATIVE" else ""


def _which_text(view: EventView) -> str:
    return "event-this-one" if view.asked else "event-over" if view.over else "event-next"


def _own_answer(partstat: str | None) -> str:
    return {
        "ACCEPTED": "event-you-accepted",
        "DECLINED": "event-you-declined",
        "TENTATIVE": "event-you-tentative",
    }.get(partstat or "", "event-you-pending")


def _people(view: EventView, language: str) -> str:
    others = [each for each in view.entry.attendees if each.address != view.entry.organizer]
    text = say(language, "attendee-count", count=len(others))
    counts: dict[str, int] = {}
    for each in others:
        mark = MARKS.get(each.partstat, PENDING)
        counts[mark] = counts.get(mark, 0) + 1
    ordered = [f"{mark} {counts[mark]}" for mark in (*MARKS.values(), PENDING) if mark in counts]
    return f"{text} · {' '.join(ordered)}" if ordered else text


def _there(view: EventView, display: Display) -> str:
    """The time where the event is, if the clocks there show another time than the reader's."""
    start, end = view.entry.start, view.entry.end
    if not isinstance(start, datetime) or not isinstance(end, datetime) or start.tzinfo is None or view.zone is None:
        return ""
    if start.utcoffset() == start.astimezone(display.zone).utcoffset() or start.tzinfo is None:
        return ""
    there = replace(display, zone=start.tzinfo)  # type: ignore[arg-type]
    place = city_of(view.zone, display.language) or view.zone
    return say(display.language, "event-there", place=place, time=clocks_of(start, end, there))

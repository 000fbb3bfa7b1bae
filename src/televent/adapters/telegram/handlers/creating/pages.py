"""Shows a draft: the preview, or the question that comes before it."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import datetime, timedelta

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.handlers.creating.buttons import button, keyboard, named
from televent.adapters.telegram.handlers.creating.draft import Draft
from televent.adapters.telegram.texts import plain, say
from televent.phrases.durations import DEFAULT_DURATION
from televent.phrases.reading import Reading
from televent.wording.display import Display
from televent.wording.guesses import guesses_of
from televent.wording.repetition import rule_of
from televent.wording.times import when_of

MAX_SHOWN = 1500
"""Max characters of a description or of a list of guests in a preview; the event keeps all of it."""
MAX_BUTTON = 60
"""Max characters of a button."""
MAX_WORDS = 200
"""Max characters of words that are named as not understood."""

Page = tuple[str, InlineKeyboardMarkup]


def page(draft: Draft, display: Display) -> Page:
    """The next thing to show of an open draft: the words that were not understood, a missing time, the choice between
    readings, or the preview."""
    if draft.unread:
        return _unread(draft, display)
    if not draft.readings:
        return timeless(draft, display)
    if draft.reading is None:
        rows = [[_choice(draft, number, each, display)] for number, each in enumerate(draft.readings)]
        text = f"{_title_line(draft, display)}\n\n{say(display.language, 'ask-which-time')}"
        return text, keyboard(*rows, [named(draft, display.language, "button-cancel", "no")])
    return _preview(draft, draft.reading, display)


def timeless(draft: Draft, display: Display) -> Page:
    """A short help for a sentence without a time."""
    language = display.language
    first = [named(draft, language, "draft-as-title", "astitle")] if draft.title else []
    return say(language, "draft-no-time", title=_short(draft.title, MAX_BUTTON)), keyboard(
        first, [InlineKeyboardButton(text=plain(language, "draft-help"), callback_data="help:first")]
    )


def change_page(draft: Draft, display: Display) -> Page:
    """The preview with a button for each field that can be changed."""
    language = display.language
    fields = [
        named(draft, language, f"draft-change-{field}", "ask", field)
        for field in ("title", "time", "duration", "location", "invite", "description")
    ]
    text = f"{summary(draft, display)}\n\n{say(language, 'draft-change-what')}"
    return text, keyboard(fields[:3], fields[3:], [named(draft, language, "draft-back", "show")])


def summary(draft: Draft, display: Display) -> str:
    """The event of a draft, as HTML: title, time, repetition, place, guests, description, and what was assumed."""
    language, lines = display.language, [_title_line(draft, display)]
    reading = draft.reading
    if reading is not None:
        lines.append(f"🕒 {html.escape(_when(draft, reading, display), quote=False)}")
        if reading.rrule:
            rule = rule_of(reading.rrule, display, reading.start)
            lines.append(f"🔁 {html.escape(rule, quote=False)}")
    if draft.place:
        lines.append(f"📍 {_escaped(draft.place, 1024)}")
    if draft.guests:
        lines.append(f"👥 {_escaped(', '.join(draft.guests), MAX_SHOWN)}")
    if draft.description:
        lines.append(f"📝 {_escaped(draft.description, MAX_SHOWN)}")
    if draft.author:
        lines += ["", say(language, "draft-author", name=_short(draft.author, 64))]
    if reading is not None:
        told = replace(reading, guesses=(*reading.guesses, reading.gap)) if reading.gap else reading
        guessed = guesses_of(told, display, DEFAULT_DURATION if draft.needs_length else None)
        lines += ["", *(f"💡 {html.escape(each, quote=False)}" for each in guessed)] if guessed else []
    return "\n".join(lines)


def _preview(draft: Draft, reading: Reading, display: Display) -> Page:
    language = display.language
    question = "draft-over" if is_over(reading, display) else "confirm-create"
    moves = []
    if question == "draft-over":
        moves = [named(draft, language, f"draft-{each}", "move", each) for each in ("tomorrow", "week")]
    others = [
        [_choice(draft, number, each, display)] for number, each in enumerate(draft.readings) if each is not reading
    ]
    decide = [named(draft, language, "button-confirm", "yes"), named(draft, language, "button-cancel", "no")]
    change = [named(draft, language, "draft-change", "change")]
    text = f"{say(language, question)}\n\n{summary(draft, display)}"
    if others:
        text += f"\n\n{say(language, 'draft-others')}"
    return text, keyboard(decide, moves, *others, change)


def is_over(reading: Reading, display: Display) -> bool:
    """Whether the event has begun already. A series goes on."""
    start = reading.start
    begun = start < display.now if isinstance(start, datetime) else start < display.now.date()
    return begun and not reading.rrule


def _unread(draft: Draft, display: Display) -> Page:
    language = display.language
    words = ", ".join(f"“{each}”" if language == "en" else f"«{each}»" for each in draft.unread)
    lines = [say(language, "draft-unread", words=_short(words, MAX_WORDS))]
    without = []
    if draft.readings:
        when = [_when(draft, each, display) for each in draft.readings[:4]]
        lines += ["", say(language, "draft-read-rest"), *(f"🕒 {html.escape(each, quote=False)}" for each in when)]
        without = [named(draft, language, "draft-without", "without")]
    again = [named(draft, language, "draft-again", "ask", "line"), named(draft, language, "draft-time", "ask", "time")]
    return "\n".join(lines), keyboard(without, again, [named(draft, language, "button-cancel", "no")])


def _choice(draft: Draft, number: int, reading: Reading, display: Display) -> InlineKeyboardButton:
    words = _when(draft, reading, display)
    if reading.rrule:
        words = f"{words}, {rule_of(reading.rrule, display, reading.start)}"
    return button(draft, _short(words, MAX_BUTTON), "which", str(number))


def _when(draft: Draft, reading: Reading, display: Display) -> str:
    start, end = draft.ends(reading)
    return when_of(start, end, display, reading.zone)


def _title_line(draft: Draft, display: Display) -> str:
    title = _escaped(draft.title, 256) if draft.title else say(display.language, "no-title")
    return f"📅 <b>{title}</b>"


def moved(draft: Draft, reading: Reading, display: Display, verb: str) -> Draft:
    """The draft at the same time of day tomorrow, or on the same weekday of the next week."""
    start, end, today = reading.start, reading.end, display.now.date()
    old = start.date() if isinstance(start, datetime) else start
    day = today + timedelta(days=1 if verb == "tomorrow" else 7 - today.weekday() + old.weekday())
    by = day - old
    return draft.at(replace(reading, start=start + by, end=end + by if end is not None else None, past=False))


def _short(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _escaped(text: str, limit: int) -> str:
    return html.escape(_short(text, limit), quote=False)

"""Shows a calendar file before it is imported."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import token_of
from televent.application.use_cases.importing.import_objects import Standing
from televent.ical.mending.files import CalendarFile
from televent.ical.objects.calendar_text import CalendarText
from televent.wording.display import Display
from televent.wording.offered import offered_line, shortened, unknown_zones

PREFIX: Final = "file:"
SHOWN: Final = 5
"""Max events that are shown of a file."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A file, and how each of its objects stands to the account."""

    name: str
    file: CalendarFile
    standings: tuple[Standing, ...]

    def count(self, standing: Standing) -> int:
        """How many objects stand so."""
        return sum(each is standing for each in self.standings)


def preview(looked: Looked, file_id: UUID, display: Display) -> tuple[str, InlineKeyboardMarkup | None]:
    """The file's events, those that are here already, and the buttons to import them."""
    language, objects = display.language, looked.file.objects
    lines = [say(language, "file-has", name=shortened(looked.name), count=len(objects)), ""]
    lines += [f"• {line}" for line in _first(objects, display)]
    if len(objects) > SHOWN:
        lines.append(say(language, "and-more", count=len(objects) - SHOWN))
    notes = _unknown_zones(objects, language)
    over = sum(_is_over(each, display.now) for each in objects)
    for key, count in (
        ("over", over),
        ("here", looked.count(Standing.HERE)),
        ("newer", looked.count(Standing.NEWER)),
        ("unreadable", looked.file.unreadable),
    ):
        if count:
            notes.append(say(language, f"file-{key}", count=count))
    if looked.file.reasons:
        notes.append(f"<i>{html.escape(shortened(looked.file.reasons[0], 160), quote=False)}</i>")
    if any(each.reading.organizer is not None for each in objects):
        notes.append(say(language, "file-sends-nothing"))
    new, newer = looked.count(Standing.NEW), looked.count(Standing.NEWER)
    if not new + newer:
        return "\n".join([*lines, "", *notes, say(language, "file-nothing-new")]), None
    row = [_button(file_id, plain(language, "file-import-all", count=new + newer), "all")]
    if new and newer:
        row.append(_button(file_id, plain(language, "file-import-new", count=new), "new"))
    rows = [row, [_button(file_id, plain(language, "button-cancel"), "no")]]
    return "\n".join([*lines, "", *notes]).rstrip(), InlineKeyboardMarkup(inline_keyboard=rows)


def invitation(text: CalendarText, file_id: UUID, display: Display) -> tuple[str, InlineKeyboardMarkup]:
    """An invitation that came in a file."""
    language, organizer = display.language, text.reading.organizer
    assert organizer is not None
    lines = [say(language, "file-invitation"), "", *_first((text,), display), *_unknown_zones((text,), language)]
    lines += [
        "",
        say(language, "file-from", name=shortened(organizer.cn or organizer.address), address=organizer.address),
    ]
    row = [
        _button(file_id, plain(language, "file-add"), "add"),
        _button(file_id, plain(language, "button-cancel"), "no"),
    ]
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=[row])


def _first(objects: Sequence[CalendarText], display: Display) -> list[str]:
    return [_line(each, display) for each in objects[:SHOWN]]


def _line(text: CalendarText, display: Display) -> str:
    title, when = offered_line(text, display)
    shown = f"<b>{html.escape(title, quote=False) or say(display.language, 'no-title')}</b>"
    return f"{shown} · {html.escape(when, quote=False)}" if when else shown


def _unknown_zones(objects: Sequence[CalendarText], language: str) -> list[str]:
    return [f"⚠️ {html.escape(each, quote=False)}" for each in unknown_zones(objects, language)]


def _is_over(text: CalendarText, now: datetime) -> bool:
    end = text.reading.span[1]
    return end is not None and end <= now.astimezone(UTC)


def _button(file_id: UUID, text: str, verb: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=f"{PREFIX}{token_of(file_id)}:{verb}")

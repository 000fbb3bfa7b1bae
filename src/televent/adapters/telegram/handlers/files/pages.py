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
from televent.wording.repetition import rule_of
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

PREFIX: Final = "file:"
SHOWN: Final = 5
"""Max events that are shown of a file."""
MAX_ZONES: Final = 3
"""Max time zones of a file that are named because nobody knows them."""
MAX_NAME: Final = 64
"""Max characters of a file's name or an event's title in a preview."""


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
    lines = [say(language, "file-has", name=_short(looked.name), count=len(objects)), ""]
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
        notes.append(f"<i>{html.escape(_short(looked.file.reasons[0], 160), quote=False)}</i>")
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
    lines += ["", say(language, "file-from", name=_short(organizer.cn or organizer.address), address=organizer.address)]
    row = [
        _button(file_id, plain(language, "file-add"), "add"),
        _button(file_id, plain(language, "button-cancel"), "no"),
    ]
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=[row])


def _first(objects: Sequence[CalendarText], display: Display) -> list[str]:
    return [_line(each, display) for each in objects[:SHOWN]]


def _line(text: CalendarText, display: Display) -> str:
    reading = text.reading
    instance = reading.master or reading.overrides[0]
    title = html.escape(_short(instance.summary), quote=False) or say(display.language, "no-title")
    if instance.start is None:
        return f"<b>{title}</b>"
    end = instance.end if instance.end is not None else instance.start
    when = html.escape(when_of(instance.start, end, display), quote=False)
    rule = f", {html.escape(rule_of(instance.rrule, display, instance.start), quote=False)}" if instance.rrule else ""
    return f"<b>{title}</b> · {when}{rule}"


def _unknown_zones(objects: Sequence[CalendarText], language: str) -> list[str]:
    """A warning for each time zone that nobody knows: its events may be at another time than they seem."""
    named = (instance.unknown_zone for each in objects for instance in each.reading.instances())
    zones = [zone for zone in dict.fromkeys(named) if zone is not None]
    return [f"⚠️ {html.escape(unknown_zone_of(zone, language), quote=False)}" for zone in zones[:MAX_ZONES]]


def _is_over(text: CalendarText, now: datetime) -> bool:
    end = text.reading.span[1]
    return end is not None and end <= now.astimezone(UTC)


def _button(file_id: UUID, text: str, verb: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=f"{PREFIX}{token_of(file_id)}:{verb}")


def _short(text: str, limit: int = MAX_NAME) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"

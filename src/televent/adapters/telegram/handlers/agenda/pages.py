"""The pages of an agenda as messages, with the buttons that lead to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.agenda.views import View, bounds_of
from televent.adapters.telegram.lines.days import Line, coming_lines, day_lines
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.calendars.coming import coming
from televent.application.use_cases.calendars.whole_agenda import whole_agenda
from televent.wording.display import Display
from televent.wording.times import day_of
from televent.wording.zones import zone_label, zone_of

PAGE_LINES: Final = 25
"""Max events of a page."""
PAGE_TEXT: Final = 3500
"""Max characters of a page's events, with their markup; a message may have 4,096."""
MAX_ENTRIES: Final = 20_000
"""Max events of one view. A view of more says that it has more."""


@dataclass(frozen=True, slots=True)
class Page:
    """A message of the bot."""

    text: str
    buttons: InlineKeyboardMarkup


def page_of(door: BotDoor, person: Person, view: View) -> Page:
    """A page of a view; the last one where the view has no such page any more."""
    display, tenant = person.display, person.account.tenant
    view = view.on(display)
    start, end = bounds_of(view.days, display.zone)
    declined = 0
    if view.kind == "list":
        listed = coming(door.backend, tenant, now=display.now, start=max(start, display.now), end=end)
        entries, lines = [each.entry for each in listed], coming_lines(listed, display)
    else:
        found = whole_agenda(door.backend, person.account, start=start, end=end, limit=MAX_ENTRIES)
        entries = [each for each in found if each.partstat != "DECLINED"]
        declined = len(found) - len(entries)
        lines = day_lines(entries, view.days, display)
    pages = _split(lines)
    view = replace(view, page=min(view.page, len(pages) - 1))
    shown = [*_headings(view, entries, display), *_body(view, pages[view.page], display)]
    left = sum(bool(line.text) for page in pages[view.page + 1 :] for line in page)
    if left:
        shown += ["", say(display.language, "agenda-more", count=left)]
    if not lines:
        shown += ["", say(display.language, "agenda-nothing")]
    if declined:
        shown += ["", say(display.language, "agenda-declined", count=declined)]
    return Page("\n".join(shown), _buttons(view, len(pages), display))


def _split(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in pages; at least one page."""
    pages: list[list[Line]] = [[]]
    size = 0
    for line in lines:
        if pages[-1] and (len(pages[-1]) == PAGE_LINES or size + len(line.text) > PAGE_TEXT):
            pages.append([])
            size = 0
        pages[-1].append(line)
        size += len(line.text) + 1
    return pages


def _headings(view: View, entries: Sequence[Entry], display: Display) -> list[str]:
    days, language = view.days, display.language
    ahead = (days[0] - display.now.date()).days
    if view.kind == "day":
        name = {-1: "agenda-yesterday", 0: "agenda-today", 1: "agenda-tomorrow"}.get(ahead, "agenda-day")
    elif view.kind == "week":
        name = "agenda-week" if ahead == 0 else "agenda-days"
    else:
        name = "agenda-list" if ahead == 0 else "agenda-days"
    first, last = day_of(days[0], display), day_of(days[-1], display)
    heading = say(language, name, day=first, first=first, last=last)
    elsewhere = any(
        isinstance(each.start, datetime) and each.start.tzinfo and zone_of(display, each.start.tzinfo, each.start)
        for each in entries
    )
    # Somebody wrote these times in another zone, so the reader could take them for that zone's.
    return [f"{heading} · {zone_label(display.zone, display.now, language)}" if elsewhere else heading]


def _body(view: View, lines: Sequence[Line], display: Display) -> list[str]:
    """The lines below the names of their days; the name of a single day is in the heading."""
    if view.kind == "day":
        return ["", *(line.text for line in lines)] if lines else []
    shown: list[str] = []
    for day, group in groupby(lines, key=lambda each: each.day):
        texts = [line.text for line in group if line.text]
        heading = say(display.language, "agenda-repeats") if day is None else _day_name(day, display)
        if day is not None and not texts:
            heading = f"{heading} · <i>{say(display.language, 'agenda-only-repeats')}</i>"
        shown += ["", heading, *texts]
    return shown


def _day_name(day: date, display: Display) -> str:
    name, ahead = day_of(day, display), (day - display.now.date()).days
    if ahead in (0, 1):
        name = say(display.language, "agenda-day-tomorrow" if ahead else "agenda-day-today", day=name)
    return f"<b>{name}</b>"


def _buttons(view: View, pages: int, display: Display) -> InlineKeyboardMarkup:
    today = display.now.date()
    earlier = replace(view, page=view.page - 1) if view.page else view.moved(-1)
    later = replace(view, page=view.page + 1) if view.page + 1 < pages else view.moved(1)
    row = []
    if view.kind != "list" or view.page or view.first != today:
        row.append(_button(display, "button-earlier", earlier))
    if view.page or view.first != today:
        row.append(_button(display, "button-today", View(view.kind)))
    row.append(_button(display, "button-later", later))
    rows = [row]
    if view.kind != "list":
        rows.append([_button(display, "button-picture", replace(view, page=0, form="light"))])
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _button(display: Display, key: str, view: View) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=plain(display.language, key), callback_data=view.data)

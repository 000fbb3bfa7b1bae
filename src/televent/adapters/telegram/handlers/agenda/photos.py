"""The pictures of a day or a week: from entries to a scene, and to a photo in the chat."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message
from babel.dates import format_date, format_time

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.agenda.pages import MAX_ENTRIES
from televent.adapters.telegram.handlers.agenda.views import View, bounds_of
from televent.adapters.telegram.pictures.scene import Heading, Item, Scene, State
from televent.adapters.telegram.taps import is_not_editable, is_unmodified
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.calendars.whole_agenda import whole_agenda
from televent.wording.display import Display
from televent.wording.times import clock_of, day_of, local_of

_PAINTER: Final = ThreadPoolExecutor(1, thread_name_prefix="painter")
"""One picture is drawn at a time. The others wait here, and not in the threads that read the database."""
_WEEKEND: Final = (5, 6)
_STATES: Final = {"CANCELLED": State.CANCELLED, "TENTATIVE": State.TENTATIVE}


async def send_picture(message: Message, door: BotDoor, person: Person, view: View) -> None:
    """Sends the picture of a view."""
    photo, caption, buttons = await _picture(door, person, view)
    await message.answer_photo(photo, caption=caption, reply_markup=buttons)


async def show_picture(message: Message, door: BotDoor, person: Person, view: View) -> None:
    """Replaces the picture of the tapped message; below a text, or where Telegram cannot edit, it sends one."""
    photo, caption, buttons = await _picture(door, person, view)
    if message.photo:
        try:
            await message.edit_media(InputMediaPhoto(media=photo, caption=caption), reply_markup=buttons)
        except TelegramBadRequest as error:
            if is_unmodified(error):
                return
            if not is_not_editable(error):
                raise
        else:
            return
    await message.answer_photo(photo, caption=caption, reply_markup=buttons)


async def _picture(door: BotDoor, person: Person, view: View) -> tuple[BufferedInputFile, str, InlineKeyboardMarkup]:
    display = person.display
    view = replace(view.on(display), page=0)
    scene = await door.run(_scene, door, person, view)
    content, left_out = await asyncio.get_running_loop().run_in_executor(_PAINTER, _paint, scene, view.form == "dark")
    first, last = day_of(view.days[0], display), day_of(view.days[-1], display)
    caption = say(display.language, f"picture-caption-{view.kind}", first=first, last=last)
    if left_out:
        caption += f"\n{say(display.language, 'picture-not-drawn', count=left_out)}"
    return BufferedInputFile(content, f"{view.kind}.png"), caption, _buttons(view, display)


def _paint(scene: Scene, dark: bool) -> tuple[bytes, int]:
    # Imported at the first picture: Pillow costs memory in a process that never draws.
    from televent.adapters.telegram.pictures.drawing import draw

    return draw(scene, dark=dark)


def _scene(door: BotDoor, person: Person, view: View) -> Scene:
    start, end = bounds_of(view.days, person.zone)
    entries = whole_agenda(door.backend, person.account, start=start, end=end, limit=MAX_ENTRIES)
    return scene_of(entries, view, person.display)


def scene_of(entries: list[Entry], view: View, display: Display) -> Scene:
    """The entries of a view as a scene. Declined ones are left out."""
    language = display.language
    days = view.days
    headings = tuple(
        Heading(format_date(day, "EEE", locale=language), f"{day.day}", day.weekday() in _WEEKEND) for day in days
    )
    if len(days) == 1:
        headings = (Heading(format_date(days[0], "EEEE", locale=language), day_of(days[0], display).split(" ", 1)[-1]),)
    return Scene(
        first=days[0],
        headings=headings,
        items=tuple(_item(each, display) for each in entries if each.partstat != "DECLINED"),
        hours=tuple(_hour(hour, display) for hour in range(25)),
        now=display.now.replace(tzinfo=None),
        all_day=plain(language, "picture-all-day"),
        free=plain(language, "picture-free"),
        more=plain(language, "picture-more", count="{}"),
    )


def _item(entry: Entry, display: Display) -> Item:
    title = entry.summary.strip() or plain(display.language, "no-title")
    if entry.shared_by:
        title = f"{entry.shared_by}: {title}"
    state = _STATES.get(entry.status, State.SURE)
    if isinstance(entry.start, datetime) and isinstance(entry.end, datetime):
        start, end = (local_of(each, display).replace(tzinfo=None) for each in (entry.start, entry.end))
        clock = f"{clock_of(entry.start, display)}–{clock_of(entry.end, display)}"
        # On the night when clocks go back, the wall clock of the end may be before that of the start.
        return Item(title, start, max(start, end), False, state, clock, entry.location)
    start = datetime.combine(entry.start, time())
    end = datetime.combine(max(entry.end, entry.start + timedelta(days=1)), time())
    return Item(title, start, end, True, state, "", entry.location)


def _hour(hour: int, display: Display) -> str:
    """The label of an hour, such as "9 AM" or "09:00"."""
    clock24 = display.language != "en" if display.clock24 is None else display.clock24
    pattern = "HH:mm" if clock24 else "h a"
    text = format_time(time(hour % 24), pattern, locale=display.language)
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def _buttons(view: View, display: Display) -> InlineKeyboardMarkup:
    language = display.language

    def button(key: str, shown: View) -> InlineKeyboardButton:
        return InlineKeyboardButton(text=plain(language, key), callback_data=shown.data)

    turns = [button("button-earlier", view.moved(-1))]
    if view.first != display.now.date():
        turns.append(button("button-today", replace(view, first=None)))
    turns.append(button("button-later", view.moved(1)))
    dark = view.form == "dark"
    other = button("button-light" if dark else "button-dark", replace(view, form="light" if dark else "dark"))
    forms = [other, button("button-text", replace(view, form="text"))]
    return InlineKeyboardMarkup(inline_keyboard=[turns, forms])

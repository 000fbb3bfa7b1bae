"""Picks a date and a time by touch: a month, then an hour, then minutes, and a length where one is wanted.

It keeps nothing: all it knows is in the data of its buttons (Bot API: 64 bytes). Any handler can use it. The handler
shows ``day_page(data, …)``, and takes the result with the filters ``Picked(owner)`` and ``PickerLeft(owner)``; ``data``
begins with ``owner``, one character, and has at most MAX_DATA characters. A typed time should work beside it.

The data of a button are "pick:", the mode, the step, five characters for the time and two for the length, ":" and the
caller's data.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from aiogram import F, Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from babel import Locale
from babel.dates import format_date, get_day_names

from televent.adapters.telegram.door import Person
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.ical.text.wall_clock import in_zone
from televent.wording.display import Display
from televent.wording.times import clock_of, day_of, length_of

router = Router(name="event-picker")

MAX_DATA: Final = 49
"""Max characters of a caller's data."""
Mode = Literal["t", "l", "w"]
"""A day and a time ("t"), with a length ("l"), or a whole day ("w")."""
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240, 480)
"""The lengths that are offered, in minutes."""
EMPTY: Final = "\u2800"
"""The text of a button without one: Telegram refuses a text of spaces."""
_PREFIX: Final = "pick:"
_SINCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 1)
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MONTH, _DAY, _HOUR, _MINUTE, _DONE, _LEFT, _BLANK = "mdhxzq-"


@dataclass(frozen=True, slots=True)
class Choice:
    """The picked time, on the person's wall clock. ``length``: where one was wanted. ``data``: the caller's."""

    wall: datetime
    whole_day: bool
    length: timedelta | None
    data: str

    def start(self, zone: ZoneInfo) -> datetime | date:
        """The time in the person's zone; a date for a whole day.

        A time that the clocks skip is read with the offset before it (RFC 5545 §3.3.5).
        """
        return self.wall.date() if self.whole_day else in_zone(self.wall, zone)


@dataclass(frozen=True, slots=True)
class _Step:
    """One button of the picker. ``at`` is a wall clock, held in UTC."""

    mode: str
    step: str
    at: datetime
    length: int
    data: str

    def button(self, text: str, step: str, at: datetime | None = None, length: int = 0) -> InlineKeyboardButton:
        """Another button with the same data."""
        return InlineKeyboardButton(text=text, callback_data=_data(self.mode, step, at or self.at, length, self.data))


class Picked(Filter):
    """Matches the end of a picking for this owner, and gives the handler ``picked``, a Choice."""

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, Any]:
        """Whether something was picked."""
        step = _read(query.data or "")
        if step is None or step.step != _DONE or not step.data.startswith(self._owner):
            return False
        length = timedelta(minutes=15 * step.length) if step.length else None
        return {"picked": Choice(step.at.replace(tzinfo=None), step.mode == "w", length, step.data)}


class PickerLeft(Filter):
    """Matches the way back out of the picker for this owner, and gives the handler ``data``."""

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def __call__(self, query: CallbackQuery) -> bool | dict[str, Any]:
        """Whether the person left the picker."""
        step = _read(query.data or "")
        if step is None or step.step != _LEFT or not step.data.startswith(self._owner):
            return False
        return {"data": step.data}


def day_page(
    data: str, display: Display, *, mode: Mode = "t", month: date | None = None, chosen: date | None = None
) -> tuple[str, InlineKeyboardMarkup]:
    """The first page: text and buttons of a month. ``month``: any day of it; else that of ``chosen``, else this one."""
    assert len(data) <= MAX_DATA
    today = display.now.date()
    first = min(max((month or chosen or today).replace(day=1), _FIRST), _LAST)
    step = _Step(mode, _MONTH, _at(first), 0, data)
    language = display.language
    start = Locale.parse(language).first_week_day if display.week_start is None else display.week_start
    names = get_day_names("short", "stand-alone", language)
    rows = [[step.button(names[(start + each) % 7], _BLANK) for each in range(7)]]
    for week in calendar.Calendar(start).monthdatescalendar(first.year, first.month):
        row = [_day_button(step, day, first, today, chosen) for day in week]
        # A week that is over would be a row of dead buttons.
        if any(each.text != EMPTY for each in row):
            rows.append(row)
    before, after = first - timedelta(days=1), (first + timedelta(days=32)).replace(day=1)
    title = format_date(first, "LLLL y", locale=language)
    back_ok = before >= max(_FIRST, today.replace(day=1))
    rows.insert(
        0,
        [
            step.button("‹" if back_ok else EMPTY, _MONTH if back_ok else _BLANK, _at(before.replace(day=1))),
            step.button(title[:1].upper() + title[1:], _BLANK),
            step.button("›" if after <= _LAST else EMPTY, _MONTH if after <= _LAST else _BLANK, _at(min(after, _LAST))),
        ],
    )
    rows.append([step.button(plain(language, "event-back"), _LEFT)])
    return say(language, "picker-day"), InlineKeyboardMarkup(inline_keyboard=rows)


@router.callback_query(F.data.startswith(_PREFIX))
async def turn(query: CallbackQuery, person: Person) -> None:
    """Shows the next page of the picker. The last one is for the handler of the owner."""
    step = _read(query.data or "")
    if step is not None and isinstance(query.message, Message):
        page = _page(step, person.display)
        if page is not None:
            await show(query.message, *page)
    await acknowledge(query)


def _page(step: _Step, display: Display) -> tuple[str, InlineKeyboardMarkup] | None:
    match step.step:
        case "m":
            mode: Mode = "w" if step.mode == "w" else "l" if step.mode == "l" else "t"
            return day_page(step.data, display, mode=mode, month=step.at.date())
        case "d":
            return _hours(step, display)
        case "h":
            return _minutes(step, display)
        case "x":
            return _lengths(step, display)
    return None


def _day_button(step: _Step, day: date, first: date, today: date, chosen: date | None) -> InlineKeyboardButton:
    if day.month != first.month or day < today:
        return step.button(EMPTY, _BLANK)
    text = f"[{day.day}]" if day == chosen else f"•{day.day}•" if day == today else str(day.day)
    return step.button(text, _DONE if step.mode == "w" else _DAY, _at(day))


def _hours(step: _Step, display: Display) -> tuple[str, InlineKeyboardMarkup]:
    day = step.at.replace(hour=0, minute=0)
    past = display.now.replace(tzinfo=UTC) - timedelta(hours=1)
    buttons = [
        step.button(_hour(each, display), _HOUR, each)
        for each in (day + timedelta(hours=number) for number in range(24))
        if each > past
    ]
    rows = [buttons[place : place + 6] for place in range(0, len(buttons), 6)]
    rows.append([step.button(plain(display.language, "event-back"), _MONTH, day.replace(day=1))])
    text = say(display.language, "picker-hour", day=day_of(day.date(), display))
    return text, InlineKeyboardMarkup(inline_keyboard=rows)


def _minutes(step: _Step, display: Display) -> tuple[str, InlineKeyboardMarkup]:
    hour = step.at.replace(minute=0)
    following = _MINUTE if step.mode == "l" else _DONE
    row = [
        step.button(clock_of(each.replace(tzinfo=None), display), following, each)
        for each in (hour + timedelta(minutes=minutes) for minutes in (0, 15, 30, 45))
    ]
    back = [step.button(plain(display.language, "event-back"), _DAY, hour)]
    text = say(display.language, "picker-minute", day=day_of(hour.date(), display))
    return text, InlineKeyboardMarkup(inline_keyboard=[row[:2], row[2:], back])


def _lengths(step: _Step, display: Display) -> tuple[str, InlineKeyboardMarkup]:
    buttons = [step.button(length_of(timedelta(minutes=each), display), _DONE, length=each // 15) for each in LENGTHS]
    rows = [buttons[place : place + 3] for place in range(0, len(buttons), 3)]
    rows.append([step.button(plain(display.language, "event-back"), _HOUR)])
    shown = step.at.replace(tzinfo=None)
    text = say(display.language, "picker-length", day=day_of(shown, display), clock=clock_of(shown, display))
    return text, InlineKeyboardMarkup(inline_keyboard=rows)


def _hour(at: datetime, display: Display) -> str:
    """The hour on the person's clock: "9 AM", "9:00"."""
    return clock_of(at.replace(tzinfo=None), display).replace(":00 ", " ")


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _data(mode: str, step: str, at: datetime, length: int, data: str) -> str:
    minutes = int((at - _SINCE).total_seconds()) // 60
    return f"{_PREFIX}{mode}{step}{_packed(minutes, 5)}{_packed(length, 2)}:{data}"


def _read(text: str) -> _Step | None:
    head, colon, data = text.removeprefix(_PREFIX).partition(":")
    if not text.startswith(_PREFIX) or not colon or len(head) != 9 or head[0] not in "tlw" or len(data) > MAX_DATA:
        return None
    try:
        minutes, length = int(head[2:7], 36), int(head[7:9], 36)
    except ValueError:
        return None
    return _Step(head[0], head[1], _SINCE + timedelta(minutes=minutes), length, data)


def _packed(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text

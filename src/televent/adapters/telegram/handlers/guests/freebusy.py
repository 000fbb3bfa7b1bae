"""Handles /freebusy: when the person is free, when others are, and when all of them are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.cards.one_line import one_line
from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.agenda.asking import view_of
from televent.adapters.telegram.handlers.guests.naming import address_of, named_in
from televent.adapters.telegram.taps import acknowledge
from televent.adapters.telegram.texts import fitting, plain, say
from televent.application.use_cases.people.busy_times import MAX_ASKED, Busy, Span, busy_of, busy_times, free_spans
from televent.ical.queries.freebusy import TENTATIVE, Period
from televent.wording.display import Display
from televent.wording.times import clock_of, clocks_of, day_of, length_of, moment_of
from televent.wording.zones import zone_label

router = Router(name="freebusy")

MORNING, EVENING = time(8), time(20)
"""The hours of a day in which a meeting is looked for."""
DEFAULT: Final = timedelta(hours=1)
"""The length of a meeting where none is named."""
MAX_SLOTS: Final = 8
"""Max free times that are offered as buttons."""
STEP: Final = timedelta(minutes=15)
"""Offered times begin at a multiple of it."""
_LENGTH: Final = re.compile(
    r"(?<![\w:.])(\d{1,3}(?:[.,]\d)?)\s*(?:(h|hours?|hrs?|ч|час\w{0,3})|(m|min|mins|minutes?|м|мин|минут\w?))(?!\w)"
)
_WEEK: Final = frozenset(("week", "неделя", "неделю", "неделе"))
_SELF: Final = frozenset(("me", "my", "я", "меня", "мне", "моё", "мое"))
_SLOT: Final = re.compile(r"free:(\d{8}T\d{4}):(\d{1,4})\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """The days of a question, and the length of the meeting."""

    days: Sequence[date]
    length: timedelta


@router.message(Command("freebusy"))
async def freebusy(message: Message, command: CommandObject, door: BotDoor, person: Person) -> None:
    """``/freebusy [people …] [day or week] [length]``: the busy times, and common free ones as buttons."""
    named = named_in(message, command.args or "")
    question = _question(" ".join(named.words), person.display)
    if question is None:
        await message.answer(say(person.language, "freebusy-usage", words=" ".join(named.words)[:64]))
        return
    if len(named.guests) > MAX_ASKED:
        await message.answer(say(person.language, "freebusy-too-many", limit=MAX_ASKED))
        return
    text, buttons = await door.run(_answer, door, person, named.guests, question)
    await message.answer(text, reply_markup=buttons)


@router.callback_query(F.data.startswith("free:"))
async def take_slot(query: CallbackQuery, person: Person) -> None:
    """Gives the line that creates a meeting at the tapped time, and names the people to invite."""
    found = _SLOT.match(query.data or "")
    try:
        start = datetime.strptime(found[1], "%Y%m%dT%H%M") if found is not None else None  # noqa: DTZ007
    except ValueError:
        start = None
    if start is None or found is None or not isinstance(query.message, Message):
        await acknowledge(query, plain(person.language, "agenda-gone"), alert=True)
        return
    language = person.language
    # The people are in the text of the message: a button has no room for them.
    people = named_in(query.message).guests
    line = f"/create {plain(language, 'freebusy-meeting')}, {start:%Y-%m-%d %H:%M}, {found[2]}m"
    lines = [say(language, "freebusy-create", line=line)]
    if people:
        lines.append(say(language, "freebusy-then-invite", people=" ".join(people)))
    await query.message.answer("\n".join(lines))
    await acknowledge(query)


def _question(words: str, display: Display) -> Question | None:
    """The days and the length in these words; None where they are not understood."""
    line = " ".join(each for each in words.casefold().split() if each not in _SELF)
    length = _LENGTH.search(line)
    minutes = 0.0
    if length is not None:
        minutes = float(length[1].replace(",", ".")) * (60 if length[2] else 1)
        line = f"{line[: length.start()]} {line[length.end() :]}"
    kind = "week" if _WEEK.intersection(line.split()) else "day"
    view = view_of("week" if kind == "week" else "day", line, display)
    if view is None or minutes > 12 * 60 or (length is not None and minutes < 5):
        return None
    asked = timedelta(minutes=minutes) if minutes else DEFAULT
    return Question(view.on(display).days, asked)


def _answer(
    door: BotDoor, person: Person, guests: Sequence[str], question: Question
) -> tuple[str, InlineKeyboardMarkup | None]:
    backend, display = door.backend, person.display
    windows = [
        (datetime.combine(day, MORNING, display.zone), datetime.combine(day, EVENING, display.zone))
        for day in question.days
    ]
    first = datetime.combine(question.days[0], time(), display.zone)
    last = datetime.combine(question.days[-1] + timedelta(days=1), time(), display.zone)
    accounts = [(each, backend.people.account_of_address(address_of(backend, each).lower())) for each in guests]
    asked = busy_of(backend, person.account, accounts, first, last)
    own = Busy("", plain(display.language, "freebusy-you"), busy_times(backend, person.account, first, last))
    seen = [own, *(each for each in asked if each.periods is not None)]
    zone = zone_label(display.zone, display.now, display.language)
    heading = say(display.language, "freebusy-heading", people=", ".join(guests) or own.name, zone=zone)
    lines = [heading]
    for day in question.days:
        lines += ["", f"<b>{day_of(day, display)}</b>", *_day_lines(seen, day, display)]
    unseen = [one_line(each.given, 64) for each in asked if each.periods is None]
    if unseen:
        lines += ["", say(display.language, "freebusy-unseen", people=", ".join(unseen))]
    slots = _slots([each.periods or () for each in seen], windows, question.length, display)
    length = length_of(question.length, display)
    several = len(seen) > 1
    if not slots:
        lines += ["", say(display.language, "freebusy-none", length=length)]
        return fitting(lines, display.language), None
    lines += ["", say(display.language, "freebusy-common" if several else "freebusy-free", length=length)]
    return fitting(lines, display.language), _buttons(slots, question, display)


def _day_lines(people: Sequence[Busy], day: date, display: Display) -> list[str]:
    begin = datetime.combine(day, time(), display.zone)
    end = datetime.combine(day + timedelta(days=1), time(), display.zone)
    lines = []
    for each in people:
        spans = []
        for period in each.periods or ():
            if period.start < end and period.end > begin:
                spans.append(_span(period, begin, end, display))
        times = ", ".join(spans) or say(display.language, "freebusy-all-free")
        lines.append(say(display.language, "freebusy-line", name=one_line(each.name, 40), times=times))
    return lines


def _span(period: Period, begin: datetime, end: datetime, display: Display) -> str:
    if period.start <= begin and period.end >= end:
        text = plain(display.language, "agenda-all-day").lower()
    else:
        text = clocks_of(max(period.start, begin), min(period.end, end), display)
    return f"{text} ❔" if period.kind == TENTATIVE else text


def _slots(
    busy: list[Sequence[Period]], windows: Sequence[Span], length: timedelta, display: Display
) -> list[datetime]:
    """The first free times, some on each day."""
    found: list[list[datetime]] = []
    for window in windows:
        start = max(window[0], _rounded(display.now))
        day: list[datetime] = []
        for begin, finish in free_spans(busy, (start, max(start, window[1])), length):
            at = _rounded(begin.astimezone(display.zone))
            while at + length <= finish and len(day) < MAX_SLOTS:
                day.append(at)
                at += max(length, timedelta(minutes=30))
        found.append(day)
    each = max(1, MAX_SLOTS // max(1, sum(map(bool, found))))
    return [at for day in found for at in day[:each]][:MAX_SLOTS]


def _rounded(at: datetime) -> datetime:
    """The next multiple of STEP on the clock."""
    at = at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at + timedelta(minutes=-at.minute % (STEP // timedelta(minutes=1)))


def _buttons(slots: Sequence[datetime], question: Question, display: Display) -> InlineKeyboardMarkup:
    minutes = question.length // timedelta(minutes=1)
    several = len(question.days) > 1
    row = [
        InlineKeyboardButton(
            text=moment_of(at, display) if several else clock_of(at, display),
            callback_data=f"free:{at:%Y%m%dT%H%M}:{minutes}",
        )
        for at in slots
    ]
    width = 2 if several else 4
    return InlineKeyboardMarkup(inline_keyboard=[row[n : n + width] for n in range(0, len(row), width)])

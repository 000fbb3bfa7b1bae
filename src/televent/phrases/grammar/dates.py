"""Reads dates of the calendar: "25 Jan", "Dec 24-27", "24.12.2026", "the 5th", "пятого декабря"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.days import months_after
from televent.phrases.grammar.senses import is_no_date
from televent.phrases.grammar.values import Days, Item, Span
from televent.phrases.words.vocabulary import AND, DASHES, HALVES, MONTHS, NEXT, THIS, TO, WEEKDAYS

MAX_YEAR = 2200
_ON = frozenset(["on", "the", "в", "во", "на", "by", "due", "к", "ко", "до", "по", "с", "со", "for", "of", "from",
                 "between", "starting", "от", "начиная"])  # fmt: skip
_BEHIND = frozenset(["в", "во", "на", "к", "с", "до", "по", "и", "вечером", "утром", "днем"])
_ANNIVERSARIES = frozenset(
    ["birthday", "bday", "b'day", "anniversary", "wedding", "edition", "round", "floor", "grade", "lesson",
     "session", "день", "летие", "годовщина", "юбилей"]
)  # fmt: skip
"""Nouns that are counted: "40th birthday"."""
_YEAR = frozenset(["г", "года", "год", "году"])


class NoSuchDay(ValueError):
    """A day that does not exist, such as 30 February; ``last`` is the place after its words."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first, last)
        self.first, self.last = first, last


def date_at(text: Sentence, place: int) -> Item | None:
    """The date, or the range of dates, at a place. Raises NoSuchDay."""
    at = text.skip(place, _ON, 2)
    return _iso(text, place, at) or _named(text, place, at) or _dotted(text, place, at) or _of_month(text, place, at)


def _iso(text: Sentence, place: int, at: int) -> Item | None:
    token = text.token(at)
    if token.kind != "iso":
        return None
    year, month, day = (int(piece) for piece in token.low.split("-"))
    after = at + 2 if text.low(at + 1) == "t" and text.token(at + 1).glued else at + 1
    return Item(_day(text, at, at + 1, day, month, year), place, after)


def _named(text: Sentence, place: int, at: int) -> Item | None:
    """A day and a month by name, in either order; a range of days in one month."""
    month = text.look_up(at, MONTHS)
    if month is not None:
        after = text.skip(at + 1, (".", "the"), 2)
        first = _day_number(text, after)
        if first is None or text.token(after).kind in ("colon", "dots") or first[0] > 31:
            return None
        last, after = _range_end(text, first[1])
        if text.low(after) in HALVES or text.low(after) in ("часов", "часа", "o'clock", ":"):
            return None
        if last is not None and text.low(after) in MONTHS:
            last, after = None, first[1]
        year, after = _year(text, after)
        return _span_or_day(text, place, at, after, first[0], last, month, year)
    first = _day_number(text, at)
    if first is None:
        return None
    last, after = _range_end(text, first[1])
    month_place = text.skip(after, ("of", "числа"))
    month_place += (
        text.low(month_place) in DASHES and text.token(month_place).glued and text.token(month_place + 1).glued
    )
    month = text.look_up(month_place, MONTHS)
    if month is None and last is not None and last > first[0] and (text.low(after) in ("число", "числа", "числам")):
        return _days_of_month(text, place, first[0], last, after + 1)
    if month is None:
        return None
    year, after = _year(text, text.skip(month_place + 1, (".",) if len(text.low(month_place)) < 5 else ()))
    return _span_or_day(text, place, at, after, first[0], last, month, year)


def _days_of_month(text: Sentence, place: int, first: int, last: int, after: int) -> Item | None:
    """ "С 20 по 25 число": of this month, or of the next one."""
    for months in range(3):
        month = months_after(text.today.replace(day=1), months)
        if last <= monthrange(month.year, month.month)[1] and month.replace(day=last) >= text.today:
            return Item(Span(month.replace(day=first), month.replace(day=last), ("month",)), place, after)
    return None


def _day_number(text: Sentence, at: int) -> tuple[int, int] | None:
    if text.token(at).kind == "number" and len(text.low(at)) > 2:
        return None
    return text.ordinal(at) or text.number(at)


def _range_end(text: Sentence, at: int) -> tuple[int | None, int]:
    listed = text.low(at) in AND
    if text.low(at) not in TO and not listed:
        return None, at
    named = text.skip(at + 1, ("the",))
    named += text.low(named) in WEEKDAYS
    second = _day_number(text, text.skip(named, (".", ",", "the")))
    if second is None or (listed and text.low(second[1]) not in MONTHS and text.low(at - 2) not in MONTHS):
        return None, at
    if text.low(second[1]) in HALVES or text.low(second[1]) == ":":
        return None, at
    return second


def _year(text: Sentence, after: int) -> tuple[int | None, int]:
    at = text.skip(after, (",",))
    number = text.token(at).number
    if number is not None and len(text.low(at)) == 4 and 1900 <= number <= MAX_YEAR:
        if text.low(at + 1) in ("часов", "hrs"):
            return None, after
        end = text.skip(at + 1, _YEAR)
        return number, end + (end > at + 1 and text.low(end) == "." and text.low(at + 1) == "г")
    if text.low(at) in THIS | NEXT and text.low(at + 1) in ("year", "года"):
        return text.today.year + (text.low(at) in NEXT), at + 2
    return None, after


def _span_or_day(
    text: Sentence, place: int, at: int, after: int, first: int, last: int | None, month: int, year: int | None
) -> Item:
    begin = _day(text, at, after, first, month, year)
    if last is None:
        return Item(begin, place, after)
    start = begin.choices[0]
    end = _day(text, at, after, last, month, start.year).choices[0]
    if end > start + timedelta(days=1) and any(text.low(each) in AND for each in range(at, after)):
        return Item(Days((start, end), begin.guesses), place, after)  # "9 and 11 December"
    if end <= start:
        raise NoSuchDay(at, after)
    return Item(Span(start, end, begin.guesses), place, after)


def _dotted(text: Sentence, place: int, at: int) -> Item | None:
    token = text.token(at)
    if token.kind != "dots" or is_no_date(text, at):
        return None
    pieces = token.low.replace("/", ".").split(".")
    slash = "/" in token.low
    if (slash and "." in token.low) or len(pieces[-1]) == 3 or len(pieces[0]) == 3:
        return None
    if len(pieces) == 2 and not slash:
        two_digits = len(pieces[1]) == 2 or _dot_behind(text, at)
        if not two_digits or text.low(at - 1) in ("at", "в", "@") or not 0 < int(pieces[1]) < 13:
            return None  # "1.5 hours", "at 10.30", "10.30"
    if text.low(at + 1) in HALVES:
        return None
    if len(pieces[0]) == 4:
        if len(pieces) != 3:
            return None
        year, month, day = (int(piece) for piece in pieces)
        return Item(_day(text, at, at + 1, day, month, year), place, at + 1)
    day, month = int(pieces[0]), int(pieces[1])
    year_said: int | None = None
    if len(pieces) == 3:
        year_said = int(pieces[2]) if len(pieces[2]) == 4 else 2000 + int(pieces[2])
    if slash and month > 12 >= day:
        day, month = month, day
    after = text.skip(at + 1, (".",)) if len(pieces) == 2 and _dot_behind(text, at) else at + 1
    return Item(_day(text, at, at + 1, day, month, year_said), place, text.skip(after, _YEAR))


def _dot_behind(text: Sentence, at: int) -> bool:
    """ "25.1. " with the dot that some write."""
    return text.low(at + 1) == "." and text.token(at + 1).glued and at + 2 < len(text.tokens)


def _of_month(text: Sentence, place: int, at: int) -> Item | None:
    """A day of this month or the next one: "the 5th", "5 числа", "5th of next month", "25-го"."""
    found = text.ordinal(at)
    spelled = text.token(at).kind == "word"
    if found is None or text.low(found[1]) in ("число", "числа"):
        number = found or text.number(at)
        if number is None or text.low(number[1]) not in ("числа", "число"):
            return None
        found, spelled = (number[0], number[1] + 1), False
    day, after = found
    ahead = None
    behind = text.skip(after, ("of", "the"), 2)
    if text.low(behind) in NEXT | THIS and text.low(behind + 1) in ("month", "месяца"):
        ahead, after = int(text.low(behind) in NEXT), behind + 2
    if spelled and ahead is None:
        # "двадцатого" alone is a day; "first" and "второго подъезда" are not.
        following = text.token(after)
        if not text.low(after - 1).endswith("го") or (following.kind == "word" and following.low not in _BEHIND):
            return None
    if day > 31 and (not day % 10 or text.low(after) in _ANNIVERSARIES):
        return None  # "mum's 60th"
    if not 1 <= day <= 31:
        raise NoSuchDay(at, after)
    if text.low(after) in _ANNIVERSARIES:
        return None  # "Leo's 5th birthday"
    if text.low(after) in MONTHS or text.low(after) in ("floor", "этаж", "avenue", "street", "grade", "класс"):
        return None
    first = text.today.replace(day=1)
    if ahead is not None:
        month = months_after(first, ahead)
        return Item(_day(text, at, after, day, month.month, month.year), place, after)
    for months in range(3):
        month = months_after(first, months)
        if day <= monthrange(month.year, month.month)[1] and month.replace(day=day) >= text.today:
            return Item(Days((month.replace(day=day),), ("month",)), place, after)
    return None


def _day(text: Sentence, first: int, last: int, day: int, month: int, year: int | None) -> Days:
    """The day; without a year the next one. Raises NoSuchDay."""
    try:
        if year is not None:
            if not 1 <= year <= MAX_YEAR:
                raise NoSuchDay(first, last)
            return Days((date(year, month, day),))
        for candidate in range(text.today.year, text.today.year + 9):
            if day == 29 and month == 2 and monthrange(candidate, 2)[1] < 29:
                continue
            found = date(candidate, month, day)
            if found >= text.today:
                guesses = ("year",) if candidate > text.today.year and found - text.today > timedelta(days=92) else ()
                return Days((found,), guesses, yearless=True)
    except ValueError:
        pass
    raise NoSuchDay(first, last)

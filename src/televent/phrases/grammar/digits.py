"""Reads times of the day that are written in digits: "3pm", "15:00", "16.20", "0900", "в 15 30"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.lengths import SINGULAR
from televent.phrases.grammar.values import Clock
from televent.phrases.words.vocabulary import (
    DASHES,
    HALVES,
    MONTHS,
    NUMBERS,
    PARTS,
    RELATIVE_DAYS,
    TIMES,
    UNITS,
    WEEKDAYS,
)

AT = frozenset(
    ["at", "@", "в", "во", "к", "ко", "на", "from", "с", "со", "between", "до", "till", "until", "til", "by",
     "around", "about", "около", "после", "after", "starting", "ровно", "примерно", "before", "ближе", "где-то",
     "roughly", "circa", "approx", "приблизительно", "ориентировочно", "начало"]
)  # fmt: skip
_ENGLISH_SINGULAR = frozenset(["day", "week", "month", "year"])
_BEFORE_ONE = {
    "час": ("в", "на"), "часу": ("к", "до", "с"), "часа": ("до", "с", "около", "после"),
}  # fmt: skip
"""The words before each form of "one o'clock"."""
_DASHED_MINUTES = frozenset(["00", "05", "15", "25", "30", "35", "40", "45", "50", "55"])
"""Minutes behind a dash: "в 12-40". Other numbers are the end of a range: "в 10-12"."""
_PEOPLE = frozenset(
    ["people", "persons", "guests", "pax", "kids", "персоны", "персон", "человек", "человека", "гостей", "чел"]
)
_FOR_PEOPLE = ("table", "reservation", "booking", "столик", "стол", "бронь")
_ORDINAL_ENDS = frozenset(["го", "th", "st", "nd", "rd", "числа"])
_MONEY = frozenset(["£", "$", "€", "₽", "%", "eur", "usd", "gbp", "руб", "р", "рублей", "тыс", "k", "к"])
_MEASURES = frozenset(
    ["kg", "km", "miles", "mile", "cm", "mm", "ml", "g", "l", "x", "кг", "км", "м", "л", "см", "мл", "процента"]
)
HOURS = frozenset(["часа", "часов", "час", "ч", "часам", "часу", "h", "hours", "hrs", "o'clock", "oclock"])
_MINUTES = frozenset(["минут", "минуты", "минуту", "мин", "м"])


def half_at(text: Sentence, place: int) -> tuple[str | None, int]:
    """The half or part of the day after a time ("pm", "in the evening", "вечера"), and the place after it."""
    half = text.look_up(place, HALVES)
    if half is not None:
        return half, place + 1
    if text.low(place) in ("a", "p") and text.token(place).glued and text.low(place + 1) not in ("", "."):
        return f"{text.low(place)}m", place + 1
    if text.low(place) == "in" and text.low(place + 1) == "the" and text.low(place + 2) in PARTS:
        return PARTS[text.low(place + 2)], place + 3
    if text.low(place) == "at" and text.low(place + 1) == "night":
        return "night", place + 2
    return None, place


def digits_at(text: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    """A time of the day in digits, and the place after it. ``bare``: a number alone is an hour."""
    token = text.token(at)
    if token.kind in ("colon", "dots"):
        pieces = token.low.replace(".", ":").split(":")
        if "/" in token.low or len(pieces) > 2 + (token.kind == "colon") or len(pieces[1]) != 2 or len(pieces[0]) > 2:
            return None
        hour, minute = int(pieces[0]), int(pieces[1])
        half, after = half_at(text, at + 1)
        sure = bare or half is not None or _is_dotted_hour(text, at, minute)
        if token.kind == "dots" and not sure:
            return None
        if token.kind == "dots" and half is None and (_counts(text, at + 1, minute) or _is_price(text, at)):
            return None  # "1.5 hours"
        after = text.skip(after, ("часов", "часа", "ч", "h", "hrs", "hours"))
        clock = Clock(hour, minute, half, exact=pieces[0][0] == "0", written=token.kind == "colon")
        return (clock, after) if exists(hour, minute, half) else None
    if token.kind == "word" and bare and token.low.endswith("ish") and token.low[:-3] in NUMBERS:
        return Clock(NUMBERS[token.low[:-3]], 0, about=True), at + 1  # "threeish"
    if token.low in ("час", "часу", "часа") and bare and text.low(at - 1) in _BEFORE_ONE[token.low]:
        half, after = half_at(text, at + 1)
        return Clock(1, 0, half), after
    number = text.number(at)
    if number is None or (text.token(at + 1).glued and text.low(at + 1) in ("st", "nd", "rd", "th", "%")):
        return None
    hour, after = number
    invited = text.low(at - 1) in ("на", "for") and text.has_clock and text.low(at - 2).startswith(_FOR_PEOPLE)
    if invited or text.low(after) in _PEOPLE:
        return None  # "столик на 4", "for 6 people"
    if token.kind == "number" and len(token.low) in (3, 4) and hour % 100 < 60 and hour < 1300:
        half, behind = half_at(text, after)  # "315pm", "в 900"
        if half in ("am", "pm") and exists(hour // 100, hour % 100, half):
            return Clock(hour // 100, hour % 100, half), behind
        if len(token.low) == 3 and bare and text.low(at - 1) in ("at", "в", "к", "с") and not hour % 5:
            return Clock(hour // 100, hour % 100), after
    if not bare and text.low(after) == "дня":
        return None  # three days
    if token.kind == "number" and len(token.low) == 4 and bare and hour % 100 < 60 and hour < 2400:
        if text.low(after) in MONTHS or (1900 < hour < 2100 and hour % 10):
            return None
        return Clock(hour // 100, hour % 100, None, exact=True), text.skip(after, ("hrs", "hours"))
    minute = 0
    marked = text.low(after) in HOURS and (text.low(after) != "h" or text.token(after).glued)
    clear = text.low(after) in ("o'clock", "oclock")
    if token.kind == "number" and bare and text.low(after) in DASHES and text.token(after).glued:
        minutes = text.token(after + 1)
        later = hour < int(minutes.low) <= 24 if minutes.kind == "number" and len(minutes.low) == 2 else False
        ranged = later and text.low(at - 1) not in AT  # "14-15" is a range, "в 12-15" is none
        if minutes.glued and minutes.kind == "number" and minutes.low in _DASHED_MINUTES and not ranged:
            half, behind = half_at(text, after + 2)
            return (Clock(hour, int(minutes.low), half), behind) if exists(hour, int(minutes.low), half) else None
    if marked:
        after += 1
        minutes_after = text.number(after)
        if minutes_after is not None and minutes_after[0] < 60 and text.low(minutes_after[1]) in _MINUTES:
            minute, after = minutes_after[0], minutes_after[1] + 1
            clear = True
        elif minutes_after is not None and text.token(after).glued and minutes_after[0] < 60:
            minute, after = minutes_after
            clear = True
    elif bare and (second := text.number(after)) is not None:
        # "в 15 30", "at ten thirty"
        spelled = len(text.low(after)) == 2 or not text.low(after).isdigit()
        dated = text.low(second[1]) in MONTHS or text.low(second[1]) in ("числа", "число")
        timed = text.low(second[1]) in HALVES or text.low(at - 1) not in AT
        dated = dated or text.low(second[1]) in ("st", "nd", "rd", "th")
        zeros = text.low(after) == "00"
        if (
            spelled
            and (10 <= second[0] < 60 or zeros)
            and not dated
            and not timed
            and not _counts(text, second[1], second[0])
        ):
            minute, after = second
    half, after = half_at(text, after)
    if half is None and not bare and not clear:
        return None
    if half == "night" and not bare and 1 < hour < 5 and text.low(after - 1) == "ночи":
        return None  # "3 ночи в Париже"
    if half is None and not marked and (_counts(text, after, hour) or text.low(after) in TIMES):
        return None
    if half is None and not marked and (text.low(after) in MONTHS or text.low(after) in ("%", "числа", "число")):
        return None
    if hour > 24 or not exists(hour, minute, half):
        return None
    return Clock(hour, minute, half, exact=token.low.startswith("0") and len(token.low) == 2), after


def _is_dotted_hour(text: Sentence, at: int, minute: int) -> bool:
    """Whether "16.20" is certainly no date and stands in a sentence with a day, or right beside it."""
    if 0 < minute < 13:
        return False
    return near_a_day(text, at, at + 1) or (text.has_day_beside(at) and not minute % 5)


def _is_price(text: Sentence, at: int) -> bool:
    """ "£3.50", "3.50 EUR", "5.30 kg"."""
    return text.low(at - 1) in _MONEY or text.low(at + 1) in _MONEY | _MEASURES


def _counts(text: Sentence, place: int, number: int) -> bool:
    """Whether a unit follows a number: "at 3 minutes", but not "at 10 day off" or "в 16 день рождения"."""
    if number != 1 and (text.low(place) in _ENGLISH_SINGULAR or (text.low(place) in SINGULAR and number % 10 != 1)):
        return False
    if text.low(place) in ("w", "d") and not text.token(place).glued:
        return False  # "at 10 w Bob"
    return text.low(place) in UNITS and not (text.low(place) in HALVES or text.low(place) in HOURS)


def exists(hour: int, minute: int, half: str | None) -> bool:
    if half in ("am", "pm") and not 1 <= hour <= 12:
        return False
    return (hour < 24 and minute < 60) or (hour == 24 and minute == 0)


def near_a_day(text: Sentence, first: int, after: int) -> bool:
    """Whether a day stands right before or right behind some words."""

    def is_day(place: int) -> bool:
        low, kind = text.low(place), text.token(place).kind
        return (
            low in WEEKDAYS
            or low in RELATIVE_DAYS
            or low in _ORDINAL_ENDS
            or kind == "iso"
            or (kind == "dots" and low[-3:-2] == ".")
        )

    before = first - 1 - (text.low(first - 1) == ",")
    return is_day(before) or is_day(after) or text.low(before) in MONTHS or text.look_up(after, {"on": 1}) is not None

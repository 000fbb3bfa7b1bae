"""Reads times of the day as they are spoken: "half past four", "без четверти шесть", "полтретьего"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Clock
from televent.phrases.words.vocabulary import NUMBERS, ORDINALS, RELATIVE_DAYS, WEEKDAYS

_AT = (
    "at", "by", "around", "from", "about", "for", "to", "till", "until", "after", "before", *RELATIVE_DAYS,
    *WEEKDAYS,
)  # fmt: skip
_PAST = ("past", "after")
_TO = ("to", "till", "before", "of")


def spoken_at(text: Sentence, place: int) -> tuple[Clock, int] | None:
    """The time at a place and the place after it, if it is spoken."""
    return _english(text, place) or _half_of(text, place) or _without(text, place) or _into(text, place)


def _english(text: Sentence, place: int) -> tuple[Clock, int] | None:
    at = text.skip(place, ("a",))
    if text.low(at) == "half":
        after = text.skip(at + 1, ("past", "after"))
        hour = _hour(text, after)
        said = text.low(place - 1) in _AT or text.low(hour[1] if hour else after) in ("", ".", ",", "!", "?", "on")
        if hour is not None and (after > at + 1 or said or not text.low(after).isdigit()):
            return Clock(hour[0], 30), hour[1]
        return None
    if text.low(at) == "quarter":
        minutes, at = 15, at + 1
    else:
        number = text.number(at)
        if number is None or not 0 < number[0] < 30:
            return None
        minutes, at = number[0], text.skip(number[1], ("minutes", "mins", "min"))
        if at == number[1] and minutes not in (5, 10, 15, 20, 25):
            return None
    word = text.low(at)
    hour = _hour(text, at + 1)
    if hour is None or word not in _PAST + _TO:
        return None
    if word in _PAST:
        return Clock(hour[0], minutes), hour[1]
    # "5 to 6": a range, unless it is said in words; "20 to 6" is none.
    if text.token(at - 1).kind == "number" and minutes not in (20, 25):
        return None
    return Clock(_before(hour[0]), 60 - minutes), hour[1]


def _half_of(text: Sentence, place: int) -> tuple[Clock, int] | None:
    """ "полтретьего", "пол третьего", "половина третьего": half an hour before three."""
    low = text.low(place)
    if low in ("половина", "половине", "половину", "пол"):
        at = text.skip(place + 1, ("-",))
        number = text.ordinal(at)
        return (Clock(_before(number[0]), 30), number[1]) if number is not None and number[0] <= 12 else None
    hour = ORDINALS.get(low[3:].lstrip("-")) if low.startswith("пол") else None
    return (Clock(_before(hour), 30), place + 1) if hour is not None and hour <= 12 else None


def _without(text: Sentence, place: int) -> tuple[Clock, int] | None:
    """ "без четверти шесть", "без десяти минут шесть"."""
    if text.low(place) != "без":
        return None
    if text.low(place + 1) in ("четверти", "четверть"):
        minutes, after = 15, place + 2
    else:
        number = text.number(place + 1)
        if number is None or not 0 < number[0] < 31:
            return None
        minutes, after = number[0], text.skip(number[1], ("минут", "минуты", "мин"))
    hour = _hour(text, after)
    if hour is None and text.low(after) == "час":
        hour = 1, after + 1
    return (Clock(_before(hour[0]), 60 - minutes), hour[1]) if hour is not None else None


def _into(text: Sentence, place: int) -> tuple[Clock, int] | None:
    """ "четверть шестого", "десять минут шестого"."""
    if text.low(place) == "четверть":
        minutes, after = 15, place + 1
    else:
        number = text.number(place)
        if number is None or text.low(number[1]) not in ("минут", "минуты", "мин"):
            return None
        minutes, after = number[0], number[1] + 1
    hour = ORDINALS.get(text.low(after))
    if hour is None or hour > 12 or minutes > 59 or not text.low(after).endswith("го"):
        return None
    return Clock(_before(hour), minutes), after + 1


def _hour(text: Sentence, place: int) -> tuple[int, int] | None:
    token = text.token(place)
    number = token.number if token.number is not None else NUMBERS.get(token.low)
    return (number, place + 1) if number is not None and 1 <= number <= 12 else None


def _before(hour: int) -> int:
    return hour - 1 if hour > 1 else 12

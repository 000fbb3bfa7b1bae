"""Reads lengths of time: "for 90 minutes", "полтора часа", "1h 30m"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.senses import is_other_sense
from televent.phrases.grammar.values import AllDay, Item, Length
from televent.phrases.words.vocabulary import (
    AGO,
    COLLECTIVES,
    DAYS_OF_24_HOURS,
    FOR,
    HALF_HOURS,
    HALVES,
    IN,
    LATER,
    LENGTH_ADJECTIVES,
    ONE_OF,
    UNITS,
)

MAX_DAYS = 36600
"""Max days that a sentence may count from now, and max days of a length."""
_MINUTES = {"minute": 1, "hour": 60}
_DAYS = {"day": 1, "week": 7}
_SMALLER = {"hour": "minute", "day": "hour", "week": "day"}
SINGULAR = frozenset(["час", "день", "неделя", "неделю", "минута", "минуту", "месяц", "год"])
"""Units that follow 1, 21 and 31 alone: "в 10 день рождения" are not ten days."""
_SOME = {"a": 1, "an": 1, "one": 1, "couple": 2, "пару": 2, "пара": 2, "половиной": 0}


def length_at(text: Sentence, place: int) -> Item | None:
    """A length of time at a place, with the word before it ("for", "на")."""
    bare = text.token(place).number
    if bare is not None and text.low(place - 1) == "," and text.low(place + 1) in ("", ",", "\n"):
        # "tomorrow 3pm, 30": minutes, if it can be no hour.
        return Item(Length(bare), place, place + 1) if 25 <= bare <= 600 and not bare % 5 else None
    whole = _all_day(text, place)
    if whole is not None:
        return whole
    at = text.skip(place, FOR | {"about", "around", "около", "примерно", "в", "течение", "на", "of", "~", ":", "за"}, 3)
    inside = text.low(at - 1) == "of" or "в" in (text.low(place), text.low(at - 1))
    if at > place and inside and not text.follows(place, "в", "течение"):
        return None
    found = amount_at(text, at)
    if found is None:
        return None
    length, after = found
    if length.months and not any(text.low(each) in FOR for each in range(place, at)):
        return None  # "50 лет", "6 months": an age
    if (text.low(after) in HALVES and text.low(place) not in FOR) or text.low(after) in AGO | LATER:
        return None
    if text.low(after) in ("before", "after", "from", "до", "после", "past", "to"):
        if text.low(after) in ("from",) and text.low(after + 1) in ("now", "today", "tomorrow"):
            return None
        if text.low(after) not in ("from", "до", "to"):
            return None
    after = text.skip(after, ("long", "duration"))
    return Item(length, place, after)


def _all_day(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("на", "for", "the"), 2)
    low = text.low(at)
    if low == "all" or low == "whole":
        after = text.skip(at + 1, ("-", "the"), 2)
        return Item(AllDay(), place, after + 1) if text.low(after) in ("day", "дня") else None
    if low in ("весь", "целый"):
        return Item(AllDay(), place, at + 2) if text.low(at + 1) == "день" else None
    if low == "full" and text.low(at + 1) == "day":
        return Item(AllDay(), place, at + 2)
    return None


def amount_at(text: Sentence, place: int) -> tuple[Length, int] | None:
    """An amount with its unit, such as "1h 30m", "an hour and a half" or "полтора часа", and the place after it."""
    minutes = days = months = 0.0
    at = place
    seen = False
    while True:
        found = _piece(text, at)
        if found is None:
            break
        amount, unit, at = found
        minutes += amount * _MINUTES.get(unit, 0)
        days += amount * _DAYS.get(unit, 0)
        months += amount * {"month": 1, "year": 12}.get(unit, 0)
        seen = True
        half = _and_a_half(text, at)
        if half:
            minutes += _MINUTES.get(unit, 0) / 2
            days += _DAYS.get(unit, 0) / 2
            at = half
        joined = text.skip(at, ("and", "и", ",") if unit == "hour" else ("and", "и"))
        if _piece(text, joined) is None or unit not in ("hour", "day", "week"):
            break
        following = _piece(text, joined)
        if following is None or following[1] != _SMALLER.get(unit):
            break
        at = joined
    if not seen or days != int(days) or months != int(months) or days + months * 31 + minutes / 1440 > MAX_DAYS:
        return None
    if minutes != int(minutes) or minutes + days + months <= 0:
        return None
    return Length(int(minutes), int(days), int(months)), at


def _piece(text: Sentence, at: int) -> tuple[float, str, int] | None:
    low = text.low(at)
    if is_other_sense(text, at):
        return None  # "день рождения"
    if low in HALF_HOURS:
        minutes, after = HALF_HOURS[low], at + 1
        if minutes == 90:
            unit = text.look_up(after, UNITS)
            return (1.5, unit, after + 1) if unit == "hour" else None
        return minutes / 60, "hour", after
    if low == "полгода":
        return 6, "month", at + 1
    if low == "пол" and text.low(text.skip(at + 1, ("-",))) == "часа":
        return 0.5, "hour", text.skip(at + 1, ("-",)) + 1
    if low == "hour" and text.low(text.skip(at + 1, ("-",))) == "long":
        return 1, "hour", text.skip(at + 1, ("-",)) + 1
    if low == "half" and text.low(at + 1) == "-" and text.low(at + 2) in ("hour", "day"):
        return (0.5, "hour", at + 3) if text.low(at + 2) == "hour" else None
    adjective = _adjective(text, at)
    if adjective is not None:
        return adjective
    if low == "half" and text.low(at + 1) in ("an", "a", "hour"):
        after = text.skip(at + 1, ("an", "a"))
        return (0.5, "hour", after + 1) if text.low(after) == "hour" else None
    if low == "fortnight" and text.low(at - 1) in IN | FOR:
        return 14, "day", at + 1
    if low == "a" and text.low(at + 1) == "fortnight":
        return 14, "day", at + 2
    if low == "a" and text.low(at + 1) == "half" and text.low(at + 2) == "hour":
        return 0.5, "hour", at + 3
    if low == "three" and text.follows(at + 1, "quarters", "of", "an", "hour"):
        return 0.75, "hour", at + 5
    if low in ("четверть",) and text.low(at + 1) == "часа":
        return 0.25, "hour", at + 2
    if low == "quarter" and text.follows(at + 1, "of", "an", "hour"):
        return 0.25, "hour", at + 4
    unit = text.look_up(at, UNITS)
    if unit is not None and low not in ("m", "h", "d", "w", "м", "ч", "min", "мин"):
        # "час", "неделю": one of it. English needs "an".
        before = text.low(at - 1)
        said = before in IN | FOR | {"ровно", "и", "за"} or text.low(at + 1) in LATER | AGO
        if low in ONE_OF and (said or low in ("час", "часик", "сутки")):
            return 1, unit, at + 1
        return None
    number = _number(text, at)
    if number is None:
        return None
    amount, after = number
    behind = text.token(after + 1)
    two_digits = behind.glued and behind.kind == "number" and len(behind.low) == 2
    if two_digits and text.low(after) in ("h", "ч") and UNITS.get(text.low(after + 2)) != "minute" and amount > 6:
        return None  # "15h30" is a time of the day
    after = text.skip(after, ("-",))
    unit = text.look_up(after, UNITS)
    if unit is None or (text.low(after) in SINGULAR and amount % 10 != 1) or text.follows(after, "day", "off"):
        return None
    if text.low(after) in ("d", "w") and (not text.token(after).glued or text.low(after + 1) in ("'", ".", "/")):
        return None  # "at 10 w Bob"
    dotted = text.low(after) in ("мин", "ч", "min", "hr") and text.token(after + 1).glued and text.low(after + 2)
    return amount, unit, text.skip(after + 1, (".",) if dotted else ())


def _adjective(text: Sentence, at: int) -> tuple[float, str, int] | None:
    """ "двухчасовой", "45-минутный", "часовой"."""
    low = text.low(at)
    number = text.token(at).number
    if number is not None:
        behind = text.low(at + 2) if text.low(at + 1) == "-" else ""
        for stem, unit in (("минутн", "minute"), ("часов", "hour")):
            if behind.startswith(stem) and len(behind) > 5 and behind != "часов":
                return number, unit, at + 3
        return None
    for stem, (amount, unit) in LENGTH_ADJECTIVES.items():
        if low.startswith(stem) and 1 < len(low) - len(stem) < 4:
            return amount, unit, at + 1
    return None


def _number(text: Sentence, at: int) -> tuple[float, int] | None:
    low = text.low(at)
    if low in ("a", "an", "пару", "пара") or low == "couple":
        after = at + 1
        if low == "a" and text.low(after) == "couple":
            return 2, text.skip(after + 1, ("of",))
        return _SOME[low], text.skip(after, ("of",)) if low == "couple" else after
    token = text.token(at)
    if token.kind == "dots" and "/" not in low and low.count(".") == 1 and len(low) < 6:
        return float(low), at + 1
    number = text.number(at)
    if number is None and low in COLLECTIVES and text.low(at + 1) in DAYS_OF_24_HOURS:
        return COLLECTIVES[low], at + 1
    if number is None:
        return None
    if text.low(at + 1) == "," and text.token(at + 1).glued and text.token(at + 2).glued:
        tenths = text.token(at + 2)
        if tenths.kind == "number" and len(tenths.low) == 1:
            return number[0] + int(tenths.low) / 10, at + 3
    if text.follows(number[1], "с", "половиной"):
        return number[0] + 0.5, number[1] + 2
    if text.follows(number[1], "and", "a", "half"):
        return number[0] + 0.5, number[1] + 3
    return number


def _and_a_half(text: Sentence, at: int) -> int:
    if text.follows(at, "and", "a", "half"):
        return at + 3
    if text.follows(at, "с", "половиной"):
        return at + 2
    return 0

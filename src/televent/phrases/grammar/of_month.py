"""Reads days of every month: "first Monday of the month", "the 1st of each month", "1 числа каждого месяца"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Item, Rule
from televent.phrases.grammar.weekday_lists import weekdays_at
from televent.phrases.words.vocabulary import EVERY, LAST, MONTHLY, WORKDAYS

MONTH = frozenset(["month", "months", "месяца", "месяц", "месяце", "mo"])


def weekday_of_month(text: Sentence, place: int, first: int | None = None, *, said: bool = False) -> Item | None:
    """ "(the) first Monday of the month", "последняя пятница каждого месяца"."""
    start = place if first is None else first
    at = text.skip(place, ("on", "the", "в", "во", "по", "every", "each"), 3)
    if text.low(at) in LAST:
        number, after = -1, at + 1
    else:
        found = text.ordinal(at)
        if found is None or not 1 <= found[0] <= 5:
            return None
        number, after = found
    days, after = weekdays_at(text, after)
    working = text.low(after) in WORKDAYS and text.low(after + 1) in ("день", "day")
    if len(days) != 1 or working:
        return None
    rule = f"{number}{days[0]}"
    end = ends_in_month(text, after)
    said = said or any(token.low in MONTHLY for token in text.tokens)  # "monthly review first Tuesday"
    if not end:
        return (
            Item(Rule("MONTHLY", byday=(rule,)), start, after) if said or (first is not None and number < 2) else None
        )
    every = said or first is not None or any(text.low(each) in EVERY | MONTHLY for each in range(place, end))
    return Item(Rule("MONTHLY", byday=(rule,), maybe_once=not every), start, end)


def day_of_every_month(text: Sentence, place: int) -> Item | None:
    """ "the 1st of each month", "1 числа каждого месяца", "the last day of every month"."""
    at = text.skip(place, ("on", "the", "в", "во"), 2)
    if text.low(at) in LAST and text.low(at + 1) in ("day", "день"):
        day, after = -1, at + 2
    else:
        found = text.ordinal(at) or text.number(at)
        if found is None or not 1 <= found[0] <= 31:
            return None
        day, after = found[0], text.skip(found[1], ("числа", "число", "day"))
    end = ends_in_month(text, after)
    if not end or not any(text.low(each) in EVERY for each in range(after, end)):
        return None
    return Item(Rule("MONTHLY", monthday=day), place, end)


def every_day_of_month(text: Sentence, at: int) -> tuple[int, int] | None:
    """ "15th of the month" and "15 число" after "every"."""
    number = text.ordinal(at) or text.number(at)
    if number is None or not 1 <= number[0] <= 31:
        return None
    if text.low(number[1]) in ("число", "числа"):
        return number[0], text.skip(number[1] + 1, MONTH)
    end = ends_in_month(text, number[1])
    return (number[0], end) if end else None


def is_day_of_month(text: Sentence, after: int) -> bool:
    return text.low(after) in ("числа", "число") or text.low(text.skip(after, ("of",))) in ("month",)


def ends_in_month(text: Sentence, after: int) -> int:
    """The place after "of the month"; 0 where it does not follow."""
    at = text.skip(after, ("of", "in", "the", "a", "в", *EVERY), 3)
    if text.low(at) in MONTHLY and at == after:
        return at + 1
    return at + 1 if text.low(at) in MONTH and (at > after or text.low(at) in ("месяца",)) else 0

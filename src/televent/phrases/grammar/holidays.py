"""Reads holidays: "Christmas Eve", "until Boxing Day", "до нового года"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Days, Item
from televent.phrases.words.holidays import ADJECTIVES, FIXED, MAX_WORDS, MOVING, next_holiday

_FIRST_WORDS = frozenset(words[0] for words in (*FIXED, *MOVING))
_CERTAIN = frozenset(["on", "by", "from", "until", "till", "til", "до", "к", "на", "с"])


def holiday_at(text: Sentence, place: int) -> Item | None:
    """The holiday at a place. Without a word such as "on" before it, its name stays in the title as well."""
    at = text.skip(place, ("on", "for", "by", "на", "к"))
    if text.low(at) not in _FIRST_WORDS:
        return None
    for number in range(MAX_WORDS, 0, -1):
        words = tuple(text.low(at + ahead) for ahead in range(number))
        if words not in FIXED and words not in MOVING:
            continue
        said = at > place or text.low(place - 1) in _CERTAIN
        if words in ADJECTIVES and not said:
            return None  # "Christmas party"
        day = next_holiday(words, text.today)
        return Item(Days((day,)), place, at + number, titled=not said) if day is not None else None
    return None

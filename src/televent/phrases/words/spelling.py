"""Mends slips in long words of time: "thursdya", "tommorow", "зафтра"."""

from __future__ import annotations

from functools import lru_cache

from televent.phrases.words.vocabulary import MONTHS, NOT_SLIPS, RELATIVE_DAYS, TIME_WORDS, WEEKDAYS

MIN_LENGTH = 6
"""Min characters of a word that is mended; shorter ones are too near to other words."""
MAX_LENGTH = 20
_PARTS = ("morning", "afternoon", "evening", "tonight")
_TARGETS = tuple(word for word in (*WEEKDAYS, *MONTHS, *RELATIVE_DAYS, *_PARTS) if len(word) >= MIN_LENGTH)


def mended(word: str) -> str:
    """The word of time that differs from ``word`` by one slip; the word itself where there is none or two."""
    # Before the memory, which would keep words of any length.
    return _mended_once(word) if MIN_LENGTH <= len(word) <= MAX_LENGTH else word


@lru_cache(maxsize=1024)
def _mended_once(word: str) -> str:
    if word in TIME_WORDS or word.startswith(NOT_SLIPS):
        return word
    found = {target for target in _TARGETS if target[0] == word[0] and _is_slip(word, target)}
    return min(found) if len({_meaning(each) for each in found}) == 1 else word


def _meaning(word: str) -> tuple[str, int]:
    for name, table in (("weekday", WEEKDAYS), ("month", MONTHS), ("day", RELATIVE_DAYS)):
        if word in table:
            return name, table[word]
    return word, 0


def _is_slip(one: str, other: str) -> bool:
    """Whether one character is missing, too many, wrong, or two neighbours are swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[first : first + 2] == other[first : first + 2][::-1] and one[first + 2 :] == other[first + 2 :]
        return swapped or one[first + 1 :] == other[first + 1 :]
    short, long = sorted((one, other), key=len)
    return short[first:] == long[first + 1 :]

"""Tells whether "weekly" says how often something happens, or belongs to a noun of the title: "weekly report"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.words.vocabulary import (
    BEFORE_A_NOUN,
    BEHIND_AN_ADVERB,
    DAILY,
    DASHES,
    FORTNIGHTLY,
    FREQUENCY_ADJECTIVES,
    MONTHLY,
    QUARTERLY,
    TIME_WORDS,
    WEEKLY,
    YEARLY,
)

_FREQUENCIES = (
    (DAILY, "DAILY", 1), (WEEKLY, "WEEKLY", 1), (FORTNIGHTLY, "WEEKLY", 2), (MONTHLY, "MONTHLY", 1),
    (YEARLY, "YEARLY", 1), (QUARTERLY, "MONTHLY", 3),
)  # fmt: skip


def frequency_at(text: Sentence, place: int) -> tuple[str, int, int] | None:
    """The FREQ and INTERVAL (RFC 5545 §3.3.10) of one word such as "weekly", and the place after it."""
    if text.low(place) == "bi" and text.low(place + 1) in DASHES and text.low(place + 2) in WEEKLY:
        return "WEEKLY", 2, place + 3
    for words, freq, interval in _FREQUENCIES:
        if text.low(place) in words:
            return freq, interval, place + 1
    return None


def is_adjective(text: Sentence, place: int, after: int) -> bool:
    """Whether such a word belongs to a noun: "the weekly report", "our daily", but not "daily at 9"."""
    if text.low(place) in FREQUENCY_ADJECTIVES or text.low(place - 1) in BEFORE_A_NOUN:
        return True
    following = text.token(after)
    named = following.kind == "word" and following.low not in TIME_WORDS | BEHIND_AN_ADVERB
    return text.low(place).isascii() and named

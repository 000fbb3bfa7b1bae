"""Looks at the tokens of a sentence by their place, without falling off its ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from televent.phrases.grammar.tokens import Token
from televent.phrases.words.vocabulary import (
    DAILY,
    EVERY,
    MONTHS,
    NUMBERS,
    ORDINALS,
    RELATIVE_DAYS,
    WEEKDAYS,
    WEEKDAYS_REPEATED,
    WORKDAYS,
)

_FROM_NOW = frozenset(["через", "неделю", "недели", "week", "weeks"])
_FROM_NOW = frozenset(["через", "неделю", "недели", "week", "weeks"])
_DAYS: tuple[Collection[str], ...] = (
    WEEKDAYS,
    RELATIVE_DAYS,
    MONTHS,
    WEEKDAYS_REPEATED,
    WORKDAYS,
    EVERY,
    DAILY,
    _FROM_NOW,
)
_NONE = Token("", "", "none", 0, 0, False)
_V = TypeVar("_V")


class Sentence:
    """The tokens of a sentence, the person's time, and the order of day and month that the person writes."""

    def __init__(self, tokens: Sequence[Token], now: datetime, language: str) -> None:
        self.tokens = tokens
        self._lows = [token.low for token in tokens]
        self.now = now
        self.language = language
        self.today = now.date()

    @cached_property
    def has_clock(self) -> bool:
        """Whether a time of the day is written with a colon, or with am or pm."""
        return any(token.kind == "colon" or token.low in ("am", "pm") for token in self.tokens)

    @cached_property
    def _days(self) -> frozenset[int]:
        """The places of words and numbers that name a day or a repetition."""
        return frozenset(
            place
            for place, token in enumerate(self.tokens)
            if token.kind in ("iso", "dots") or any(token.low in table for table in _DAYS)
        )

    def has_day_beside(self, place: int) -> bool:
        """Whether another word than the one at a place names a day or a repetition."""
        return bool(self._days - {place})

    def token(self, place: int) -> Token:
        """The token at a place; an empty one beyond the ends."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else _NONE

    def low(self, place: int) -> str:
        """The form for look-ups of the token at a place; "" beyond the ends."""
        return self._lows[place] if 0 <= place < len(self._lows) else ""

    def skip(self, place: int, words: Collection[str], most: int = 1) -> int:
        """The place after at most ``most`` of the given words."""
        for _ in range(most):
            if self.low(place) in words:
                place += 1
        return place

    def follows(self, place: int, *words: str) -> bool:
        """Whether these words stand at a place."""
        return all(self.low(place + ahead) == word for ahead, word in enumerate(words))

    def look_up(self, place: int, table: Mapping[str, _V]) -> _V | None:
        """The entry of a table for the token at a place."""
        return table.get(self.low(place))

    def number(self, place: int) -> tuple[int, int] | None:
        """A whole number in digits or words, such as "25" or "twenty five", and the place after it."""
        token = self.token(place)
        if token.number is not None:
            return token.number, place + 1
        tens = NUMBERS.get(token.low)
        if tens is None:
            return None
        after = place + (2 if self.low(place + 1) == "-" else 1)
        ones = NUMBERS.get(self.low(after), 0)
        return (tens + ones, after + 1) if tens >= 20 and 0 < ones < 10 else (tens, place + 1)

    def ordinal(self, place: int) -> tuple[int, int] | None:
        """A number that counts in order, such as "5th", "fifth" or "двадцать пятого", and the place after it."""
        number = self.token(place).number
        if number is not None:
            if self.token(place + 1).glued and self.low(place + 1) in ("st", "nd", "rd", "th"):
                return number, place + 2
            if self.token(place + 1).glued and self.low(place + 1) in ("го", "ого", "ое", "му"):
                return number, place + 2
            endings = ("го", "ого", "е", "ое", "й", "ый", "я", "ое", "му", "ю", "ую", "м", "ом")
            if self.low(place + 1) == "-" and self.token(place + 1).glued and self.low(place + 2) in endings:
                return number, place + 3
            return None
        found = ORDINALS.get(self.low(place))
        if found is not None:
            return found, place + 1
        tens = NUMBERS.get(self.low(place))
        if tens in (20, 30):
            after = place + (2 if self.low(place + 1) == "-" else 1)
            ones = ORDINALS.get(self.low(after), 0)
            if 0 < ones < 10:
                return tens + ones, after + 1
        return None

"""Finds everything in a sentence that is about time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from televent.phrases.grammar.clock import clock_at
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.dates import NoSuchDay, date_at
from televent.phrases.grammar.days import day_at
from televent.phrases.grammar.holidays import holiday_at
from televent.phrases.grammar.lengths import length_at
from televent.phrases.grammar.offsets import offset_at
from televent.phrases.grammar.parts_of_day import part_at
from televent.phrases.grammar.recurrence import rule_at
from televent.phrases.grammar.senses import is_other_sense
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Span, To
from televent.phrases.grammar.zones import zone_at
from televent.phrases.words.compounds import CALLED, NAMES
from televent.phrases.words.vocabulary import (
    DASHES,
    HALVES,
    MONTHS,
    NUMBERED,
    NUMBERED_RANGES,
    NUMBERS,
    ORDINALS,
    TO,
    UNITS,
)

_TITLES = frozenset(["mr", "mrs", "ms", "dr", "miss", "uncle", "aunt"])
Reader = Callable[[Sentence, int], Item | None]
_FROM_NOW = frozenset(["until", "till", "til", "through", "thru"])
_READERS: tuple[Reader, ...] = (zone_at, offset_at, rule_at, date_at, day_at, length_at, clock_at)


@dataclass(slots=True)
class Found:
    """The items in the order of the sentence; the tokens of days and hours that do not exist."""

    items: list[Item] = field(default_factory=list)
    impossible: list[tuple[int, int]] = field(default_factory=list)


def scan(text: Sentence, place: int = 0) -> Found:
    """Everything about time in a sentence, read from left to right, from a place on."""
    found = Found()
    while place < len(text.tokens):
        try:
            item = _at(text, place)
        except NoSuchDay as error:
            found.impossible.append((error.first, error.last))
            place = error.last
            continue
        if item is None:
            place += 1
        else:
            found.items.append(item)
            place = item.last
    return found


def _at(text: Sentence, place: int) -> Item | None:
    if text.token(place).kind in ("mail", "name", "link") or is_name(text, place) or is_numbered(text, place):
        return None
    holiday = holiday_at(text, place)
    if holiday is not None:
        return holiday
    if is_other_sense(text, place):
        return None
    if text.low(place) in TO and (joint := _joint(text, place)) is not None:
        return joint
    for reader in _READERS:
        item = reader(text, place)
        if item is not None:
            return item
    return part_at(text, place)


def is_name(text: Sentence, place: int) -> bool:
    """Whether a word is a person's name: "with April", "Mr Monday", "May's birthday", "April & June"."""
    before, token = text.low(place - 1), text.token(place)
    if token.kind != "word" or text.token(place + 1).kind == "number" or text.token(place - 1).kind == "number":
        return False
    capital = token.text[:1].isupper()
    if capital and (before in _TITLES or text.low(place - 2) in _TITLES):
        return True
    if token.low not in NAMES or before in NUMBERS or before in ORDINALS or text.low(place + 1) in ORDINALS:
        return False
    if token.low in ("may", "april", "june", "august") and token.text.lower().endswith(("'s", "’s")):
        return True
    if not capital or text.low(place + 1) == "the":
        return False
    together = text.low(place + 1) in ("&", "and", "и") and text.token(place + 2).text[:1].isupper()
    russian = not token.low.isascii() and place > 0
    return russian or together or before in CALLED


def is_numbered(text: Sentence, place: int) -> bool:
    """Whether a number is that of a room, a chapter or the like."""
    following = text.token(place + 1)
    ranged = following.low in DASHES and text.low(place - 1) not in NUMBERED_RANGES
    more = following.glued and (following.kind == "word" or ranged)
    counted = following.low in HALVES or following.low in MONTHS or following.low in UNITS
    return text.token(place).kind == "number" and text.low(place - 1) in NUMBERED and not (more or counted)


def _joint(text: Sentence, place: int) -> Item | None:
    """A word that leads to an end, if a time follows it."""
    low = text.low(place)
    # "по Москве" and "по понедельникам" begin with "по" too.
    if low == "по" and (zone_at(text, place) or rule_at(text, place)):
        return None
    if low in DASHES and place == 0:
        return None
    after = place + 1
    following = next(
        (item for reader in (holiday_at, date_at, day_at, clock_at) if (item := _try(reader, text, after))), None
    )
    if following is None or not isinstance(following.value, Days | Span | Clock | Clocks):
        return None
    return Item(To(strong=low not in DASHES and low != "to", from_now=low in _FROM_NOW), place, place + 1)


def _try(reader: Reader, text: Sentence, place: int) -> Item | None:
    try:
        return reader(text, place)
    except NoSuchDay:
        return None

"""Finds everything in a sentence that is about time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from televent.phrases.grammar.clock import clock_at
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.dates import NoSuchDay, date_at
from televent.phrases.grammar.days import day_at
from televent.phrases.grammar.lengths import length_at
from televent.phrases.grammar.offsets import offset_at
from televent.phrases.grammar.recurrence import rule_at
from televent.phrases.grammar.senses import is_other_sense
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Part, Span, To
from televent.phrases.grammar.zones import zone_at
from televent.phrases.words.vocabulary import DASHES, HALVES, MONTHS, NUMBERED, NUMBERED_RANGES, PARTS, TO, UNITS

_TITLES = frozenset(["mr", "mrs", "ms", "dr", "miss", "uncle", "aunt"])
GREETINGS = frozenset(["good", "доброе", "добрый", "доброй", "спокойной", "доброго"])
"""Words before a part of the day that make a greeting of it."""
Reader = Callable[[Sentence, int], Item | None]
_FROM_NOW = frozenset(["until", "till", "til", "through", "thru"])
_READERS: tuple[Reader, ...] = (zone_at, offset_at, rule_at, date_at, day_at, length_at, clock_at)


@dataclass(slots=True)
class Found:
    """The items in the order of the sentence; the tokens of days and hours that do not exist."""

    items: list[Item] = field(default_factory=list)
    impossible: list[tuple[int, int]] = field(default_factory=list)


def scan(text: Sentence) -> Found:
    """Everything about time in a sentence, read from left to right."""
    found = Found()
    place = 0
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
    if is_other_sense(text, place):
        return None
    if text.low(place) in TO and (joint := _joint(text, place)) is not None:
        return joint
    for reader in _READERS:
        item = reader(text, place)
        if item is not None:
            return item
    return _part(text, place)


def is_name(text: Sentence, place: int) -> bool:
    """Whether a word is a person's name: "with April", "Mr Monday"."""
    before, token = text.low(place - 1), text.token(place)
    titled = before in _TITLES or text.low(place - 2) in _TITLES
    called = before in ("with", "for") and token.low in ("april", "may", "june", "august", "sunday")
    return token.text[:1].isupper() and (titled or called) and text.token(place + 1).kind != "number"


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
    following = next((item for reader in (date_at, day_at, clock_at) if (item := _try(reader, text, after))), None)
    if following is None or not isinstance(following.value, Days | Span | Clock | Clocks):
        return None
    return Item(To(strong=low not in DASHES and low != "to", from_now=low in _FROM_NOW), place, place + 1)


def _try(reader: Reader, text: Sentence, place: int) -> Item | None:
    try:
        return reader(text, place)
    except NoSuchDay:
        return None


def _part(text: Sentence, place: int) -> Item | None:
    """A part of the day: "in the morning", "tonight", "вечером", "сегодня вечером"."""
    event = _event(text, place)
    if event is not None:
        return event
    at = text.skip(place, ("in", "at", "the", "this", "ближе", "к"), 3)
    part = text.look_up(at, PARTS)
    if part is None or text.low(at - 1) in GREETINGS:
        return None
    low = text.low(at)
    if at == place and low in ("nights", "mornings", "evenings", "afternoons"):
        return None
    return Item(Part(part), place, at + 1)


_EVENTS = {
    ("lunchtime",): ("afternoon", 13), ("after", "lunch"): ("afternoon", 14), ("after", "work"): ("evening", 18),
    ("before", "work"): ("morning", 8), ("after", "school"): ("afternoon", 16), ("в", "обед"): ("afternoon", 13),
    ("после", "обеда"): ("afternoon", 14), ("после", "работы"): ("evening", 18), ("до", "обеда"): ("morning", 10),
    ("перед", "работой"): ("morning", 8), ("после", "школы"): ("afternoon", 16),
    ("first", "thing"): ("morning", 9), ("с", "утра"): ("morning", 9),
}  # fmt: skip
"""Parts of the day that are named by what happens then."""


def _event(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("at", "around"))
    for words, (name, hour) in _EVENTS.items():
        if text.follows(at, *words):
            return Item(Part(name, hour), place, at + len(words))
    return None

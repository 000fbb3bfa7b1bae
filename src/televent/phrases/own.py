"""Our own reader: it keeps account of every word, so that none vanishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from televent.phrases.assembling.assembly import assemble
from televent.phrases.assembling.leftovers import Leftovers, leftovers
from televent.phrases.assembling.parts import sort
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.scan import is_numbered, scan
from televent.phrases.grammar.senses import doubtful, is_no_date, is_other_sense
from televent.phrases.grammar.tokens import Token, tokens_of
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Part, Rule, Span, To, Value
from televent.phrases.reading import Reading, Understood
from televent.phrases.second import MAX_SECOND
from televent.phrases.words.vocabulary import APPROXIMATE, MONTHS, NUMBERS, ORDINALS, UNITS

_WEEKS = {"fortnight": 14, **{word: 7 for word, unit in UNITS.items() if unit == "week"}}
_COUNTED = "relative"
MAX_SKIPPED = 7
"""Max items of a sentence that are left out in turn."""
_STREETS = frozenset(
    ["street", "st", "road", "rd", "lane", "avenue", "ave", "drive", "close", "way", "court", "square"]
)
MAX_SHORTER = 6
"""Max words of an item that are read alone."""


@dataclass(frozen=True, slots=True)
class OwnReading:
    """The result of our reader; ``text`` without the guests; ``partial``: its readings of fewer words.

    ``clocks``: the written hours and minutes. ``used``: the places of the tokens that are time.
    ``says_week``: a day is counted in weeks ("Friday week"). ``said``: the words that are time. ``plain``: words that
    are certainly no time. ``sure``: the day is a date, or the time is spoken. ``exact``: an hour has a leading zero.
    """

    understood: Understood
    text: str
    partial: tuple[Reading, ...]
    clocks: tuple[tuple[int, int], ...] = ()
    used: frozenset[int] = frozenset()
    says_week: bool = False
    said: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    sure: bool = False
    exact: bool = False


def read_own(text: str, now: datetime, language: str) -> OwnReading:
    """Our reading of a cleaned sentence."""
    tokens = tokens_of(text)
    sentence = Sentence(tokens, now, language)
    found = scan(sentence)
    found.items = _without_names(sentence, found.items)
    parts = sort(sentence, found.items)
    rest: Leftovers = leftovers(sentence, found)
    made = assemble(sentence, parts, rest.title)
    readings = () if found.impossible else tuple(made.readings)
    if any(token.mended for place, token in enumerate(tokens) if place in rest.used):
        readings = tuple(replace(each, guesses=(*each.guesses, "spelling")) for each in readings)
    if any(tokens[place].low in APPROXIMATE for place in rest.used):
        readings = tuple(replace(each, guesses=tuple(dict.fromkeys((*each.guesses, "about")))) for each in readings)
    # "In 3 days" is counted, and not guessed.
    readings = tuple(replace(each, guesses=tuple(one for one in each.guesses if one != _COUNTED)) for each in readings)
    spans = sorted(
        {*((item.first, item.last) for item in made.unread), *found.impossible, *rest.unread(bool(readings))}
    )
    if not any(each.rrule for each in readings):
        # "Weekly report": the repetition is not offered.
        spans += [(item.first, item.last) for item in found.items if item.titled and isinstance(item.value, Rule)]
    spans += [(item.first, item.last) for item in doubtful(sentence, found.items)]
    unread = tuple(dict.fromkeys(_written(text, tokens, first, last) for first, last in spans if last > first))
    understood = Understood(readings, rest.title, rest.place, rest.guests, unread)
    # Only the second reader's difference is explained by them, and it gets no longer text.
    partial = tuple(_partial(sentence, found.items, rest.title)) if len(text) <= MAX_SECOND else ()
    beside = _without_names_of(sentence, text)
    said = {place for item in found.items if not item.titled for place in range(item.first, item.last)}
    return OwnReading(
        understood,
        beside,
        partial,
        _clocks(tokens, found.items),
        frozenset(rest.used),
        _says_week(sentence, found.items),
        frozenset(tokens[place].low for place in said if tokens[place].kind != "mark"),
        frozenset(token.low for place, token in enumerate(tokens) if _is_plain(sentence, place)),
        any(_is_date(sentence, item) or _is_spoken(sentence, item) for item in found.items),
        any(token.kind == "colon" and token.low[0] == "0" for token in tokens),
    )


def _says_week(text: Sentence, items: Sequence[Item]) -> bool:
    days = [item for item in items if isinstance(item.value, Days)]
    return any(text.look_up(each, _WEEKS) for item in days for each in range(item.first, item.last))


def _is_spoken(text: Sentence, item: Item) -> bool:
    """Whether a time of the day is said in three words or more: "ten past eight", "десять минут девятого"."""
    return (
        isinstance(item.value, Clock)
        and all(
            text.token(each).kind == "word" for each in range(item.last - 3, item.last) if item.last - item.first > 2
        )
        and item.last - item.first > 2
    )


def _is_plain(text: Sentence, place: int) -> bool:
    """Whether a number is certainly no time: that of a room, or one that counts a noun ("second opinion")."""
    if text.low(place) in ("christmas", "xmas", "новый", "рождество"):
        return True
    counts = text.low(place) in ORDINALS and text.token(place + 1).kind == "word" and text.low(place + 1) not in MONTHS
    return counts or is_numbered(text, place)


def _is_date(text: Sentence, item: Item) -> bool:
    """Whether an item is a day with its month: "5/12", "7-9 December", "2026-12-05"."""
    if not isinstance(item.value, Days | Span):
        return False
    tokens = [text.token(each) for each in range(item.first, item.last)]
    numbered = any(token.kind == "number" or token.low in ORDINALS or token.low in NUMBERS for token in tokens)
    return any(token.kind in ("dots", "iso") or (token.low in MONTHS and numbered) for token in tokens)


def _clocks(tokens: Sequence[Token], items: Sequence[Item]) -> tuple[tuple[int, int], ...]:
    """The times of the day that are written with a colon, and those with a dot that we read."""
    clocks = [item for item in items if isinstance(item.value, Clock | Clocks)]
    dotted = [token for item in clocks for token in tokens[item.first : item.last] if token.kind == "dots"]
    written = [token for token in tokens if token.kind == "colon"] + dotted
    pieces = [token.low.replace(".", ":").split(":") for token in written]
    return tuple((int(each[0]), int(each[1])) for each in pieces)


def _without_names(text: Sentence, items: list[Item]) -> list[Item]:
    """The items without house numbers ("at 10 Downing Street") and shifts ("night shift") beside a clear time."""
    clear = any(
        isinstance(item.value, Clocks) or (isinstance(item.value, Clock) and _is_clear(item.value)) for item in items
    )
    if not clear:
        return items
    return [item for item in items if not (_is_address(text, item) or _is_shift(text, item))]


def _is_clear(clock: Clock) -> bool:
    return clock.written or clock.exact or clock.half is not None or clock.hour > 12


def _is_address(text: Sentence, item: Item) -> bool:
    """Whether an hour is a house number: "at 10 Downing Street"."""
    clock = item.value
    if not isinstance(clock, Clock) or clock.written or clock.exact or clock.half is not None or clock.minute:
        return False
    street = any(text.low(item.last + ahead) in _STREETS for ahead in range(1, 4))
    named = text.token(item.last).kind == "word" and text.token(item.last).text[:1].isupper()
    return text.low(item.first) == "at" and named and (street or not _is_clear(clock))


def _is_shift(text: Sentence, item: Item) -> bool:
    return (
        isinstance(item.value, Part)
        and item.last - item.first == 1
        and text.low(item.last) in ("shift", "club", "school", "train")
    )


def _written(text: str, tokens: Sequence[Token], first: int, last: int) -> str:
    """The words as they were written, whole: "13pm" and not "pm"."""
    while first > 0 and tokens[first].glued and tokens[first - 1].kind != "mark":
        first -= 1
    while last < len(tokens) and tokens[last].glued and tokens[last].kind != "mark":
        last += 1
    return text[tokens[first].start : tokens[last - 1].end]


def _partial(sentence: Sentence, items: list[Item], title: str) -> Iterator[Reading]:
    """The readings without one item or two: what a reader sees that skips them."""
    skippable = [item for item in items if not isinstance(item.value, To)][:MAX_SKIPPED]
    for number in (1, 2):
        for skipped in combinations(skippable, number):
            kept = [item for item in items if item not in skipped]
            if any(not isinstance(item.value, To) for item in kept):
                yield from assemble(sentence, sort(sentence, kept), title).readings
    for item in skippable:
        for shorter in _shorter(sentence, item):
            kept = [shorter if each == item else each for each in items]
            yield from assemble(sentence, sort(sentence, kept), title).readings
        for less in _less(item.value):
            kept = [replace(each, value=less) if each == item else each for each in items]
            yield from assemble(sentence, sort(sentence, kept), title).readings


def _shorter(sentence: Sentence, item: Item) -> Iterator[Item]:
    """The readings of the first words of an item alone: "twenty" of "twenty past two"."""
    for last in range(item.first + 1, min(item.last, item.first + MAX_SHORTER)):
        cut = Sentence(sentence.tokens[:last], sentence.now, sentence.language)
        yield from scan(cut, item.first).items[:1]
        number = sentence.number(last - 1)
        if number is not None and 0 < number[0] < 24 and isinstance(item.value, Clock | Clocks):
            yield Item(Clock(number[0]), item.first, last)
            yield Item(Clock(number[0], exact=True), item.first, last)


def _less(value: Value) -> Iterator[Value]:
    """One end of two times; a rule without its days, its interval, or all days but one."""
    if isinstance(value, Clocks):
        yield from (value.first, value.last)
    if isinstance(value, Rule):
        yield from _less_of_rule(value)


def _less_of_rule(rule: Rule) -> Iterator[Rule]:
    if rule.byday or rule.monthday:
        yield replace(rule, byday=(), monthday=None)
    if rule.interval > 1:
        yield replace(rule, interval=1)
    for day in rule.byday if len(rule.byday) > 1 else ():
        yield replace(rule, byday=(day,))


def _without_names_of(sentence: Sentence, text: str) -> str:
    """The text with blanks for addresses, names, links, names such as "Q3" and "1:1", and words in another sense."""
    for place, token in enumerate(sentence.tokens):
        following = sentence.token(place + 1)
        named = following.glued and following.kind == "number" and token.kind == "word"
        hidden = named or token.low in ("1:1", "1-1") or token.kind in ("mail", "name", "link")
        if hidden or is_other_sense(sentence, place) or is_no_date(sentence, place):
            text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
    return text

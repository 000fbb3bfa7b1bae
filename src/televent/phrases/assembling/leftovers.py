"""The rest of a sentence when its time is read: title, place and guests, and words of time that nobody read."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from televent.phrases.assembling.places import split_place
from televent.phrases.assembling.unread_words import (
    is_abbreviation,
    is_bare_word,
    is_numbering,
    is_time_word,
    is_zone,
    may_be_time,
)
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.scan import Found
from televent.phrases.grammar.tokens import Token
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Rule, Span
from televent.phrases.words.vocabulary import (
    AFTER_A_TIME,
    AND,
    BEFORE_A_TIME,
    CHANGING,
    DASHES,
    OR,
)

_WITH = frozenset(["with", "w", "invite", "с", "со", "пригласить", "and", "и", ",", "&", "+", ":"])
_PHRASES_BEHIND = (
    ("-", "late"), ("–", "late"), ("to", "late"), ("any", "time"), ("anytime",), ("at", "some", "point"),
    ("в", "любое", "время"), ("till", "late"), ("til", "late"), ("until", "late"), ("at", "the", "latest"),
    ("latest",), ("or", "so"),
    ("or", "thereabouts"), ("and", "onwards"), ("и", "позже"), ("и", "дальше"), ("до", "упора"),
)  # fmt: skip
"""Words behind a time that change nothing about its start."""
_PHRASES_BEFORE = (("any", "time"), ("anytime",), ("at", "some", "point"), ("в", "любое", "время"))
"""Words before hours that leave open when within them."""
_LABELS = frozenset(["when", "date", "time", "day", "start", "когда", "дата", "время", "день", "начало"])
"""Words before a colon and a time."""
_HOLIDAYS = (
    "christmas", "xmas", "easter", "halloween", "thanksgiving", "valentine", "ramadan", "hanukkah", "рождеств", "пасх",
    "масленица", "масленицу",
)  # fmt: skip
"""Names of days that nobody reads: they may stand in a title beside a day, and not in its place."""
_SEPARATORS = frozenset([",", ";", ":", ".", "|", "-", "–", "—", "\n", "/", "(", ")", "!"])


@dataclass(slots=True)
class Leftovers:
    """The texts, the places of the tokens that are time, and the spans of words that nobody read."""

    sentence: Sentence
    used: set[int] = field(default_factory=set)
    title: str = ""
    place: str = ""
    guests: tuple[str, ...] = ()
    missed: list[tuple[int, int]] = field(default_factory=list)
    numbers: list[tuple[int, int]] = field(default_factory=list)

    def unread(self, read: bool) -> list[tuple[int, int]]:
        """The spans of words that nobody read."""
        return self.missed + self.numbers


def leftovers(text: Sentence, found: Found) -> Leftovers:
    """Everything that the scan left over."""
    rest = Leftovers(text)
    titled = {place for item in found.items if item.titled for place in range(item.first, item.last)}
    for item in found.items:
        rest.used.update(range(item.first, item.last))
    for first, last in found.impossible:
        rest.used.update(range(first, last))
    _take_fillers(text, [each for each in found.items if not each.titled], rest)
    _take_guests(text, rest)
    rest.used -= titled
    starts = {item.first for item in found.items}
    timed = any(isinstance(item.value, Clock | Clocks) for item in found.items)
    titled_to = _end_of_title(text, found.items)
    dated = any(isinstance(item.value, Days | Span) for item in found.items)
    for place, token in enumerate(text.tokens):
        if place in rest.used or place in titled:
            continue
        changing = token.low in CHANGING and place + 1 in starts
        holiday = bool(found.items) and not dated and token.low.startswith(_HOLIDAYS)
        if (
            (not dated and is_abbreviation(text, place, starts))
            or changing
            or holiday
            or is_time_word(text, place, rest.used)
            or is_zone(text, place, rest.used)
        ):
            rest.missed.append((place, place + 1))
        elif is_bare_word(text, place, rest.used) or (
            token.kind == "number"
            and not is_numbering(text, place, place < titled_to)
            and may_be_time(text, place, rest.used, timed, bool(found.items))
        ):
            rest.numbers.append((place, place + 1))
    runs, commas = _runs(text, rest.used)
    titles, where = split_place(runs, commas)
    rest.title = " ".join(_text(run) for run in titles).strip()
    rest.place = _text(where)
    return rest


def _end_of_title(text: Sentence, items: list[Item]) -> int:
    """The place of the first comma, where the words before it are a title: day and hour are both said behind it, and
    nothing before it is a time. 0: there is no such comma."""
    comma = next((place for place, token in enumerate(text.tokens) if token.low == ","), 0)
    behind = [item.value for item in items if item.first > comma]
    dated = any(isinstance(value, Days | Span | Rule) for value in behind)
    timed = any(isinstance(value, Clock | Clocks) for value in behind)
    return comma if dated and timed and len(behind) == len(items) else 0


def _take_fillers(text: Sentence, items: list[Item], rest: Leftovers) -> None:
    """Small words right before or behind a time belong to it."""
    for item in items:
        place = item.first - 1
        while (
            place >= 0
            and place not in rest.used
            and text.low(place) in BEFORE_A_TIME
            and text.low(place) not in CHANGING
            and not (text.low(place - 1) in DASHES and text.token(place).glued)  # "check-in"
        ):
            rest.used.add(place)
            place -= 1
        place = item.last
        while place not in rest.used and text.low(place) in AFTER_A_TIME:
            rest.used.add(place)
            place += 1
    for item in items:
        for words in _PHRASES_BEHIND:
            if text.follows(item.last, *words):
                rest.used.update(range(item.last, item.last + len(words)))
        if item.first > 1 and text.low(item.first - 1) == ":" and text.low(item.first - 2) in _LABELS:
            rest.used.update((item.first - 2, item.first - 1))
        for words in _PHRASES_BEFORE:
            first = item.first - len(words)
            if first >= 0 and text.follows(first, *words):
                rest.used.update(range(first, item.first))
    for before, after in pairwise(items):
        between = [place for place in range(before.last, after.first) if place not in rest.used]
        if between and all(text.low(each) in AND | OR | _SEPARATORS for each in between):
            rest.used.update(between)


def _take_guests(text: Sentence, rest: Leftovers) -> None:
    guests = [place for place, token in enumerate(text.tokens) if token.kind in ("mail", "name")]
    rest.guests = tuple(dict.fromkeys(text.token(place).text for place in guests))
    for place in guests:
        rest.used.add(place)
        before = place - 1
        while before >= 0 and before not in rest.used and text.low(before) in _WITH:
            rest.used.add(before)
            before -= 1


def _runs(text: Sentence, used: set[int]) -> tuple[list[list[Token]], list[bool]]:
    """The tokens that are left, cut where a time was, without marks at their ends."""
    runs: list[list[Token]] = []
    commas: list[bool] = []
    run: list[Token] = []
    for place in range(len(text.tokens) + 1):
        if place < len(text.tokens) and place not in used:
            run.append(text.token(place))
            continue
        comma = bool(run) and run[0].low == "," and bool(runs)
        while run and run[0].low in _SEPARATORS and not _opens(run):
            run.pop(0)
        while run and run[-1].low in _SEPARATORS - {"!", ")"} | {"("}:
            run.pop()
        if run:
            runs.append(run)
            commas.append(comma)
        run = []
    return runs, commas


def _opens(run: list[Token]) -> bool:
    return run[0].low == "(" and any(each.low == ")" for each in run)


def _text(run) -> str:  # type: ignore[no-untyped-def]
    text = ""
    for number, token in enumerate(run):
        text += token.text if token.glued or not number else f" {token.text}"
    return " ".join(text.split())

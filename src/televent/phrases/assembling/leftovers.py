"""The rest of a sentence when its time is read: title, place and guests, and words of time that nobody read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from televent.phrases.assembling.places import split_place
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.scan import Found, is_name
from televent.phrases.grammar.senses import is_no_date, is_other_sense
from televent.phrases.grammar.tokens import Token
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Part, Span
from televent.phrases.words.compounds import WISHES
from televent.phrases.words.vocabulary import (
    AFTER_A_TIME,
    AND,
    BEFORE_A_TIME,
    CHANGING,
    DASHES,
    HALVES,
    MONTHS,
    NUMBERED,
    OR,
    TIME_WORDS,
    TIMES,
    UNITS,
)

_WITH = frozenset(["with", "w", "invite", "с", "со", "пригласить", "and", "и", ",", "&", "+", ":"])
_SHORT_DAYS = frozenset(["m", "t", "tu", "w", "th", "f"])
"""Weekdays in a row such as "m/w/f", which nobody reads."""
_CALLED = frozenset(["morning", "evening", "night", "may", "ночная", "вечер"])
_NOUNS = frozenset(["shift", "club", "owl", "fair", "school", "train"])
_REPORTS = ("итог", "отчет", "планы", "обзор", "цели", "результат", "ретро", "закрыти", "бюджет")
"""Nouns before a month or a year that tell no time: "итоги года"."""
_LEADING = frozenset(
    ["in", "через", "at", "@", "в", "во", "до", "till", "until", "to", "since", "for", "на", "from", "с", "к", "by",
     "after", "после"]
)  # fmt: skip
_FOR_PEOPLE = (
    "table",
    "reservation",
    "booking",
    "party",
    "tickets",
    "dinner",
    "lunch",
    "brunch",
    "столик",
    "стол",
    "бронь",
)
"""Nouns behind which "for 4" says how many people come."""
_PHRASES_BEHIND = (
    ("till", "late"), ("til", "late"), ("until", "late"), ("at", "the", "latest"), ("latest",), ("or", "so"),
    ("or", "thereabouts"), ("and", "onwards"), ("и", "позже"), ("и", "дальше"), ("до", "упора"),
)  # fmt: skip
"""Words behind a time that change nothing about its start."""
_PHRASES_BEFORE = (("any", "time"), ("anytime",), ("at", "some", "point"), ("в", "любое", "время"))
"""Words before hours that leave open when within them."""
_LABELS = frozenset(["when", "date", "time", "day", "start", "когда", "дата", "время", "день", "начало"])
"""Words before a colon and a time."""
_HOW_MANY = frozenset(["many", "сколько", "per"])
_ABOUT_A_MONTH = (
    "sale",
    "edition",
    "statement",
    "payslip",
    "salary",
    "intake",
    "release",
    "sprint",
    "roundup",
    "bill",
    "shift",
    "newsletter",
    "invoice",
    "report",
    "payroll",
    "figures",
    "numbers",
    "budget",
    "rent",
    "issue",
    "accounts",
)
_VOWELS = frozenset("aeiouyаеиоуыэюя")
_ZONE = re.compile(r"[A-Z]{2,4}T")
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
    dated = any(isinstance(item.value, Days | Span) for item in found.items)
    for place, token in enumerate(text.tokens):
        if place in rest.used or place in titled:
            continue
        changing = token.low in CHANGING and place + 1 in starts
        holiday = bool(found.items) and not dated and token.low.startswith(_HOLIDAYS)
        if (
            (not dated and _is_abbreviation(text, place, starts))
            or changing
            or holiday
            or _is_time_word(text, place, rest.used)
            or _is_zone(text, place, rest.used)
        ):
            rest.missed.append((place, place + 1))
        elif token.kind == "number" and _may_be_time(text, place, rest.used, timed, bool(found.items)):
            rest.numbers.append((place, place + 1))
    runs, commas = _runs(text, rest.used)
    titles, where = split_place(runs, commas)
    rest.title = " ".join(_text(run) for run in titles).strip()
    rest.place = _text(where)
    return rest


def _take_fillers(text: Sentence, items: list[Item], rest: Leftovers) -> None:
    """Small words right before or behind a time belong to it."""
    for item in items:
        place = item.first - 1
        while (
            place >= 0
            and place not in rest.used
            and text.low(place) in BEFORE_A_TIME
            and text.low(place) not in CHANGING
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
            if first >= 0 and text.follows(first, *words) and isinstance(item.value, Clock | Clocks | Part):
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


def _is_time_word(text: Sentence, place: int, used: set[int]) -> bool:
    token = text.token(place)
    if token.kind in ("colon", "iso"):
        return True
    if token.kind == "dots":
        return bool(used) and not is_no_date(text, place)
    if token.low in ("time", "время") and text.low(place - 1) in ("same", "this", "any", "же"):
        return True
    if token.low in TIMES and text.token(place - 1).kind == "number":
        return text.low(place + 1) in ("a", "в", "per", "daily")
    if token.low == "working":
        return text.low(place + 1) in ("day", "days", "hours")
    if token.low in MONTHS and _is_topic(text, place):
        return False
    if (
        token.low in ("weeks", "days", "hours", "minutes", "дней", "недель", "часов")
        and text.low(place - 1) in _HOW_MANY
    ):
        return False
    if token.low in _SHORT_DAYS and text.low(place + 1) == "/" and text.low(place + 2) in _SHORT_DAYS:
        return True
    if token.low in ("time", "времени"):
        return any(
            text.token(place - back).kind in ("colon", "number") or text.low(place - back) in HALVES for back in (2, 3)
        )
    if (
        is_name(text, place)
        or is_other_sense(text, place)
        or text.low(place - 1) in WISHES
        or (token.low in _CALLED and text.low(place + 1) in _NOUNS)
    ):
        return False
    if token.low in ("квартала", "года", "месяца", "недели") and text.low(place - 1).startswith(_REPORTS):
        return False
    if token.low.endswith(("sday", "nday", "urday")) and token.low not in ("someday",):
        return True
    return token.low in TIME_WORDS


def _is_topic(text: Sentence, place: int) -> bool:
    """Whether a month without a day is what something is about: "отчёт за ноябрь", "March newsletter"."""
    if text.token(place - 1).kind == "number" or text.token(place + 1).kind == "number":
        return False
    return text.low(place - 1) in ("за", "for") or text.low(place + 1).startswith(_ABOUT_A_MONTH)


def _is_abbreviation(text: Sentence, place: int, starts: set[int]) -> bool:
    """Whether a short word without a vowel stands where a day does: "в птнц в 16:30"."""
    token = text.token(place)
    if token.kind != "word" or not 2 <= len(token.low) <= 5 or token.text.isupper() or token.low in BEFORE_A_TIME:
        return False
    return text.low(place - 1) in ("в", "во", "on") and place + 1 in starts and not set(token.low) & _VOWELS


def _is_zone(text: Sentence, place: int, used: set[int]) -> bool:
    """Whether an unknown name of a zone stands right behind a time: "3pm AKST", "в 15:00 по Саратову"."""
    if place - 1 not in used:
        return False
    following = text.token(place + 1)
    named = text.low(place) == "по" and following.kind == "word" and following.text[:1].isupper()
    return named or _ZONE.fullmatch(text.token(place).text) is not None


def _may_be_time(text: Sentence, place: int, used: set[int], timed: bool, anything: bool) -> bool:
    """Whether a bare number may be an hour or a day, and not the number of a room."""
    token = text.token(place)
    number = token.number
    if number is None or (number > 31 and len(token.low) < 4):
        return False
    if 1900 <= number < text.today.year - 1 and number % 100 and text.low(place - 1) not in _LEADING:
        return False  # "book club: 1984"
    if len(token.low) == 4 and not 1900 <= number <= 2100 and number % 100 > 59:
        return False
    before = text.low(place - 1)
    called = text.token(place - 1).text[:1].isupper() and text.token(place - 1).kind == "word" and place > 1
    if timed and called and place - 1 not in used:
        return False  # "на Ленина 10"
    if before in ("x", "х") and text.token(place).glued and anything:
        return True  # "physio x6 Wednesday": a number of times
    if before in NUMBERED or before in ("#", "№") or (text.token(place).glued and text.token(place - 1).kind == "word"):
        return False
    following = text.token(place + 1)
    if timed and before == "at" and following.text[:1].isupper():
        return False  # "at 10 Downing Street"
    if _is_amount(text, place) or (following.low == "лет" and before not in ("через", "на")):
        return False
    if following.low in UNITS or following.low in HALVES or before in _LEADING:
        return True
    if following.kind == "word" and following.glued:
        return False
    if timed:
        ahead = place + 1 + (following.low in AND | OR | {",", "&", "+"})
        near = place - 1 in used or ahead in used
        return near and before not in ("-",)
    return anything


def _is_amount(text: Sentence, place: int) -> bool:
    """Whether a number is money, a percentage, or how many people come: "£1", "table for 4"."""
    before, following = text.low(place - 1), text.low(place + 1)
    if before in ("£", "$", "€") or following in ("%", "£", "€", "₽", "руб", "рублей", "р", "kg", "кг"):
        return True
    return before in ("for", "на", "of") and text.low(place - 2).startswith(_FOR_PEOPLE)


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


__all__ = ["DASHES", "Leftovers", "leftovers"]

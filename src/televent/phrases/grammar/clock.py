"""Reads times of the day: "3pm", "at 3", "15:00", "noon", "3-4pm"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.digits import AT, HOURS, digits_at, half_at, near_a_day
from televent.phrases.grammar.spoken import spoken_at
from televent.phrases.grammar.values import Clock, Clocks, Item
from televent.phrases.words.vocabulary import (
    DASHES,
    NOONS,
    OR,
    PARTS,
    RELATIVE_DAYS,
    TO,
    WEEKDAYS,
    WEEKDAYS_REPEATED,
    WORKDAYS,
)

_APPROXIMATE = frozenset(
    ["around", "about", "approximately", "approx", "exactly", "~", "около", "примерно", "ровно", "где-то", "circa",
     "ca", "roughly", "приблизительно", "ориентировочно", "районе", "after", "после", "before", "ближе", ]
)  # fmt: skip
_VAGUE_HOURS = frozenset(["часов", "часа", "часиков", "часика"])
"""Words before a time that make it approximate: "часов в 8"."""
_LATEST = (
    ("no", "later", "than"), ("not", "later", "than"), ("at", "the", "latest", "by"), ("не", "позже"),
    ("не", "позднее"),
)  # fmt: skip
"""Words before a time that make it the last one."""
_BEHIND_A_BARE_HOUR = frozenset(
    ["", "?", "!", ")", ",", ".", "till", "til", "until", "w", "with", "@", "at", "\n", "for", "in", "у", "с"]
)
"""Words behind an hour that only the day before it marks: "Sat 7 till late"."""
MAX_BARE_RANGE = 9
"""Max hours between two numbers that nothing but a day marks as times."""
MAX_DAYS_AHEAD = 45
"""Max days in which a weekday with a number is looked for as a date."""
MAX_LIKELY_RANGE = 3
"""Max hours of a range such as "10 to 12", beyond which minutes before the hour may be meant as well."""
_ROUND = frozenset(f"{minute:02}" for minute in range(0, 60, 5))
_EXACT = frozenset(["exactly", "ровно"])
_NOW = (
    ("в", "это", "же", "время"), ("в", "то", "же", "время"), ("в", "это", "время"), ("at", "this", "time"), ("this",
    "time"),
)  # fmt: skip
"""Words for the time of the day that it is now."""


def clock_at(text: Sentence, place: int) -> Item | None:
    """The time of the day at a place, or the range of two."""
    low = text.low(place)
    now = next((len(words) for words in _NOW if words[0] == low and text.follows(place, *words)), 0)
    if now and any(_is_later_day(text, each) for each in range(len(text.tokens))):
        return Item(Clock(text.now.hour, text.now.minute, exact=True), place, place + now)
    return _range_at(text, place) or _one(text, place)


def _is_later_day(text: Sentence, place: int) -> bool:
    return text.low(place) in RELATIVE_DAYS or text.low(place) in ("через", "next", "week", "month", "недели", "неделю")


def _one(text: Sentence, place: int) -> Item | None:
    """One time of the day; with its preposition, which a bare number needs."""
    at = place
    if text.low(place) in _VAGUE_HOURS and text.low(place + 1) in ("в", "к", "до", "около", "с", "после", "на"):
        vague = _one(text, place + 1)
        if vague is not None and isinstance(vague.value, Clock):
            return Item(replace(vague.value, about=True), place, vague.last)
    low = text.low(place)
    latest = next((len(words) for words in _LATEST if words[0] == low and text.follows(place, *words)), 0)
    at += latest
    asked = (
        bool(latest)
        or _is_bare_hour(text, place)
        or text.low(place - 1) in PARTS
        or (text.low(place + 1) == "ish" and text.token(place + 1).glued)
    )
    asked = asked or (text.low(place - 1) in OR and text.number(place - 2) is not None)
    asked = asked or _is_four_digits(text, place) or _is_dashed(text, place)
    while text.low(at) in AT or text.low(at) in _APPROXIMATE:
        asked = True
        at += 1
        if at - place > 3 + latest:
            return None
    core = _core(text, at, bare=asked)
    if core is None:
        return None
    clock, after = core
    ish = text.skip(after, ("-",)) if text.low(after + 1) == "ish" else after
    ish = text.skip(ish, ("ish",))
    if ish > after or latest or any(text.low(each) in _APPROXIMATE - _EXACT for each in range(place, at)):
        clock = replace(clock, about=True)
    return Item(clock, place, text.skip(ish, ("sharp", "ровно", "o'clock", "oclock")))


def _is_bare_hour(text: Sentence, place: int) -> bool:
    """ "Sat 7 till late", "завтра 7": an hour, if nothing else is one, and if it is no day of the month."""
    before, number = text.low(place - 1 - (text.low(place - 1) in (",", "?"))), text.token(place).number
    if (
        number is None
        or len(text.low(place)) > 2
        or not 0 < number < 24
        or text.low(place + 1) not in _BEHIND_A_BARE_HOUR
    ):
        return False
    if text.low(place + 1) in (".", ",") and text.token(place + 2).glued and text.low(place + 2):
        return False
    if text.has_clock:
        return False
    if before in RELATIVE_DAYS or before in WEEKDAYS_REPEATED or before in WORKDAYS:
        return True
    weekday = WEEKDAYS.get(before)
    return weekday is not None and not any(
        (text.today + timedelta(days=ahead)).day == number and (text.today.weekday() + ahead) % 7 == weekday
        for ahead in range(MAX_DAYS_AHEAD)
    )


def _is_four_digits(text: Sentence, place: int) -> bool:
    """ "tomorrow 1515", "handover 0900 every Monday"."""
    token = text.token(place)
    if token.kind != "number" or len(token.low) != 4:
        return False
    written = token.low[0] == "0" and token.low[1] != "0" and token.low[2:] in _ROUND
    alone = written and not text.has_clock
    before = text.token(place - 1)
    phoned = text.token(place + 1).kind == "number" or before.kind == "number"
    flight = before.kind == "word" and before.text.isupper() and len(before.text) < 4 and before.low not in WEEKDAYS
    return (alone and not phoned) or (near_a_day(text, place, place + 1) and not flight)


def _is_dashed(text: Sentence, place: int) -> bool:
    """ "завтра 16-00", and no range of hours."""
    minutes = text.low(place + 2)
    dashed = text.low(place + 1) in DASHES and text.token(place + 1).glued and text.token(place + 2).glued
    return dashed and minutes in ("00", "30", "45") and near_a_day(text, place, place + 3)


def _core(text: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    if text.low(at) == "noonish":
        return Clock(12, exact=True, about=True), at + 1
    noon = text.look_up(at, NOONS)
    if noon is not None:
        return Clock(noon, 0, "midnight" if not noon else None, exact=True), at + 1
    if text.low(at) in ("12", "twelve") and text.low(at + 1) in ("noon", "midday", "midnight"):
        midnight = text.low(at + 1) == "midnight"
        return Clock(0 if midnight else 12, 0, "midnight" if midnight else None, exact=True), at + 2
    said = spoken_at(text, at)
    if said is not None:
        clock, after = said
        half, after = half_at(text, after)
        return Clock(clock.hour, clock.minute, half), after
    return digits_at(text, at, bare=bare)


def _range_at(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("from", "с", "c", "со", "between", "at", "в", "от"), 1)
    said = at > place and text.low(place) not in ("at", "в")
    first = _core(text, at, bare=True)
    if first is None:
        return None
    between = text.low(place) in ("between", "между")
    joint = text.low(first[1])
    if joint not in TO and not (between and joint in ("and", "и")) and joint != "и":
        return None
    if joint == "и" and not between:
        return None
    second_place = text.skip(first[1] + 1, ("at", "в"))
    last = _core(text, second_place, bare=True)
    if last is None:
        return None
    one, two = first[0], last[0]
    marked = one.half or two.half or ":" in _texts(text, at, last[1]) or text.low(at) in NOONS or said
    marked = marked or any(text.token(each).kind == "dots" for each in (at, second_place))
    marked = marked or any(text.low(each) in HOURS for each in range(at, last[1])) or text.low(second_place) in NOONS
    if not marked and not near_a_day(text, place, last[1]) and text.low(place) not in ("at", "в"):
        return None
    if one.hour > 24 or two.hour > 24:
        return None
    if not marked and (two.hour - one.hour) % 12 > MAX_BARE_RANGE:
        return None  # "3-2": a score
    after = text.skip(last[1], ("sharp", "ровно"))
    return Item(Clocks(one, two, _spoken_too(text, place, at, one, two) if joint == "to" else None), place, after)


def _spoken_too(text: Sentence, place: int, at: int, one: Clock, two: Clock) -> Clock | None:
    """The other meaning of "10 to 5" and "at 10 to 12": some minutes before the hour."""
    bare = not (one.half or one.minute or two.minute or one.written or two.written or one.exact)
    if not bare or one.hour not in (5, 10) or not 1 <= two.hour <= 12 or text.low(place) in ("from", "between"):
        return None
    likely = text.low(at - 1) == "at" or (two.hour - one.hour) % 12 > MAX_LIKELY_RANGE
    return replace(two, hour=two.hour - 1 or 12, minute=60 - one.hour) if likely else None


def _texts(text: Sentence, first: int, last: int) -> str:
    return " ".join(text.low(each) for each in range(first, last))

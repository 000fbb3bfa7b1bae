"""Reads times of the day: "3pm", "at 3", "15:00", "noon", "3-4pm"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.lengths import SINGULAR
from televent.phrases.grammar.spoken import spoken_at
from televent.phrases.grammar.values import Clock, Clocks, Item
from televent.phrases.words.vocabulary import (
    DASHES,
    HALVES,
    MONTHS,
    NOONS,
    NUMBERS,
    OR,
    PARTS,
    RELATIVE_DAYS,
    TIMES,
    TO,
    UNITS,
    WEEKDAYS,
    WEEKDAYS_REPEATED,
    WORKDAYS,
)

AT = frozenset(
    ["at", "@", "в", "во", "к", "ко", "на", "from", "с", "со", "between", "до", "till", "until", "til", "by", "around",
     "about", "около", "после", "after", "starting", "ровно", "примерно", "before", "ближе", "где-то", "roughly",
     "circa",
     "approx", "приблизительно", "ориентировочно", "начало"]
)  # fmt: skip
_APPROXIMATE = frozenset(
    ["around", "about", "approximately", "approx", "exactly", "~", "около", "примерно", "ровно", "где-то", "circa",
     "ca",
     "roughly", "приблизительно", "ориентировочно", "районе", "after", "после", "before", "ближе", "or", "thereabouts"]
)  # fmt: skip
_VAGUE_HOURS = frozenset(["часов", "часа", "часиков", "часика"])
"""Words before a time that make it approximate: "часов в 8"."""
_LATEST = (
    ("no", "later", "than"),
    ("not", "later", "than"),
    ("at", "the", "latest", "by"),
    ("не", "позже"),
    ("не", "позднее"),
)
"""Words before a time that make it the last one."""
_BEHIND_A_BARE_HOUR = frozenset(
    ["", ",", ".", "till", "til", "until", "w", "with", "@", "at", "\n", "for", "in", "у", "с"]
)
"""What follows an hour that nothing but the day before it marks: "Sat 7 till late"."""
_ENGLISH_SINGULAR = frozenset(["day", "week", "month", "year"])
_BEFORE_ONE = {
    "час": ("в", "на"), "часу": ("к", "до", "с"), "часа": ("до", "с", "около", "после"),
}  # fmt: skip
"""The words before each form of "one o'clock"."""
MAX_BARE_RANGE = 9
"""Max hours between two numbers that nothing but a day marks as times."""
MAX_DAYS_AHEAD = 45
"""Max days in which a weekday with a number is looked for as a date."""
MAX_LIKELY_RANGE = 3
"""Max hours of a range such as "10 to 12", beyond which minutes before the hour may be meant as well."""
_DASHED_MINUTES = frozenset(["00", "05", "15", "25", "30", "35", "40", "45", "50", "55"])
"""Minutes behind a dash: "в 12-40". Other numbers are the end of a range: "в 10-12"."""
_ROUND = frozenset(f"{minute:02}" for minute in range(0, 60, 5))
_EXACT = frozenset(["exactly", "ровно"])
_MONEY = frozenset(["£", "$", "€", "₽", "%", "eur", "usd", "gbp", "руб", "р", "рублей", "тыс", "k", "к"])
_MEASURES = frozenset(
    ["kg", "km", "miles", "mile", "cm", "mm", "ml", "g", "l", "x", "кг", "км", "м", "л", "см", "мл", "процента"]
)
_HOURS = frozenset(["часа", "часов", "час", "ч", "часам", "часу", "h", "hours", "hrs", "o'clock", "oclock"])
_MINUTES = frozenset(["минут", "минуты", "минуту", "мин", "м"])


_NOW = (
    ("в", "это", "же", "время"),
    ("в", "то", "же", "время"),
    ("в", "это", "время"),
    ("at", "this", "time"),
    ("this", "time"),
)
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
    before, number = text.low(place - 1), text.token(place).number
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
    weekday = text.look_up(place - 1, WEEKDAYS)
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
    phoned = text.token(place + 1).kind == "number" or text.token(place - 1).kind == "number"
    return (alone and not phoned) or _near_a_day(text, place, place + 1)


def _is_dashed(text: Sentence, place: int) -> bool:
    """ "завтра 16-00", and no range of hours."""
    minutes = text.low(place + 2)
    dashed = text.low(place + 1) in DASHES and text.token(place + 1).glued and text.token(place + 2).glued
    return dashed and minutes in ("00", "30", "45") and _near_a_day(text, place, place + 3)


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
    return _digits(text, at, bare=bare)


def half_at(text: Sentence, place: int) -> tuple[str | None, int]:
    """The half or part of the day after a time ("pm", "in the evening", "вечера"), and the place after it."""
    half = text.look_up(place, HALVES)
    if half is not None:
        return half, place + 1
    if text.low(place) in ("a", "p") and text.token(place).glued and text.low(place + 1) not in ("", "."):
        return f"{text.low(place)}m", place + 1
    if text.low(place) == "in" and text.low(place + 1) == "the" and text.low(place + 2) in PARTS:
        return PARTS[text.low(place + 2)], place + 3
    if text.low(place) == "at" and text.low(place + 1) == "night":
        return "night", place + 2
    return None, place


def _digits(text: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    token = text.token(at)
    if token.kind in ("colon", "dots"):
        pieces = token.low.replace(".", ":").split(":")
        if "/" in token.low or len(pieces) > 2 + (token.kind == "colon") or len(pieces[1]) != 2 or len(pieces[0]) > 2:
            return None
        hour, minute = int(pieces[0]), int(pieces[1])
        half, after = half_at(text, at + 1)
        sure = bare or half is not None or _is_dotted_hour(text, at, minute)
        if token.kind == "dots" and not sure:
            return None
        if token.kind == "dots" and half is None and (_counts(text, at + 1, minute) or _is_price(text, at)):
            return None  # "1.5 hours"
        after = text.skip(after, ("часов", "часа", "ч", "h", "hrs", "hours"))
        clock = Clock(hour, minute, half, exact=pieces[0][0] == "0", written=token.kind == "colon")
        return (clock, after) if _exists(hour, minute, half) else None
    if token.kind == "word" and bare and token.low.endswith("ish") and token.low[:-3] in NUMBERS:
        return Clock(NUMBERS[token.low[:-3]], 0, about=True), at + 1  # "threeish"
    if token.low in ("час", "часу", "часа") and bare and text.low(at - 1) in _BEFORE_ONE[token.low]:
        half, after = half_at(text, at + 1)
        return Clock(1, 0, half), after
    number = text.number(at)
    if number is None or (text.token(at + 1).glued and text.low(at + 1) in ("st", "nd", "rd", "th", "%")):
        return None
    hour, after = number
    if token.kind == "number" and len(token.low) in (3, 4) and hour % 100 < 60 and hour < 1300:
        half, behind = half_at(text, after)  # "315pm", "в 900"
        if half in ("am", "pm") and _exists(hour // 100, hour % 100, half):
            return Clock(hour // 100, hour % 100, half), behind
        if len(token.low) == 3 and bare and text.low(at - 1) in ("at", "в", "к", "с") and not hour % 5:
            return Clock(hour // 100, hour % 100), after
    if not bare and text.low(after) == "дня":
        return None  # three days
    if token.kind == "number" and len(token.low) == 4 and bare and hour % 100 < 60 and hour < 2400:
        if text.low(after) in MONTHS or (1900 < hour < 2100 and hour % 10):
            return None
        return Clock(hour // 100, hour % 100, None, exact=True), text.skip(after, ("hrs", "hours"))
    minute = 0
    marked = text.low(after) in _HOURS and (text.low(after) != "h" or text.token(after).glued)
    clear = text.low(after) in ("o'clock", "oclock")
    if token.kind == "number" and bare and text.low(after) in DASHES and text.token(after).glued:
        minutes = text.token(after + 1)
        if minutes.glued and minutes.kind == "number" and minutes.low in _DASHED_MINUTES:
            half, behind = half_at(text, after + 2)
            return (Clock(hour, int(minutes.low), half), behind) if _exists(hour, int(minutes.low), half) else None
    if marked:
        after += 1
        minutes_after = text.number(after)
        if minutes_after is not None and minutes_after[0] < 60 and text.low(minutes_after[1]) in _MINUTES:
            minute, after = minutes_after[0], minutes_after[1] + 1
            clear = True
        elif minutes_after is not None and text.token(after).glued and minutes_after[0] < 60:
            minute, after = minutes_after
            clear = True
    elif bare and (second := text.number(after)) is not None:
        # "в 15 30", "at ten thirty"
        spelled = len(text.low(after)) == 2 or not text.low(after).isdigit()
        dated = text.low(second[1]) in MONTHS or text.low(second[1]) in ("числа", "число")
        timed = text.low(second[1]) in HALVES or text.low(at - 1) not in AT
        dated = dated or text.low(second[1]) in ("st", "nd", "rd", "th")
        zeros = text.low(after) == "00"
        if (
            spelled
            and (10 <= second[0] < 60 or zeros)
            and not dated
            and not timed
            and not _counts(text, second[1], second[0])
        ):
            minute, after = second
    half, after = half_at(text, after)
    if half is None and not bare and not clear:
        return None
    if half is None and not marked and (_counts(text, after, hour) or text.low(after) in TIMES):
        return None
    if half is None and not marked and (text.low(after) in MONTHS or text.low(after) in ("%", "числа", "число")):
        return None
    if hour > 24 or not _exists(hour, minute, half):
        return None
    return Clock(hour, minute, half, exact=token.low.startswith("0") and len(token.low) == 2), after


def _is_dotted_hour(text: Sentence, at: int, minute: int) -> bool:
    """Whether "16.20" is certainly no date and stands in a sentence with a day, or right beside it."""
    if 0 < minute < 13:
        return False
    return _near_a_day(text, at, at + 1) or (text.has_day_beside(at) and not minute % 5)


def _is_price(text: Sentence, at: int) -> bool:
    """ "£3.50", "3.50 EUR", "5.30 kg"."""
    return text.low(at - 1) in _MONEY or text.low(at + 1) in _MONEY | _MEASURES


def _counts(text: Sentence, place: int, number: int) -> bool:
    """Whether a unit follows a number: "at 3 minutes", but not "at 10 day off" or "в 16 день рождения"."""
    if number != 1 and (text.low(place) in _ENGLISH_SINGULAR or (text.low(place) in SINGULAR and number % 10 != 1)):
        return False
    if text.low(place) in ("w", "d") and not text.token(place).glued:
        return False  # "at 10 w Bob"
    return text.low(place) in UNITS and not (text.low(place) in HALVES or text.low(place) in _HOURS)


def _exists(hour: int, minute: int, half: str | None) -> bool:
    if half in ("am", "pm") and not 1 <= hour <= 12:
        return False
    return (hour < 24 and minute < 60) or (hour == 24 and minute == 0)


def _range_at(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("from", "с", "со", "between", "at", "в", "от", "between"), 1)
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
    marked = marked or any(text.low(each) in _HOURS for each in range(at, last[1])) or text.low(second_place) in NOONS
    if not marked and not _near_a_day(text, place, last[1]) and text.low(place) not in ("at", "в"):
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


def _near_a_day(text: Sentence, first: int, after: int) -> bool:
    def is_day(place: int) -> bool:
        low, kind = text.low(place), text.token(place).kind
        return low in WEEKDAYS or low in RELATIVE_DAYS or kind == "iso" or (kind == "dots" and low[-3:-2] == ".")

    before = first - 1 - (text.low(first - 1) == ",")
    return is_day(before) or is_day(after) or text.low(before) in MONTHS or text.look_up(after, {"on": 1}) is not None


def _texts(text: Sentence, first: int, last: int) -> str:
    return " ".join(text.low(each) for each in range(first, last))

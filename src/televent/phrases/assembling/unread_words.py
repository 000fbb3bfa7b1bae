"""Tells which words of a title may be about time, so that they are asked about and do not vanish in it."""

from __future__ import annotations

import re

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.scan import is_name
from televent.phrases.grammar.senses import is_no_date, is_other_sense
from televent.phrases.words.compounds import WISHES
from televent.phrases.words.vocabulary import (
    AND,
    BEFORE_A_TIME,
    HALVES,
    MONTHS,
    NUMBERED,
    NUMBERS,
    OR,
    TIME_WORDS,
    TIMES,
    UNITS,
)

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
    "table", "reservation", "booking", "party", "tickets", "dinner", "lunch", "brunch", "столик", "стол", "бронь",
)  # fmt: skip
"""Nouns behind which "for 4" says how many people come."""
_SERVED = ("table", "reservation", "booking", "столик", "бронь")
"""Nouns in a sentence where "for 4" says it beside a clear time."""
_JOINTS = AND | OR | BEFORE_A_TIME
_HOW_MANY = frozenset(["many", "сколько", "per"])
_ABOUT_A_MONTH = (
    "sale", "edition", "statement", "payslip", "salary", "intake", "release", "roundup", "bill", "shift",
    "newsletter", "invoice", "report", "payroll", "figures", "numbers", "budget", "rent", "issue", "accounts",
)  # fmt: skip
_WHOSE = frozenset(
    ["her", "his", "their", "your", "its", "local", "my", "our", "их", "его", "ее", "вашему", "нашему", "моему"]
)
"""Words before "time" that make a time zone of it."""
_PARTS = frozenset(["of", "из"])
"""Words between the number of a part and how many there are."""
_VOWELS = frozenset("aeiouyаеиоуыэюя")
_ZONE = re.compile(r"[A-Z]{2,4}T")


def is_time_word(text: Sentence, place: int, used: set[int]) -> bool:
    """Whether a word is about time, and is no name, topic or noun of the title. ``used``: the places that are time."""
    token = text.token(place)
    if token.kind in ("colon", "iso"):
        return True
    if token.kind == "dots" and text.low(place - 1) in ("£", "$", "€"):
        return False
    if token.low in NUMBERED and text.token(place + 1).kind == "number":
        return False  # "year 6", "week 9"
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
        whose = text.token(place - 1).text[:1].isupper() or text.low(place - 1) in _WHOSE
        backs = [place - back for back in (2, 3)]
        return whose and any(text.token(each).kind in ("colon", "number") or text.low(each) in HALVES for each in backs)
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


def is_abbreviation(text: Sentence, place: int, starts: set[int]) -> bool:
    """Whether a short word without a vowel stands where a day does: "в птнц в 16:30"."""
    token = text.token(place)
    if token.kind != "word" or not 2 <= len(token.low) <= 5 or token.text.isupper() or token.low in BEFORE_A_TIME:
        return False
    return text.low(place - 1) in ("в", "во", "on") and place + 1 in starts and not set(token.low) & _VOWELS


def is_zone(text: Sentence, place: int, used: set[int]) -> bool:
    """Whether an unknown name of a zone stands right behind a time: "3pm AKST", "в 15:00 по Саратову"."""
    if place - 1 not in used:
        return False
    following = text.token(place + 1)
    named = text.low(place) == "по" and following.kind == "word" and following.text[:1].isupper()
    return named or _ZONE.fullmatch(text.token(place).text) is not None


def is_bare_word(text: Sentence, place: int, used: set[int]) -> bool:
    """Whether a number in words stands right beside a time and counts nothing: "seven on the seventh"."""
    if not 1 <= NUMBERS.get(text.low(place), 0) <= 12 or text.low(place - 1) in ("for", "of", "на", "table", "столик"):
        return False
    return place + 1 in used or (place - 1 in used and not text.low(place + 1))


def is_numbering(text: Sentence, place: int, titled: bool) -> bool:
    """Whether a number counts what the title names: "Chat 1 of 3", "Урок 3 из 10". ``titled``: it stands before the
    comma that ends the title, where any number does that no word of time stands beside."""
    before, following = text.low(place - 1), text.token(place + 1)
    count = place - 2 - (text.low(place - 2) == "out")
    if before in _PARTS and text.token(count).kind == "number" and text.low(count - 1) not in _LEADING:
        return True
    if following.low in _PARTS and text.token(place + 2).kind == "number" and before not in _LEADING:
        return True
    beside = before in _LEADING or following.low in UNITS or following.low in HALVES or text.token(place).glued
    return titled and place > 0 and not beside


def may_be_time(text: Sentence, place: int, used: set[int], timed: bool, anything: bool) -> bool:
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
    if (
        number > 99
        and text.token(place - 1).text.isupper()
        and len(before) < 4
        and text.token(place - 1).kind == "word"
    ):
        return False  # the flight "SU 1022"
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
        return near and (before not in ("-",) or following.low in AND | OR)
    counted = following.kind == "word" and following.low not in TIME_WORDS and place - 1 not in used
    return anything and not (counted and place + 1 not in used and following.low not in _JOINTS)


def _is_amount(text: Sentence, place: int) -> bool:
    """Whether a number is money, a percentage, or how many people come: "£1", "table for 4"."""
    before, following = text.low(place - 1), text.low(place + 1)
    if before in ("£", "$", "€") or following in ("%", "£", "€", "₽", "руб", "рублей", "р", "kg", "кг"):
        return True
    if before not in ("for", "на", "of"):
        return False
    served = text.has_clock and any(token.low.startswith(_SERVED) for token in text.tokens)
    return served or text.low(place - 2).startswith(_FOR_PEOPLE)

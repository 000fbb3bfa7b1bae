"""The words of time of all languages together: English words in a Russian chat are read too, and the reverse."""

from __future__ import annotations

from televent.phrases.words import compounds, english, russian

WEEKDAYS = {**english.WEEKDAYS, **russian.WEEKDAYS}
WEEKDAYS_REPEATED = {**english.WEEKDAYS_REPEATED, **russian.WEEKDAYS_REPEATED}
MONTHS = {**english.MONTHS, **russian.MONTHS}
NUMBERS = {**english.NUMBERS, **russian.NUMBERS}
ORDINALS = {**english.ORDINALS, **russian.ORDINALS}
HALF_HOURS = russian.HALF_HOURS
ONE_OF = russian.ONE_OF
LENGTH_ADJECTIVES = russian.LENGTH_ADJECTIVES
COLLECTIVES = russian.COLLECTIVES
DAYS_OF_24_HOURS = russian.DAYS_OF_24_HOURS
UNITS = {**english.UNITS, **russian.UNITS}
RELATIVE_DAYS = {**english.RELATIVE_DAYS, **russian.RELATIVE_DAYS}
PARTS = {**english.PARTS, **russian.PARTS}
HALVES = {**english.HALVES, **russian.HALVES}
NOONS = {**english.NOONS, **russian.NOONS}

AND = english.AND | russian.AND
OR = english.OR | russian.OR
FROM = english.FROM | russian.FROM
DASHES = frozenset(["-", "–", "—", "−", "‑"])
TO = english.TO | russian.TO | DASHES
EVERY = english.EVERY | russian.EVERY
OTHER = english.OTHER | russian.OTHER
NEXT = english.NEXT | russian.NEXT
THIS = english.THIS | russian.THIS
LAST = english.LAST | russian.LAST
PAST = english.PAST | russian.PAST
AGO = english.AGO | russian.AGO
LATER = english.LATER | russian.LATER
IN = english.IN | russian.IN
FOR = english.FOR | russian.FOR
DAILY = english.DAILY | russian.DAILY
WEEKLY = english.WEEKLY | russian.WEEKLY
MONTHLY = english.MONTHLY | russian.MONTHLY
YEARLY = english.YEARLY | russian.YEARLY
QUARTERLY = english.QUARTERLY | russian.QUARTERLY
FORTNIGHTLY = english.FORTNIGHTLY | russian.FORTNIGHTLY
FREQUENCY_ADJECTIVES = russian.FREQUENCY_ADJECTIVES
BEFORE_A_NOUN = english.BEFORE_A_NOUN | russian.BEFORE_A_NOUN
BEHIND_AN_ADVERB = english.BEHIND_AN_ADVERB
WORKDAYS = english.WORKDAYS | russian.WORKDAYS
WEEKENDS = english.WEEKENDS | russian.WEEKENDS
TIMES = english.TIMES | russian.TIMES
BEFORE_A_TIME = english.BEFORE_A_TIME | russian.BEFORE_A_TIME
AFTER_A_TIME = english.AFTER_A_TIME | russian.AFTER_A_TIME
CHANGING = english.CHANGING | russian.CHANGING
HOLIDAY_ADJECTIVES = english.HOLIDAY_ADJECTIVES + russian.HOLIDAY_ADJECTIVES
OTHER_SENSES = {**compounds.AROUND, **english.OTHER_SENSES, **russian.OTHER_SENSES}
WEAK_WEEKDAYS = english.WEAK_WEEKDAYS | russian.WEAK_WEEKDAYS
NUMBERED = english.NUMBERED | russian.NUMBERED
NUMBERED_RANGES = english.NUMBERED_RANGES | russian.NUMBERED_RANGES
TOPIC = english.TOPIC | russian.TOPIC
MOVING = english.MOVING + russian.MOVING

APPROXIMATE = frozenset(
    ["later", "earlier", "so", "any", "anytime", "some", "любое", "around", "approximately", "approx", "circa", "ca",
     "roughly", "ish", "~", "thereabouts", "около", "примерно", "приблизительно", "ориентировочно", "где-то",
     "ближе", "районе"]
)  # fmt: skip
"""Words beside a time that say that it is not exact."""
_NO_TIME_ALONE = frozenset(["m", "h", "hr", "d", "w", "м", "ч", "day", "день", "min", "sec", "лет"])
"""Words that stand in many titles ("day off", "день рождения") and tell no time alone."""
TIME_WORDS = (
    frozenset().union(
        WEEKDAYS, WEEKDAYS_REPEATED, MONTHS, UNITS, RELATIVE_DAYS, PARTS, NOONS, EVERY, AGO, DAILY, WEEKLY, MONTHLY,
        YEARLY, FORTNIGHTLY, WORKDAYS, WEEKENDS, PAST, NEXT, english.LOOKS_LIKE_TIME, russian.LOOKS_LIKE_TIME,
        ["am", "pm", "last", "через"], russian.LAST,
    )
    - _NO_TIME_ALONE
)  # fmt: skip
"""Words that must not end in a title unnoticed: where no reader has used one, the person is asked."""
NOT_SLIPS = (
    "mourning",
    "evenings",
    "mornings",
    "завтрак",
    "sundae",
    "вечера",
    "вторые",
    "суббот",
    "сегодняшн",
    "завтрашн",
    "marche",
    "august",
    "середи",
    "четверт",
)
"""Beginnings of real words that differ from a word of time by one character."""

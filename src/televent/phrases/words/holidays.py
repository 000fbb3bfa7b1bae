"""Holidays by their name: fixed days of the year, and those that move with Easter."""

from __future__ import annotations

from datetime import date, timedelta

_ENGLISH = {
    ("christmas", "eve"): (12, 24), ("xmas", "eve"): (12, 24), ("christmas", "day"): (12, 25), ("xmas", "day"): (12,
    25),
    ("christmas",): (12, 25), ("xmas",): (12, 25), ("boxing", "day"): (12, 26), ("st", "stephen's", "day"): (12, 26),
    ("new", "year", "eve"): (12, 31), ("new", "years", "eve"): (12, 31), ("nye",): (12, 31), ("hogmanay",): (12, 31),
    ("new", "year", "day"): (1, 1), ("new", "years", "day"): (1, 1), ("new", "year"): (1, 1), ("new", "years"): (1, 1),
    ("valentine", "day"): (2, 14), ("valentines", "day"): (2, 14), ("st", "patrick", "day"): (3, 17),
    ("april", "fools", "day"): (4, 1), ("halloween",): (10, 31), ("bonfire", "night"): (11, 5),
    ("guy", "fawkes", "night"): (11, 5), ("burns", "night"): (1, 25),
    ("remembrance", "day"): (11, 11), ("earth", "day"): (4, 22), ("may", "day"): (5, 1),
}  # fmt: skip
_RUSSIAN = {
    ("новый", "год"): (1, 1), ("нового", "года"): (12, 31), ("новому", "году"): (12, 31), ("нг",): (1, 1),
    ("рождество",): (1, 7), ("рождества",): (1, 7), ("рождеству",): (1, 7),
    ("старый", "новый", "год"): (1, 14), ("день", "победы"): (5, 9), ("дня", "победы"): (5, 9),
    ("день", "знаний"): (9, 1), ("день", "россии"): (6, 12), ("дня", "россии"): (6, 12),
    ("женский", "день"): (3, 8), ("день", "святого", "валентина"): (2, 14),
}  # fmt: skip
FIXED: dict[tuple[str, ...], tuple[int, int]] = {**_ENGLISH, **_RUSSIAN}
"""Month and day by the words of a name, without "'s". Russian Christmas is on 7 January."""
ADJECTIVES = frozenset([("christmas",), ("xmas",), ("halloween",), ("new", "year"), ("new", "years"), ("нг",)])
"""Names that are also said of things which are on another day: "Christmas party"."""
MOVING = {
    ("good", "friday"): -2, ("easter", "sunday"): 0, ("easter", "monday"): 1, ("shrove", "tuesday"): -47,
    ("pancake", "day"): -47, ("ash", "wednesday"): -46, ("maundy", "thursday"): -3, ("palm", "sunday"): -7,
    ("whit", "monday"): 50, ("ascension", "day"): 39,
}  # fmt: skip
"""Days after Western Easter by the words of a name."""
MAX_WORDS = max(len(each) for each in (*FIXED, *MOVING))


def easter(year: int) -> date:
    """Easter Sunday of the Western churches: the computation of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def next_holiday(words: tuple[str, ...], today: date) -> date | None:
    """The next such holiday, today or later; None for words that name none."""
    for year in range(today.year, min(today.year + 2, date.max.year)):
        if words in FIXED:
            day = date(year, *FIXED[words])
        elif words in MOVING:
            day = easter(year) + timedelta(days=MOVING[words])
        else:
            return None
        if day >= today:
            return day
    return None

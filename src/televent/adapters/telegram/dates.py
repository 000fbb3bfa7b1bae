"""Reads dates as people write them: a phrase becomes one reading, two readings if it is ambiguous, or none.

Every word must be known: a phrase with one unknown word has no reading. A parser that skipped unknown words once read
"25 Jan 14:00" as the fourteenth. The day comes before the month where both orders are possible (UK). The bot shows the
reading and asks for confirmation before it creates anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from televent.adapters.telegram.vocabulary import (
    AM,
    DAILY,
    EVENING,
    EVERY,
    FILLERS,
    HALF,
    MONTHS,
    NEXT,
    NOON,
    PM,
    RELATIVE_DAYS,
    THIS,
    UNITS,
    WEEKDAYS,
    WORKDAY,
)

MAX_PHRASE = 200
"""Max characters of a phrase."""
DEFAULT_DURATION = timedelta(hours=1)
"""Hours of an event whose phrase and dialogue give no duration."""
MAX_DURATION = timedelta(days=31)
"""Max days of an event."""

_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm|a\.m\.|p\.m\.|утра|дня|вечера)?"
_RANGE = re.compile(rf"(?<![\d:./-]){_CLOCK}\s*(?:-|–|—|to|till|until|до)\s*{_CLOCK}(?![\d:./-])")
_TIME = re.compile(
    r"(?<![\d:./-])(\d{1,2}):(\d\d)\s*(am|pm|a\.m\.|p\.m\.|утра|дня|вечера)?(?![\d:])"
    r"|(?<![\d:./-])(\d{1,2})\s*(am|pm|a\.m\.|p\.m\.|утра|дня|вечера)(?!\w)"
    r"|(?<!\w)(?:at|в)\s+(\d{1,2})(?:\.(\d\d))?(?![\d:./-]|\s*(?:am|pm|a\.m|p\.m|утра|дня|вечера|[a-zа-я]{5,}))"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d:])(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d\d))?(?![\d:])")
_MONTH_WORD = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH_WORD})\b\.?(?:,?\s+(\d{{4}}))?")
_MONTH_DAY = re.compile(rf"\b({_MONTH_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(\d{{4}})(?!:))?")
_UNIT_WORD = "|".join(sorted(UNITS, key=len, reverse=True))
_IN = re.compile(rf"\b(?:in|через)\s+(?:(\d{{1,4}}(?:[.,]\d)?)\s*)?({_UNIT_WORD})\b")
_PIECE = re.compile(rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s*({_UNIT_WORD})(?![a-zа-я])")
_WORD = re.compile(r"[a-zа-яё]+|\d+|\S")


@dataclass(frozen=True, slots=True)
class Reading:
    """The time that a phrase names, and its recurrence.

    Times are aware, in the reader's zone. A phrase with a day and no time gives dates (all-day, ``end`` exclusive).
    ``end`` is None where the phrase gives no duration.
    """

    start: datetime | date
    end: datetime | date | None = None
    rrule: str | None = None


def read_duration(text: str) -> timedelta | None:
    """The duration in a text such as "30m", "1 hour", "1.5h" or "1h 30m"; None where it has none.

    A number without a unit is minutes.
    """
    phrase = " ".join(text.lower().split())[:MAX_PHRASE]
    if phrase in HALF:
        return timedelta(minutes=HALF[phrase])
    if phrase.isascii() and phrase.isdigit() and len(phrase) < 5:
        length = timedelta(minutes=int(phrase))
    else:
        rest = re.sub(r"\b(?:and|и|for|на)\b", " ", phrase)
        pieces = list(_PIECE.finditer(rest))
        if not pieces or _PIECE.sub("", rest).strip(" ,"):
            return None
        length = timedelta(minutes=sum(float(p[1].replace(",", ".")) * UNITS[p[2]] for p in pieces))
    return length if timedelta(0) < length <= MAX_DURATION else None


def read_when(text: str, now: datetime) -> list[Reading]:
    """The readings of a phrase: none, one, or two if it is ambiguous. ``now`` is aware, in the reader's zone."""
    phrase = " ".join(text.lower().replace("ё", "е").split())
    if not phrase or len(phrase) > MAX_PHRASE:
        return []
    try:
        return _read(phrase, now)
    except (ValueError, OverflowError):
        return []  # a date that does not exist, such as 30 February


def _read(phrase: str, now: datetime) -> list[Reading]:
    relative = _IN.search(phrase)
    if relative is not None:
        if _left_over(phrase, relative.span()):
            return []
        amount = float((relative[1] or "1").replace(",", "."))
        start = now + timedelta(minutes=amount * UNITS[relative[2]])
        if UNITS[relative[2]] >= 1440:
            return [Reading(start.date(), start.date() + timedelta(days=1))]
        return [Reading(start.replace(second=0, microsecond=0))]
    others, days, rrule = _take_days(phrase, now)
    rest, clock = _take_clock(others + (" вечера" if "tonight" in phrase else ""))
    if rest is None or any(word not in FILLERS for word in _WORD.findall(rest)):
        return []
    if not days:
        if clock is None:
            return []
        days = [now.date()]
        if datetime.combine(days[0], clock[0], now.tzinfo) <= now:
            days = [days[0] + timedelta(days=1)]
    return [replace(_at(day, clock, now), rrule=rrule) for day in days]


def _at(day: date, clock: tuple[time, time | None] | None, now: datetime) -> Reading:
    if clock is None:
        return Reading(day, day + timedelta(days=1))
    start = datetime.combine(day, clock[0], now.tzinfo)
    if clock[1] is None:
        return Reading(start)
    end = datetime.combine(day, clock[1], now.tzinfo)
    return Reading(start, end if end > start else end + timedelta(days=1))


def _take_days(phrase: str, now: datetime) -> tuple[str, list[date], str | None]:
    today = now.date()
    found = _ISO.search(phrase)
    if found is not None:
        return _without(phrase, found.span()), [date(int(found[1]), int(found[2]), int(found[3]))], None
    found = _DAY_MONTH.search(phrase)
    if found is not None:
        return _without(phrase, found.span()), [_coming(int(found[1]), MONTHS[found[2]], found[3], today)], None
    found = _MONTH_DAY.search(phrase)
    if found is not None:
        return _without(phrase, found.span()), [_coming(int(found[2]), MONTHS[found[1]], found[3], today)], None
    for word, ahead in sorted(RELATIVE_DAYS.items(), key=lambda each: -len(each[0])):
        found = re.search(rf"\b{word}\b", phrase)
        if found is not None:
            return _without(phrase, found.span()), [today + timedelta(days=ahead)], None
    words = phrase.split()
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        others = " ".join(words[: place - (before in NEXT | THIS | EVERY)] + words[place + 1 :])
        if before in EVERY and word in WORKDAY:
            others = re.sub(r"\bдень\b", "", others)
            first = next(d for d in (today + timedelta(days=n) for n in range(7)) if d.weekday() < 5)
            return others, [first], "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
        if (before in EVERY and word in DAILY) or word == "daily":
            return others, [today], "FREQ=DAILY"
        weekday = WEEKDAYS.get(word.strip(",."))
        if weekday is not None:
            first = today + timedelta(days=(weekday - today.weekday()) % 7)
            if before in EVERY:
                return others, [first], f"FREQ=WEEKLY;BYDAY={('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[weekday]}"
            if before in NEXT:
                first = first if first > today else first + timedelta(days=7)
                # On a Wednesday, "next Friday" means this week to some people and next week to others.
                same_week = first.isocalendar()[:2] == today.isocalendar()[:2]
                return others, [first, first + timedelta(days=7)] if same_week else [first], None
            return others, [first], None
    found = _NUMERIC.search(phrase)
    if found is not None and _is_date(found, phrase):
        day, month = int(found[1]), int(found[2])
        if month > 12 >= day:
            day, month = month, day
        year = found[3] if found[3] is None or len(found[3]) == 4 else f"20{found[3]}"
        return _without(phrase, found.span()), [_coming(day, month, year, today)], None
    return phrase, [], None


def _is_date(found: re.Match[str], phrase: str) -> bool:
    """Whether the numbers are a date and not a time with a dot, as in "at 10.30"."""
    before = phrase[: found.start()].split()
    return "/" in found[0] or found[3] is not None or not (before and before[-1] in ("at", "в"))


def _take_clock(phrase: str) -> tuple[str | None, tuple[time, time | None] | None]:
    found = _RANGE.search(phrase)
    if found is not None and (found[2] or found[3] or found[5] or found[6]):
        late = _clock(found[4], found[5], found[6])
        # "3-4pm": the "pm" applies to both times, unless the start would then be after the end ("11-1pm").
        early = _clock(found[1], found[2], found[3] or found[6])
        if found[3] is None and found[6] and early > late:
            early = _clock(found[1], found[2], None)
        return _without(phrase, found.span()), (early, late)
    found = _TIME.search(phrase)
    if found is not None:
        hour, minute, half = found[1] or found[4] or found[6], found[2] or found[7], found[3] or found[5]
        rest = _without(phrase, found.span())
        if half is None and (word := next((w for w in rest.split() if w in EVENING), None)):
            half, rest = "pm", rest.replace(word, " ")
        clock = (_clock(hour, minute, half), None)
        return (None, None) if _TIME.search(rest) else (rest, clock)
    for word, at in NOON.items():
        if re.search(rf"\b{word}\b", phrase):
            return re.sub(rf"\b{word}\b", " ", phrase), (time(at), None)
    return phrase, None


def _clock(hour: str, minute: str | None, half: str | None) -> time:
    """The time of day. Raises ValueError for a time that does not exist."""
    number = int(hour)
    half = (half or "").replace(".", "")
    if half:
        if not 1 <= number <= 12 and half in ("am", "pm"):
            raise ValueError(hour)
        if half in PM and number < 12:
            number += 12
        elif half in AM and number == 12:
            number = 0
    return time(number, int(minute or 0))


def _coming(day: int, month: int, year: str | None, today: date) -> date:
    """The next such day from today on, or that of the given year. Raises ValueError where it does not exist."""
    if year is not None:
        return date(int(year), month, day)
    for candidate in range(today.year, today.year + 9):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue  # 29 February exists in leap years only
        if found >= today:
            return found
    raise ValueError(f"{day}.{month}")


def _without(phrase: str, span: tuple[int, int]) -> str:
    return f"{phrase[: span[0]]} {phrase[span[1] :]}"


def _left_over(phrase: str, span: tuple[int, int]) -> bool:
    return any(word not in FILLERS for word in _WORD.findall(_without(phrase, span)))

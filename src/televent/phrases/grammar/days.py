"""Reads days by their relation to today: "tomorrow", "next week Tuesday", "in 3 days", "через неделю"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.senses import is_holiday, is_other_sense
from televent.phrases.grammar.values import Days, Item, Span
from televent.phrases.words.vocabulary import (
    HALVES,
    LAST,
    MONTHS,
    NEXT,
    PAST,
    RELATIVE_DAYS,
    THIS,
    TO,
    UNITS,
    WEEKDAYS,
    WEEKENDS,
)

_ON = frozenset(
    ["on", "the", "в", "во", "на", "by", "due", "к", "ко", "до", "по", "с", "со", "for", "of", "from", "starting"]
)
_WEEK = frozenset(["week", "неделя", "неделе", "неделю", "недели"])
_MONTH = frozenset(["month", "месяц", "месяце", "месяца"])


def day_at(text: Sentence, place: int) -> Item | None:
    """The day at a place, given by its relation to today."""
    return (
        _night_to(text, place)
        or _relative(text, place)
        or _weekday(text, place)
        or _week(text, place)
        or _end_of(text, place)
    )


def _night_to(text: Sentence, place: int) -> Item | None:
    """ "В ночь с пятницы на субботу", "в ночь на субботу": the day on which it begins,
    or the next one for small hours."""
    at = text.skip(place, ("в",))
    if text.low(at) != "ночь":
        return None
    at = text.skip(at + 1, ("с", "со"))
    first = text.look_up(at, WEEKDAYS) if text.low(at - 1) in ("с", "со") else None
    onto = at + (first is not None)
    last = text.look_up(onto + 1, WEEKDAYS)
    if text.low(onto) != "на" or last is None:
        return None
    small = any(token.kind == "colon" and int(token.low.split(":")[0]) < 6 for token in text.tokens)
    day = _coming(text.today, last)
    if not small and day > text.today:
        day -= timedelta(days=1)
    timed = any(token.kind == "colon" for token in text.tokens)
    return Item(Days((day,)), place, onto + 2) if timed else None


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _relative(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("the", "on"), 2)
    if text.low(at) == "day" and text.low(at + 1) in ("after", "before"):
        after = text.skip(at + 2, ("the",))
        ahead = text.look_up(after, {"tomorrow": 2, "yesterday": -2})
        if ahead is not None:
            return Item(Days((text.today + timedelta(days=ahead),)), place, after + 1)
    at = text.skip(place, ("on", "на", "к", "с", "до", "for", "by", "from", "later", "earlier"), 2)
    if text.low(at) in ("tonight",):
        return None
    ahead = text.look_up(at, RELATIVE_DAYS)
    if ahead is None:
        return None
    after = text.skip(at + 1, ("дня",)) if text.low(at).endswith("шнего") else at + 1
    if text.low(at - 1) not in ("every", "each") and (weeks := _weeks_behind(text, after)):
        ahead, after = ahead + 7 * weeks, after + 1
    return Item(Days((text.today + timedelta(days=ahead),)), place, after)


def _weekday(text: Sentence, place: int) -> Item | None:
    at = place
    marks: set[str] = set()
    weeks: int | None = None
    while text.low(at) in _ON or (text.low(at) in NEXT | THIS | PAST | LAST and at - place < 4):
        low = text.low(at)
        marks |= {"next"} if low in NEXT else {"this"} if low in THIS else {"past"} if low in PAST | LAST else set()
        at += 1
        if marks and text.low(at) in _WEEK:
            weeks = 1 if "next" in marks else -1 if "past" in marks else 0
            at = text.skip(at + 1, ("on", "в", "во", ",", "'"), 2)
        if at - place > 6:
            return None
    if not marks and weeks is None and text.follows(at, "week", "after", "next"):
        weeks = 2
        at = text.skip(at + 3, ("on",))
    weekday = text.look_up(at, WEEKDAYS)
    if len(marks) > 1:
        return None  # "previous next week"
    if (
        (text.low(at) == "среде" and text.low(at - 1) in ("в", "во"))
        or is_other_sense(text, at)
        or is_holiday(text, at)
    ):
        return None  # "in the environment"
    if weekday is None or (text.low(at) in ("sun", "sat", "ср") and text.low(at + 1) == "'"):
        return None
    after = text.skip(at + 1, (".",) if len(text.low(at)) < 4 and text.token(at + 1).glued else ())
    # "Tuesday next week", "во вторник на следующей неделе", "Tuesday week"
    behind = text.skip(after, ("of", "on", "на", "the"), 2)
    low = text.low(behind)
    if low in NEXT | THIS | PAST | LAST and text.low(behind + 1) in _WEEK:
        weeks = 1 if low in NEXT else 0 if low in THIS else -1
        after = behind + 2
    elif text.low(after) == "through" and text.low(after + 1) == "":
        return None
    elif weeks is None and not marks and (behind_it := _weeks_behind(text, after)):
        day = _coming(text.today, weekday) + timedelta(days=7 * behind_it)
        return Item(Days((day,), weekday=weekday), place, after + 1)
    elif text.low(after) == "after" and text.low(after + 1) in NEXT:
        coming = _coming(text.today, weekday)
        return Item(Days((coming + timedelta(days=14), coming + timedelta(days=7))), place, after + 2)
    # "Last Tuesday" is one day; a plain "Tuesday" agrees with any date that is one.
    plain = weeks is None and not marks & {"past", "next"}
    return Item(Days(_choices(text.today, weekday, marks, weeks), weekday=weekday if plain else None), place, after)


def _weeks_behind(text: Sentence, after: int) -> int:
    """ "Friday week", "tomorrow fortnight": the weeks to add; but "Friday week 3" names a week by its number."""
    weeks = 1 if text.low(after) in _WEEK else 2 if text.low(after) == "fortnight" else 0
    return (
        0
        if text.token(after + 1).kind == "number" and len(text.low(after + 1)) < 3 and text.low(after + 2) not in HALVES
        else weeks
    )


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _choices(today: date, weekday: int, marks: set[str], weeks: int | None) -> tuple[date, ...]:
    in_week = monday_of(today) + timedelta(days=weekday)
    if weeks is not None:
        return (in_week + timedelta(days=7 * weeks),)
    coming = _coming(today, weekday)
    if "past" in marks:
        return (coming - timedelta(days=7),)
    if "next" in marks:
        # Said on a Wednesday, "next Friday" is in this week for some people and in the next for others.
        return (coming, coming + timedelta(days=7)) if in_week > today else (in_week + timedelta(days=7),)
    if "this" in marks and in_week >= today:
        return (in_week,)
    return (coming,)


def _end_of(text: Sentence, place: int) -> Item | None:
    """ "until the end of November", "до конца недели": the last day."""
    at = text.skip(place, ("by", "the", "к"), 2)
    by = text.low(place) in ("by", "к")
    if not by and text.low(place - 1) not in TO:
        return None
    if text.low(at) not in ("end", "конца", "концу"):
        return None
    at = text.skip(at + 1, ("of", "the", *THIS), 3)
    month = text.look_up(at, MONTHS)
    first = text.today.replace(day=1)
    if month is not None:
        first = first.replace(year=first.year + (month < first.month), month=month)
    elif text.low(at) in _WEEK:
        if by:
            return None  # on Friday, or on Sunday
        return Item(Days((monday_of(text.today) + timedelta(days=6),)), place, at + 1)
    elif text.low(at) in ("year", "года"):
        first = first.replace(month=12)
    elif text.low(at) not in _MONTH:
        return None
    return Item(Days((months_after(first, 1) - timedelta(days=1),)), place, at + 1)


def _week(text: Sentence, place: int) -> Item | None:
    """A weekend, or a whole week or month: "this weekend", "next week", "на следующей неделе", "next month"."""
    at = text.skip(place, ("on", "over", "at", "for", "during", "в", "во", "на", "this", "the", "all", "to", "всю"), 3)
    mark = text.low(at)
    ahead = 1 if mark in NEXT else -1 if mark in PAST | LAST else 0
    marked = mark in NEXT | PAST | LAST or mark in THIS or text.low(at - 1) == "this"
    at += mark in NEXT | PAST | LAST | THIS
    monday = monday_of(text.today)
    if text.follows(at, "week", "after", "next"):
        return Item(Span(monday + timedelta(days=14), monday + timedelta(days=20), ("day",)), place, at + 3)
    if text.low(at) in WEEKENDS:
        if text.low(at + 1) in UNITS:
            return None
        saturday = monday + timedelta(days=5 + 7 * ahead)
        if ahead == 1 and text.today.weekday() < 5:
            # Two weekends may be meant; the days stay whole, so the person chooses.
            return Item(Span(saturday, saturday + timedelta(days=1), ("weekend",)), place, at + 1)
        return Item(Span(saturday, saturday + timedelta(days=1)), place, at + 1)
    if not marked or ahead < 0:
        return None
    if text.low(at) in _WEEK:
        first = monday + timedelta(days=7 * ahead)
        return Item(Span(first, first + timedelta(days=6), ("day",)), place, at + 1)
    if text.low(at) in _MONTH and text.low(place) not in MONTHS:
        first = months_after(text.today.replace(day=1), ahead)
        return Item(Span(first, months_after(first, 1) - timedelta(days=1), ("day",)), place, at + 1)
    return None

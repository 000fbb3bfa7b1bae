"""Reads times that are counted from now or from a day: "in 3 days", "через неделю", "a week from Friday"."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.days import months_after
from televent.phrases.grammar.lengths import amount_at
from televent.phrases.grammar.values import Days, Item, Length, Offset, Value
from televent.phrases.words.vocabulary import AGO, DAYS_OF_24_HOURS, IN, LATER, RELATIVE_DAYS, UNITS, WEEKDAYS

MAX_UNSAID = 21
"""Max days in "two weeks Friday", where no "on" tells that they are counted from that day."""
MAX_INVERTED = 1000
"""Max number behind "минут через"."""


def offset_at(text: Sentence, place: int) -> Item | None:
    """A time counted from now: "in 3 days", "через час", "2 weeks from now", "a week from Friday", "3 days ago"."""
    at = text.skip(place, IN | {"за", "ровно"}, 2)
    at = text.skip(at, ("about", "around", "approximately", "roughly", "примерно", "где-то")) if at > place else at
    asked = at > place
    if text.follows(place, "через", "день"):
        return None
    inverted = _inverted(text, place)
    if inverted is not None:
        return inverted
    from_a_day = None if asked else _from_a_named_day(text, place)
    if from_a_day is not None:
        return from_a_day
    found = amount_at(text, at)
    if found is None:
        return None
    length, after = found
    low = text.low(after)
    back = low in AGO
    base = text.today
    if back or low in LATER:
        after += 1
    elif low in ("from", "after", "от", "после", "с") and not asked:
        target = text.skip(after + 1, ("this", "the", "next", "coming"))
        ahead = text.look_up(target, {"now": 0, "сейчас": 0, **RELATIVE_DAYS})
        weekday = text.look_up(target, WEEKDAYS)
        if (ahead is None and weekday is None) or low in ("с", "от"):
            return None
        if ahead is None and weekday is not None:
            ahead = (weekday - base.weekday()) % 7
        base += timedelta(days=ahead or 0)
        after = target + 1
    elif low in RELATIVE_DAYS or low in ("time",):
        if not asked:
            return None
        after += low == "time"
    elif not asked:
        return None
    if low == "'" and text.low(after + 1) == "time":
        after += 2
    after = text.skip(after, ("time",))
    weekday = None
    if asked and length.days and not length.days % 7 and not length.minutes:
        weekday_at = text.skip(after, ("on", "в", "во"), 1)
        weekday = text.look_up(weekday_at, WEEKDAYS)
        if weekday is not None:
            after = weekday_at + 1
    if text.low(after) in ("of", "до", "перед", "before") or text.low(after) == "молчания":
        return None  # "in a minute of silence", "за час до поезда"
    if not length.months and any(text.low(each) in DAYS_OF_24_HOURS for each in range(at, after)):
        length = Length(length.minutes + 1440 * length.days)
    value = _counted(base, text.now, length, -1 if back else 1, weekday)
    return Item(value, place, after) if value is not None else None


def _inverted(text: Sentence, place: int) -> Item | None:
    """ "минут через двадцать", "часа через два", "дня через три": an approximate time from now."""
    unit = text.look_up(place, UNITS)
    number = text.number(place + 2) if text.low(place + 1) in IN else None
    if unit is None or number is None or text.low(number[1]) in UNITS:
        return None
    amount = number[0]
    length = Length(
        amount * {"minute": 1, "hour": 60}.get(unit, 0),
        amount * {"day": 1, "week": 7}.get(unit, 0),
        amount * {"month": 1, "year": 12}.get(unit, 0),
    )
    if not 0 < amount < MAX_INVERTED:
        return None
    value = _counted(text.today, text.now, length, 1, None)
    return Item(value, place, number[1]) if value is not None else None


def _from_a_named_day(text: Sentence, place: int) -> Item | None:
    """ "a week on Friday", "a fortnight today", "two weeks tomorrow": so long after that day."""
    found = amount_at(text, place)
    opens = place == 0 or text.low(place - 1) in (",", "\n", ":")
    if found is None and opens and text.low(place) in ("week", "fortnight"):
        found = Length(days=7 if text.low(place) == "week" else 14), place + 1
    if found is None or found[0].minutes or not text.low(found[1] - 1).isascii():
        return None
    length, at = found
    target = text.skip(at, ("on", "this", "coming"), 2)
    if target == at and length.days > MAX_UNSAID and not opens:
        return None  # "scan 12 weeks Tuesday"
    ahead = text.look_up(target, RELATIVE_DAYS) if target == at else None
    weekday = text.look_up(target, WEEKDAYS)
    if ahead is None and (weekday is None or length.months or length.days % 7):
        return None
    if ahead is None:
        ahead = ((weekday or 0) - text.today.weekday()) % 7
    elif length.days % 7 or text.low(target) == "tonight":
        return None
    counted = _counted(text.today + timedelta(days=ahead), text.now, length, 1, None)
    return Item(Days(counted.choices), place, target + 1) if isinstance(counted, Days) else None


def _counted(base: date, now: datetime, length: Length, sign: int, weekday: int | None) -> Value | None:
    if length.minutes and not (length.days or length.months):
        return Offset(sign * length.minutes)
    if length.minutes:
        return Offset(sign * (length.minutes + 1440 * length.days)) if not length.months else None
    try:
        day = months_after(base, sign * length.months) + timedelta(days=sign * length.days)
    except (ValueError, OverflowError):
        return None
    if weekday is not None:
        # "In two weeks on Monday": of that week, or the first one after so many days.
        of_week = day + timedelta(days=weekday - day.weekday())
        after = day + timedelta(days=(weekday - day.weekday()) % 7)
        return Days(tuple(dict.fromkeys((of_week, after))), ("relative",))
    return Days((day,), ("relative",)) if 1 < day.year < 2200 else None

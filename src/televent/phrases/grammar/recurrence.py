"""Reads repetitions: "every other Tuesday", "по будням", "first Monday of the month", "10 times"."""

from __future__ import annotations

from dataclasses import replace

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.frequency import frequency_at, is_adjective
from televent.phrases.grammar.of_month import (
    day_of_every_month,
    ends_in_month,
    every_day_of_month,
    is_day_of_month,
    weekday_of_month,
)
from televent.phrases.grammar.values import Count, Item, Rule
from televent.phrases.grammar.weekday_lists import DAYS, weekdays_at
from televent.phrases.words.vocabulary import (
    DAILY,
    DASHES,
    EVERY,
    LAST,
    MONTHS,
    OTHER,
    PARTS,
    TIMES,
    UNITS,
    WEEKDAYS,
    WEEKDAYS_REPEATED,
    WEEKENDS,
    WEEKLY,
    WORKDAYS,
)

_FREQ = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY", "hour": "HOURLY"}
_REPEATED = EVERY | WEEKLY | DAILY | frozenset(WEEKDAYS_REPEATED)
"""Words of a repetition, without which "x6" is a number of things."""
_QUARTER = frozenset(["quarter", "quarters", "квартал", "квартала"])
_WORK = ("MO", "TU", "WE", "TH", "FR")


def rule_at(text: Sentence, place: int) -> Item | None:
    """The repetition, or the number of times, at a place."""
    return (
        _alternate(text, place)
        or _every(text, place)
        or _by_weekdays(text, place)
        or weekday_of_month(text, place)
        or day_of_every_month(text, place)
        or _adverb(text, place)
        or _once_in(text, place)
        or _count(text, place)
    )


def _every(text: Sentence, place: int) -> Item | None:
    if text.follows(place, "через", "день"):
        return Item(Rule("DAILY", 2, maybe_once=True), place, place + 2)
    at = text.skip(place, ("on", "в", "во", "at"))
    if text.low(at) not in EVERY:
        return None
    at += 1
    if _is_date(text, at):
        return Item(Rule("YEARLY"), place, at)
    if text.low(at) in _QUARTER:
        return _with_days(text, place, at + 1, "MONTHLY", 3)
    if text.low(at) == "полгода":
        return _with_days(text, place, at + 1, "MONTHLY", 6)
    interval = 1
    maybe: int | None = None
    if text.low(at) in OTHER or text.follows(at, "single"):
        interval = 1 if text.low(at) == "single" else 2
        at += 1
    elif (ordinal := text.ordinal(at)) is not None and 1 < ordinal[0] < 32 and not is_day_of_month(text, ordinal[1]):
        interval, at = ordinal
        maybe = interval if interval < 6 else None
    elif (number := text.number(at)) is not None and (text.low(number[1]) in UNITS):
        interval, at = number
    elif text.low(at) in LAST or (text.ordinal(at) or (0, 0))[0] == 1:
        return weekday_of_month(text, at, place)
    if interval > 99 or not interval:
        return None
    days, after = weekdays_at(text, at)
    if days:
        monthly = f"{maybe}{days[0]}" if maybe and len(days) == 1 else None
        if maybe and (end := ends_in_month(text, after)):
            return Item(Rule("MONTHLY", byday=(f"{maybe}{days[0]}",)), place, end)
        if text.low(after) in PARTS:
            return Item(Rule("WEEKLY", interval, days, part=PARTS[text.low(after)]), place, after + 1)
        return Item(Rule("WEEKLY", interval, days, maybe_monthly=monthly), place, after)
    low = text.low(at)
    if low in WORKDAYS:
        return Item(Rule("WEEKLY", interval, _WORK), place, text.skip(at + 1, ("день", "дни", "day", "days")))
    if low in ("work", "working", "business") and text.low(at + 1) in ("day", "days"):
        return Item(Rule("WEEKLY", interval, _WORK), place, at + 2)
    if low in WEEKENDS:
        return Item(Rule("WEEKLY", interval, ("SA", "SU")), place, text.skip(at + 1, ("день", "day")))
    if low in PARTS and low not in ("tonight",):
        return Item(Rule("DAILY", interval, part=PARTS[low]), place, at + 1)
    unit = text.look_up(at, UNITS)
    if unit in _FREQ and low not in ("d", "w", "h", "ч"):
        return _with_days(text, place, at + 1, _FREQ[unit or ""], interval)
    day = every_day_of_month(text, at)
    return Item(Rule("MONTHLY", monthday=day[0]), place, day[1]) if day is not None else None


def _alternate(text: Sentence, place: int) -> Item | None:
    """ "alternate Fridays"."""
    at = text.skip(place, ("on",))
    days, after = weekdays_at(text, at + 1)
    return Item(Rule("WEEKLY", 2, days), place, after) if text.low(at) == "alternate" and days else None


def _is_date(text: Sentence, at: int) -> bool:
    """ "every 3 May", "каждое 3 мая", "every May 3rd"."""
    number = text.ordinal(at) or text.number(at)
    if number is not None:
        return text.low(text.skip(number[1], ("of",))) in MONTHS
    return text.low(at) in MONTHS and (text.ordinal(at + 1) or text.number(at + 1)) is not None


def _with_days(text: Sentence, place: int, after: int, freq: str, interval: int) -> Item:
    """ "every 2 weeks on Monday", "every month on the 5th", "каждую неделю по вторникам"."""
    at = text.skip(after, ("on", "in", "the", "в", "во", "по", ",", "at"), 2)
    if freq == "WEEKLY":
        days, end = weekdays_at(text, at)
        if days:
            return Item(Rule(freq, interval, days), place, end)
    if freq == "MONTHLY":
        first = weekday_of_month(text, text.skip(after, ("on", "в", "во", "the"), 2), place, said=True)
        if first is not None and isinstance(first.value, Rule):
            return Item(Rule(freq, interval, first.value.byday), place, first.last)
        number = text.ordinal(at) or text.number(at)
        if (
            number is not None
            and 1 <= number[0] <= 31
            and (text.ordinal(at) or text.low(number[1]) in ("числа", "число"))
        ):
            end = text.skip(number[1], ("числа", "число"))
            return Item(Rule(freq, interval, monthday=number[0]), place, end)
    return Item(Rule(freq, interval), place, after)


def _by_weekdays(text: Sentence, place: int) -> Item | None:
    """ "Mondays", "on weekdays", "по понедельникам", "по будням", "по вечерам", "mon and wed every week"."""
    at = text.skip(place, ("on", "at", "по", "в", "во"))
    low = text.low(at)
    chain = [text.look_up(at + ahead, WEEKDAYS) for ahead in (0, 2, 4)]
    if text.low(at + 1) in DASHES and text.low(at + 3) in DASHES and None not in chain and len(set(chain)) == 3:
        days = tuple(DAYS[day] for day in sorted(day for day in chain if day is not None))
        return Item(Rule("WEEKLY", 1, days), place, at + 5)  # "пн-ср-пт"
    if text.low(place) == "по" and low in PARTS and low.endswith("ам"):
        return Item(Rule("DAILY", part=PARTS[low]), place, at + 1)
    if low in WORKDAYS:
        single = low in ("weekday", "workday", "рабочий", "рабочие", "будний")
        after = text.skip(at + 1, ("дням", "дни", "день", "days"))
        return None if single and after == at + 1 else Item(Rule("WEEKLY", 1, _WORK), place, after)
    if low == "weekends" or (text.low(place) == "по" and low in WEEKENDS):
        return Item(Rule("WEEKLY", 1, ("SA", "SU")), place, text.skip(at + 1, ("дням",)))
    days, after = weekdays_at(text, at)
    if not days:
        return None
    repeated = any(text.low(each) in WEEKDAYS_REPEATED for each in range(at, after))
    repeated = repeated or (text.low(place) == "по" and all(len(text.low(each)) < 4 for each in range(at, after)))
    if text.low(at) == "воскресенья" and text.low(place) != "по":
        return None
    if repeated:
        return Item(Rule("WEEKLY", 1, days), place, after)
    behind = text.skip(after, (",",))
    adverb = _adverb(text, behind)
    if adverb is not None and isinstance(adverb.value, Rule) and adverb.value.freq == "WEEKLY":
        return Item(Rule("WEEKLY", adverb.value.interval, days), place, adverb.last)
    if text.low(behind) in EVERY and text.look_up(behind + 1, UNITS) == "week":
        return Item(Rule("WEEKLY", 1, days), place, behind + 2)
    return None


def _adverb(text: Sentence, place: int) -> Item | None:
    """ "weekly on Monday", "ежедневно"; and "weekly report", which may be about one time only."""
    found = frequency_at(text, place)
    if found is None:
        return None
    freq, interval, after = found
    item = _with_days(text, place, after, freq, interval)
    if isinstance(item.value, Rule) and item.last == after and is_adjective(text, place, after):
        return Item(replace(item.value, adjective=True), place, after, titled=True)
    return item


def _once_in(text: Sentence, place: int) -> Item | None:
    """ "once a week", "раз в две недели"."""
    at = text.skip(place, ("once", "один", "1"))
    if text.low(place) == "once" and text.low(at) in ("a", "every", "per"):
        number = text.number(at + 1) or (1, at + 1)
    elif text.low(at) == "раз" and text.low(at + 1) in ("в", "во"):
        number = text.number(at + 2) or (1, at + 2)
    else:
        return None
    if text.low(number[1]) in _QUARTER:
        return _with_days(text, place, number[1] + 1, "MONTHLY", 3 * number[0])
    unit = text.look_up(number[1], UNITS)
    if unit not in _FREQ or unit == "hour" or not 0 < number[0] < 100:
        return None
    return _with_days(text, place, number[1] + 1, _FREQ[unit or ""], number[0])


def _count(text: Sentence, place: int) -> Item | None:
    if text.low(place) in ("x", "х", "×", "*") and text.token(place + 1).glued and text.token(place + 1).number:
        repeated = any(text.low(each) in _REPEATED for each in range(len(text.tokens)))
        return Item(Count(text.token(place + 1).number or 1), place, place + 2) if repeated else None
    at = text.skip(place, ("for", "x", "всего"))
    number = text.number(at)
    if number is None or text.low(number[1]) not in TIMES or not 0 < number[0] < 1000:
        return None
    if text.low(number[1] + 1) in ("a", "per", "в", "every", "each"):
        return None
    return Item(Count(number[0]), place, number[1] + 1)


def parts_of(rule: Rule) -> str:
    """The RRULE without its end (RFC 5545 §3.3.10)."""
    parts = [f"FREQ={rule.freq}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.byday:
        parts.append(f"BYDAY={','.join(rule.byday)}")
    if rule.monthday:
        parts.append(f"BYMONTHDAY={rule.monthday}")
    return ";".join(parts)

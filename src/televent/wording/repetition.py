"""Repetition in words: RFC 5545 §3.3.10.

The rules that people make get the words that people use. Any other rule gets its parts one after another: each part
leaves out days or times, so the sentence is true in any order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from babel.dates import format_date

from televent.ical.rules.rule import Rule, parse_rule
from televent.ical.text.errors import InvalidCalendarData
from televent.wording.display import Display
from televent.wording.rule_words import RuleWords
from televent.wording.times import date_of
from televent.wording.zones import city_of

MAX_RULE: Final = 2_000
"""Max characters of a rule that is put into words."""
_WORKDAYS: Final = [0, 1, 2, 3, 4]
_WITHIN_A_DAY: Final = ("HOURLY", "MINUTELY", "SECONDLY")


def rule_of(rrule: str, display: Display, start: datetime | date | None = None) -> str:
    """A rule in words for the middle of a sentence, such as "every other Tuesday until Dec 24" or "по будням, 10 раз".

    ``start``: the start of the series in the zone of the event, where it is known. Days that the rule leaves to the
    start are then named; and where it is another day for the reader, the zone whose days are meant is. A text that is
    no rule gives only "repeats". Raises nothing.
    """
    words = RuleWords(display, start)
    zone = start.tzinfo if isinstance(start, datetime) else None
    try:
        rule = parse_rule(rrule, zone or display.zone) if len(rrule) <= MAX_RULE else None
    except InvalidCalendarData:
        rule = None
    if rule is None:
        return words.say("rule-unknown")
    rule = _filled(rule, start)
    text = _common(words, rule) or words.parts(rule)
    if rule.days or rule.by:
        text = _with_zone(words, text)
    if rule.until is not None:
        text = words.say("rule-until", rule=text, date=date_of(_last_day(rule, start), display))
    return text if rule.count is None else words.say("rule-count", rule=text, n=rule.count)


def _filled(rule: Rule, start: datetime | date | None) -> Rule:
    """The rule with the days that it takes from the start of its series (§3.3.10)."""
    by = rule.by
    if start is None or rule.days or {"BYMONTHDAY", "BYYEARDAY"} & by.keys():
        return rule
    if rule.freq == "WEEKLY" or "BYWEEKNO" in by:
        return replace(rule, days=((0, start.weekday()),))
    if rule.freq == "YEARLY":
        return replace(rule, by={"BYMONTH": (start.month,), **by, "BYMONTHDAY": (start.day,)})
    if rule.freq == "MONTHLY":
        return replace(rule, by={**by, "BYMONTHDAY": (start.day,)})
    return rule


def _last_day(rule: Rule, start: datetime | date | None) -> date:
    """The last day on which the rule may have an instance. UNTIL may be before the time of day of the instances."""
    assert rule.until is not None
    plain = rule.freq not in _WITHIN_A_DAY and not {"BYHOUR", "BYMINUTE", "BYSECOND"} & rule.by.keys()
    early = plain and isinstance(start, datetime) and rule.until.time() < start.time()
    return rule.until.date() - timedelta(days=early)


def _with_zone(words: RuleWords, text: str) -> str:
    """Names the zone of the event where its days are other days for the reader."""
    start, reader = words.start, words.display
    if not isinstance(start, datetime) or start.tzinfo is None:
        return text
    if start.astimezone(reader.zone).date() == start.date():
        return text
    key = getattr(start.tzinfo, "key", "")
    return words.say("rule-elsewhere", rule=text, zone=city_of(key, reader.language) or key or str(start.tzinfo))


def _common(words: RuleWords, rule: Rule) -> str | None:
    """The words for a rule that people make; None for any other."""
    by, names, days, nth = rule.by, frozenset(rule.by), words.weekdays(rule), words.ordinals(rule)
    only_nth = bool(nth) and not days
    if not names and days and not nth and (rule.freq == "WEEKLY" or rule.interval == 1):
        return _weekly(words, rule.interval, days) if rule.freq in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") else None
    if not names and not rule.days:
        return words.base(rule)
    if rule.freq == "MONTHLY" and names == {"BYMONTHDAY"} and not rule.days:
        return _each_month(words, rule, words.dates(by["BYMONTHDAY"]))
    if rule.freq == "MONTHLY" and not names and only_nth:
        return _each_month(words, rule, words.say("rule-on-nth-days", days=words.nth_days(nth)))
    if rule.freq == "MONTHLY" and names == {"BYSETPOS"} and days == _WORKDAYS and not nth:
        places = words.nth_days([(each, None) for each in by["BYSETPOS"]])
        return _each_month(words, rule, words.say("rule-on-nth-days", days=places))
    if rule.freq == "YEARLY" and len(by.get("BYMONTH", ())) == 1:
        return _yearly(words, rule, nth if only_nth else [])
    return None


def _weekly(words: RuleWords, interval: int, days: list[int]) -> str | None:
    if len(days) == 7:
        return words.say("rule-daily", n=1) if interval == 1 else None
    base = words.say("rule-weekly", n=interval)
    if days == _WORKDAYS:
        return words.say("rule-weekdays") if interval == 1 else f"{base} {words.say('rule-on-weekdays')}"
    named = words.listed(words.say("weekday-repeated", day=day) for day in days)
    if interval == 1:
        return words.say("rule-each-day", days=named, day=days[0], count=len(days))
    if interval == 2 and len(days) == 1:
        return words.say("rule-other-day", days=named)
    return f"{base} {words.say('rule-on-days', days=named)}"


def _each_month(words: RuleWords, rule: Rule, clause: str) -> str:
    if rule.interval == 1:
        return words.say("rule-of-each-month", clause=clause)
    return f"{words.base(rule)} {clause}"


def _yearly(words: RuleWords, rule: Rule, nth: list[tuple[int, int]]) -> str | None:
    """The words for one date or the same weekday of one month, every year."""
    [month] = rule.by["BYMONTH"]
    if nth and rule.by.keys() == {"BYMONTH"}:
        named = words.say("rule-nth-in-month", days=words.nth_days(nth), month=words.say("month-of", month=month))
        return f"{words.base(rule)} {named}"
    dates = rule.by.get("BYMONTHDAY", ())
    if rule.days or rule.by.keys() != {"BYMONTH", "BYMONTHDAY"} or len(dates) != 1 or dates[0] < 1:
        return None
    try:
        on = date(2000, month, dates[0])  # a leap year
    except ValueError:
        return None
    pattern = "d MMMM" if words.display.language == "ru" else "MMMM d"
    named = format_date(on, pattern, locale=words.display.language)
    return f"{words.base(rule)} {words.say('rule-on-date', date=named)}"

"""The words for the parts of a recurrence rule: RFC 5545 §3.3.10."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product
from typing import Final

from babel import Locale
from babel.lists import format_list

from televent.ical.rules.rule import Rule
from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.times import clock_of

MAX_LISTED: Final = 8
"""Max days, dates or times that a sentence lists; it counts the others."""


@dataclass(frozen=True, slots=True)
class RuleWords:
    """Words for one person. ``start``: the start of the series, where it is known."""

    display: Display
    start: datetime | date | None

    def say(self, key: str, **values: str | int) -> str:
        """A text of this package."""
        return text_of("televent.wording", self.display.language, key, **values)

    def parts(self, rule: Rule) -> str:
        """The words for any rule: how often, then each part. Each part leaves out days or times, or names them."""
        by, clauses = rule.by, [self.base(rule)]
        if "BYMONTH" in by:
            months = self.listed(self.say("month-in", month=each) for each in _sorted(by["BYMONTH"]))
            clauses.append(self.say("rule-in-months", months=months))
        if "BYWEEKNO" in by:
            weeks = self.listed(self._counted("rule-week", each) for each in _sorted(by["BYWEEKNO"]))
            clauses.append(self.say("rule-in-weeks", weeks=weeks))
        if "BYYEARDAY" in by:
            days = self.listed(self._counted("rule-year-day", each) for each in _sorted(by["BYYEARDAY"]))
            clauses.append(self.say("rule-on-year-days", days=days))
        if "BYMONTHDAY" in by:
            clauses.append(self.dates(by["BYMONTHDAY"]))
        clauses += self._day_clauses(rule)
        clauses += self._time_clauses(rule)
        if "BYSETPOS" in by:
            places = self.listed(self._counted("rule-place", each) for each in _sorted(by["BYSETPOS"]))
            clauses.append(self.say("rule-places", period=rule.freq.lower(), places=places))
        return ", ".join(clauses)

    def _day_clauses(self, rule: Rule) -> list[str]:
        plain, nth, clauses = self.weekdays(rule), self.ordinals(rule), []
        if nth:
            key = "rule-nth-of-year" if rule.freq == "YEARLY" and "BYMONTH" not in rule.by else "rule-nth-of-month"
            clauses.append(self.say(key, days=self.nth_days(nth)))
        if plain:
            # BYDAY leaves out days that another part names; beside its own ordinals it adds days.
            only = bool({"BYMONTHDAY", "BYYEARDAY"} & rule.by.keys()) and not nth
            named = self.listed(self.say("weekday-repeated", day=day) for day in plain)
            clauses.append(self.say("rule-only-on-days" if only else "rule-on-days", days=named))
        joined = format_list(clauses, locale=self.display.language) if clauses else ""
        return [joined] if joined else []

    def _time_clauses(self, rule: Rule) -> list[str]:
        by, start = rule.by, self.start
        if "BYHOUR" in by and "BYSECOND" not in by and rule.freq not in ("HOURLY", "MINUTELY", "SECONDLY"):
            minutes = by.get("BYMINUTE", (start.minute,) if isinstance(start, datetime) else None)
            if minutes is not None and len(by["BYHOUR"]) * len(minutes) <= MAX_LISTED:
                clocks = product(_sorted(by["BYHOUR"]), _sorted(minutes))
                naive = (datetime.combine(date(2000, 1, 1), time(*each)) for each in clocks)
                return [self.say("rule-at-clocks", clocks=self.listed(clock_of(each, self.display) for each in naive))]
        keys = {"BYHOUR": "rule-hours", "BYMINUTE": "rule-minutes", "BYSECOND": "rule-seconds"}
        return [
            self.say(key, numbers=self.listed(str(each) for each in _sorted(by[name])))
            for name, key in keys.items()
            if name in by
        ]

    def base(self, rule: Rule) -> str:
        """How often, such as "every other week"."""
        return self.say(f"rule-{rule.freq.lower()}", n=rule.interval)

    def weekdays(self, rule: Rule) -> list[int]:
        """The weekdays of BYDAY that have no ordinal."""
        return sorted({day for ordinal, day in rule.days if ordinal == 0 or rule.freq not in ("MONTHLY", "YEARLY")})

    def ordinals(self, rule: Rule) -> list[tuple[int, int]]:
        """The days of BYDAY that have an ordinal; only rules by month or year count by it."""
        return [each for each in rule.days if each[0] != 0 and rule.freq in ("MONTHLY", "YEARLY")]

    def nth_days(self, days: Iterable[tuple[int, int | None]]) -> str:
        """Such as "the first Monday and the last Friday"; a weekday None is any from Monday to Friday."""

        def named(ordinal: int, weekday: int | None) -> str:
            which: str | int = "any" if weekday is None else weekday
            name, gender = self.say("weekday", day=which), self.say("weekday-gender", day=which)
            key = "rule-nth-day-from-end" if ordinal < 0 else "rule-nth-day"
            return self.say(key, n=abs(ordinal), day=name, gender=gender)

        return self.listed(named(*each) for each in dict.fromkeys(days))

    def dates(self, dates: Iterable[int]) -> str:
        """Days of a month, such as "on the 1st and on the last day"."""
        ahead = [each for each in _sorted(dates) if each > 0]
        behind = [each for each in _sorted(dates) if each < 0]
        clauses = []
        if ahead:
            named = self.listed(self._counted("rule-date", each) for each in ahead)
            clauses.append(self.say("rule-on-dates", days=named))
        if behind:
            named = self.listed(self._counted("rule-date", each) for each in behind)
            clauses.append(self.say("rule-on-dates-from-end", days=named))
        return format_list(clauses, locale=self.display.language)

    def _counted(self, key: str, number: int) -> str:
        """The text of a number; of a negative one that of ``{key}-from-end``."""
        form = Locale.parse(self.display.language).ordinal_form(abs(number))
        return self.say(f"{key}-from-end" if number < 0 else key, n=abs(number), form=form)

    def listed(self, items: Iterable[str]) -> str:
        """A list in words, of at most MAX_LISTED items and the number of the others."""
        found = list(items)
        if len(found) > MAX_LISTED:
            found = [*found[: MAX_LISTED - 1], self.say("rule-more", n=len(found) - MAX_LISTED + 1)]
        return str(format_list(found, locale=self.display.language))


def _sorted(numbers: Iterable[int]) -> list[int]:
    """Each number once: from the beginning on, then from the end."""
    return sorted(set(numbers), key=lambda each: (each < 0, each if each >= 0 else -each))

"""The choices that a sentence leaves open: combinations of days, times, repetitions and zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice, pairwise, product

from televent.phrases.assembling.ends import on_or_after
from televent.phrases.assembling.parts import Parts, are_choices
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Length, Rule, Span, Zone
from televent.phrases.grammar.weekday_lists import DAYS
from televent.phrases.grammar.zones import zone_of
from televent.phrases.words.vocabulary import AND, BEFORE_A_TIME, FOR

MAX_CHOICES = 4
"""Max readings that a person chooses from."""


_LIST_MARKS = frozenset([",", "+", "/", "&", "."])
MIN_LIST = 3
"""Min weekdays of a list with a time that means every week."""
MIN_COURSE = 14
"""Min days of a course: a weekday with a time, "for two weeks", is one event a week."""


@dataclass(frozen=True, slots=True)
class ChosenDay:
    """A day or some days. ``weekday``: named by its weekday, so that a time which is over means the next one."""

    day: date | Span | None = None
    guesses: tuple[str, ...] = ()
    weekday: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One combination of what the words leave open."""

    chosen: ChosenDay
    clock: Clock | Clocks | None
    rule: Rule | None
    zone: str | None

    @property
    def day(self) -> date | Span | None:
        """The day, or the days, without what was guessed about it."""
        return self.chosen.day


def choices_of(text: Sentence, parts: Parts, unread: list[Item]) -> list[Choice]:
    """The combinations; items that contradict others are added to ``unread``. Raises ValueError."""
    rules = _rules(parts, unread)
    listed = _listed_weekdays(text, parts) if parts.clocks and not rules else []
    if listed and (parts.end_days or len(listed[0].byday) >= MIN_LIST):
        rules, parts.days = listed[:1], []  # "Mon and Wed 18:30 until 16 December", "Mon, Wed, Fri 7pm"
    if not rules and is_course(text, parts):
        rules = [Rule("WEEKLY")]
    days = _days(text, parts, bool(rules), unread)
    clocks = _clocks(text, parts, unread)
    if listed and not rules:
        zone = _zones(parts)[0]
        return [Choice(ChosenDay(), clock, rule, zone) for rule in listed for clock in clocks][:MAX_CHOICES]
    no_clock: list[Clock | Clocks | None] = [None]
    every = product(days or [ChosenDay()], clocks or no_clock, rules or [None], _zones(parts))
    found = [Choice(day, clock, rule, zone) for day, clock, rule, zone in islice(every, MAX_CHOICES)]
    return [each for each in found if each.day or each.clock or each.rule or parts.parts]


def _zones(parts: Parts) -> Sequence[str | None]:
    """The zones that the first name of a zone may mean; None for the person's own."""
    if not parts.zones or not isinstance(zone := parts.zones[0].value, Zone):
        return [None]
    return [name or None for name in zone.names if not name or zone_of(name) is not None] or [None]


def _clocks(text: Sentence, parts: Parts, unread: list[Item]) -> Sequence[Clock | Clocks]:
    """All times that are named, and both halves of the day where the hour tells none."""
    clocks: list[Clock | Clocks] = []
    for item in parts.clocks:
        clock = item.value
        if not isinstance(clock, Clock | Clocks):
            continue
        if clocks and not are_choices(text, parts.clocks[0], item):
            unread.append(item)
        open_half = isinstance(clock, Clock) and clock.written and not (clock.half or clock.exact or parts.parts)
        # "7:30": Russian counts hours to 24, but many people write so for the evening too.
        if (
            isinstance(clock, Clock)
            and open_half
            and (clock.hour == 7 if text.language == "en" else 0 < clock.hour < 8 and not clock.minute % 15)
        ):
            clocks += [replace(clock, half="am"), replace(clock, half="pm")]
        elif isinstance(clock, Clock) and open_half and text.language == "ru":
            clocks.append(replace(clock, exact=True))
        elif isinstance(clock, Clocks) and clock.maybe is not None:
            clocks += [clock.maybe, replace(clock, maybe=None)]
        else:
            clocks.append(clock)
    return clocks


def _rules(parts: Parts, unread: list[Item]) -> Sequence[Rule | None]:
    """The repetition; also another one or none, where the words leave that open."""
    items = [(each, each.value) for each in parts.rules if isinstance(each.value, Rule)]
    # "The daily scrum every weekday": the title has an adjective, and the time is said elsewhere.
    items = [each for each in items if not each[1].adjective or each[1].interval > 1] or items
    items.sort(key=lambda each: each[1].adjective)
    if not items:
        return []
    rule = items[0][1]
    for item, other in items[1:]:
        joined = _joined(rule, other)
        if joined is None:
            unread.append(item)
        else:
            rule = joined
    rule = _with_weekdays(parts, rule)
    if rule.adjective:
        if not (parts.days or parts.clocks or parts.parts):
            return []  # "weekly report" alone is a title
        dated = any(isinstance(each.value, Days) and each.value.weekday is None for each in parts.days)
        return [None, rule] if dated else [rule, None]
    if rule.maybe_once:
        return [replace(rule, maybe_once=False), replace(rule, maybe_once=False, once=True)]
    if rule.maybe_monthly:
        return [rule, Rule("MONTHLY", byday=(rule.maybe_monthly,))]
    return [rule]


def is_course(text: Sentence, parts: Parts) -> bool:
    """Whether a weekday with a time is said for some weeks: "swim lessons Sat 9:30 for 10 weeks"."""
    days = [each.value for each in parts.days if isinstance(each.value, Days)]
    length = next((each.value for each in parts.lengths if isinstance(each.value, Length)), None)
    if length is None or not parts.clocks or parts.end_days or parts.end_clocks or len(days) != 1:
        return False
    if text.low(parts.lengths[0].first) not in FOR:
        return False  # "scan, 12 weeks, Tuesday 2:20pm"
    whole_weeks = not (length.months or length.minutes or length.days % 7) and length.days >= MIN_COURSE
    return whole_weeks and days[0].weekday is not None


def _listed_weekdays(text: Sentence, parts: Parts) -> list[Rule]:
    """ "Football tues and thurs 6pm": every week, or each day once."""
    items = [each for each in parts.days if isinstance(each.value, Days) and each.value.weekday is not None]
    numbers = sorted({each.value.weekday or 0 for each in items if isinstance(each.value, Days)})
    if len(numbers) < 2 or len(items) < len(parts.days) or not parts.clocks:
        return []
    if not all(_is_listed(text, before, after) for before, after in pairwise(items)):
        return []
    days = tuple(DAYS[number] for number in numbers)
    return [Rule("WEEKLY", byday=days), *(Rule("WEEKLY", byday=(day,), once=True) for day in days)]


def _is_listed(text: Sentence, before: Item, after: Item) -> bool:
    between = [text.low(each) for each in range(before.last, after.first)]
    return all(each in AND or each in _LIST_MARKS or each in BEFORE_A_TIME for each in between)


def _joined(one: Rule, other: Rule) -> Rule | None:
    """ "Tuesdays every 3 weeks": two repetitions that say one thing; None where they contradict."""
    if one.freq != other.freq or (one.byday and other.byday) or one.monthday or other.monthday:
        return None
    if one.interval > 1 and other.interval > 1:
        return None
    part = one.part or other.part
    adjective = one.adjective and other.adjective
    return replace(
        one, interval=max(one.interval, other.interval), byday=one.byday or other.byday, part=part, adjective=adjective
    )


def _with_weekdays(parts: Parts, rule: Rule) -> Rule:
    """ "Mon, Wed and Fri every week", "Monday to Friday every week": the weekdays belong to the repetition."""
    named = [each for each in parts.days if isinstance(each.value, Days) and each.value.weekday is not None]
    numbers = [each.value.weekday or 0 for each in named if isinstance(each.value, Days)]
    if rule.freq != "WEEKLY" or rule.byday or not numbers:
        return rule
    if parts.end_days and isinstance(last := parts.end_days[0].value, Days) and last.weekday is not None:
        numbers = list(range(numbers[0], last.weekday + 1)) or numbers
        parts.end_days = []
    if not rule.adjective:
        parts.days = [each for each in parts.days if each not in named]
    return replace(rule, byday=tuple(DAYS[number] for number in sorted(set(numbers))))


def _days(text: Sentence, parts: Parts, repeats: bool, unread: list[Item]) -> Sequence[ChosenDay]:
    """The days that are named, or the spans of days. Raises ValueError where an end is before its start."""
    spans = [each.value for each in parts.days if isinstance(each.value, Span) and "day" not in each.value.guesses]
    values = [each for each in _agreed_days(parts) if not any(_begins(span, each) for span in spans)]
    days = [ChosenDay(day, each.guesses, each.weekday is not None) for each in values for day in each.choices]
    if parts.end_days and not parts.end_clocks and not repeats and isinstance(last := parts.end_days[0].value, Days):
        days = [_to(each, last) for each in days or [ChosenDay(text.today, ("day",))]]
        parts.end_days = []
    elif len(values) == 2 and not parts.clocks and not repeats and not parts.end_days:
        days = _joined_days(days) if _are_joined(text, parts.days[0], parts.days[-1]) else days
    if repeats and len(values) == 1 and "relative" in values[0].guesses:
        # "По вторникам через неделю": a start, or every other week.
        unread += parts.days
        return []
    for item in parts.days:
        if not isinstance(span := item.value, Span):
            continue
        if "day" in span.guesses and days:
            # "Friday next week" has its day; "next week" only has to contain it.
            inside = [each for each in days if isinstance(each.day, date) and span.first <= each.day <= span.last]
            unread += [] if inside else [item]
            continue
        if "weekend" in span.guesses:
            week = timedelta(days=7)
            days.append(ChosenDay(Span(span.first - week, span.last - week)))
        days.append(ChosenDay(span, span.guesses))
    return days


def _agreed_days(parts: Parts) -> list[Days]:
    """The days, where a weekday and a date that agree are one."""
    values: list[Days] = []
    for item in parts.days:
        if not isinstance(value := item.value, Days):
            continue
        for number, known in enumerate(values):
            if (agreed := _agreed(known, value)) is not None:
                values[number] = agreed
                break
        else:
            values.append(value)
    return values


def _agreed(one: Days, two: Days) -> Days | None:
    both = tuple(day for day in one.choices if day in two.choices)
    if both:
        return Days(both)
    for weekday, other in ((one, two), (two, one)):
        if weekday.weekday is not None and other.weekday is None:
            days = tuple(day for day in other.choices if day.weekday() == weekday.weekday)
            if days:
                return Days(days)
    return None


def _to(first: ChosenDay, last: Days) -> ChosenDay:
    if not isinstance(day := first.day, date):
        return first
    end = on_or_after(last, day)
    weekly = first.weekday and last.weekday is not None
    byday = tuple(DAYS[number] for number in range(day.weekday(), end.weekday() + 1)) if weekly else ()
    return ChosenDay(Span(day, end, first.guesses, byday), first.guesses)


def _begins(span: Span, days: Days) -> bool:
    """ "Tues 8 - Thurs 10 Dec": the weekday of the first day says nothing else."""
    return days.weekday is not None and span.first.weekday() == days.weekday


def _are_joined(text: Sentence, before: Item, after: Item) -> bool:
    """Whether only "and" is between two days. A weekday right before a date that is another day contradicts it."""
    between = [text.low(each) for each in range(before.last, after.first)]
    return bool(between) and all(each in AND or each in (",", "+") or each in BEFORE_A_TIME for each in between)


def _joined_days(days: list[ChosenDay]) -> list[ChosenDay]:
    """ "Tomorrow and Friday" on a Wednesday: two days, one behind the other, are one span."""
    if len(days) != 2 or not isinstance(first := days[0].day, date) or not isinstance(last := days[1].day, date):
        return days
    return [ChosenDay(Span(first, last))] if last - first == timedelta(days=1) else days

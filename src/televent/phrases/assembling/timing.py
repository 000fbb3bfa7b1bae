"""Makes the readings of one choice: a day with a time, whole days, or days with a time on each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from televent.phrases.assembling.choices import Choice, ChosenDay
from televent.phrases.assembling.ends import after, on_or_after, shift
from televent.phrases.assembling.first_instance import first_instance
from televent.phrases.assembling.hours import PART_HOURS, minutes_of, range_of
from televent.phrases.assembling.parts import Parts
from televent.phrases.assembling.zoned import at_wall
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.recurrence import parts_of
from televent.phrases.grammar.values import Clock, Clocks, Count, Days, Item, Length, Part, Rule, Span
from televent.phrases.grammar.weekday_lists import DAYS
from televent.phrases.grammar.zones import zone_of
from televent.phrases.reading import Reading
from televent.phrases.words.vocabulary import FROM

NOON_MINUTES = 12 * 60
_WORK_WEEK = DAYS[:5]


@dataclass(frozen=True, slots=True)
class _Hours:
    """Start and end in minutes since midnight; None where there are none. ``to_24``: they are on the 24-hour clock."""

    start: int | None
    end: int | None
    guesses: tuple[str, ...]
    to_24: bool = False


@dataclass(slots=True)
class Timing:
    """Makes the readings of the choices of one sentence; what they cannot use goes to ``unread``."""

    text: Sentence
    parts: Parts
    title: str
    unread: list[Item]

    def readings(self, choice: Choice) -> list[Reading]:
        """The readings of a choice. Raises ValueError or OverflowError for a time that cannot be."""
        if isinstance(span := choice.day, Span):
            if choice.rule is None:
                return self._over_days(choice, span)
            if "day" not in span.guesses:
                self._refuse(span)
                return []
            if not self._is_start(span):
                self._refuse(span)  # "every day next week": until when?
            choice = replace(choice, chosen=ChosenDay(span.first))  # "from next week"
        now = self.text.now.astimezone(zone_of(choice.zone) if choice.zone else self.text.now.tzinfo)
        hours = self._hours(choice)
        if self._may_be_later(choice, hours, now):
            # "Today at 8", said at nine in the morning: the evening, or a time that is over.
            evening = (
                replace(choice, clock=replace(choice.clock, half="pm")) if isinstance(choice.clock, Clock) else choice
            )
            late, early = self.readings(evening), self._timed(choice, now.date(), hours, now, hours.guesses)
            return [*(replace(each, guesses=(*each.guesses, "half")) for each in late), early]
        day = self._day(choice, hours.start, now)
        guesses = tuple(dict.fromkeys((*choice.chosen.guesses, *hours.guesses)))
        if choice.rule is not None:
            # "Weekly, today at 9", said later: today counts, and a week later is the next one.
            counts = choice.day is not None and choice.rule.freq != "DAILY" and "BY" not in parts_of(choice.rule)
            day = first_instance(choice.rule, day, after_today=_is_over(day, hours.start, now) and not counts)
        if hours.start is None:
            return [self._whole_days(choice, day, guesses)]
        if choice.rule is None and choice.day is not None and self._is_small_hour(hours.start):
            # "Friday night, 1am": before that Friday, or after it.
            both = [self._timed(choice, each, hours, now, guesses) for each in (day + timedelta(days=1), day)]
            return [each for each in both if not each.past] or both
        if not (isinstance(choice.clock, Clock) and _is_midnight(choice.clock) and choice.day is not None):
            return [self._timed(choice, day, hours, now, guesses)]
        # "Midnight tomorrow": the night before the day, or the night after it.
        days = [day, day + timedelta(days=1)] if choice.rule is None else [day]
        return [self._timed(choice, each, replace(hours, start=0), now, guesses) for each in days]

    def _is_small_hour(self, start: int) -> bool:
        """Whether a time before five is named beside the night of a day."""
        return start < 300 and any(
            isinstance(each.value, Part) and each.value.name == "night" for each in self.parts.parts
        )

    def _hours(self, choice: Choice) -> _Hours:
        """The hours that are said, or those of the part of the day."""
        named = next((each.value for each in self.parts.parts if isinstance(each.value, Part)), None)
        part = named.name if named else choice.rule.part if choice.rule else None
        clock = choice.clock
        ends = [each.value for each in self.parts.end_clocks if isinstance(each.value, Clock)]
        if isinstance(clock, Clock) and ends and not self.parts.end_days:
            clock = Clocks(clock, ends[0])
        if isinstance(clock, Clocks):
            start, end, guessed = range_of(clock, part, self.title)
            return _Hours(start, end, ("half",) if guessed else ())
        if isinstance(clock, Clock):
            start, guessed = minutes_of(clock, part, self.title)
            to_24 = clock.half is None and (clock.exact or clock.hour > 12)
            return _Hours(start, None, ("half",) * guessed + ("about",) * clock.about, to_24)
        if part is not None and not self.parts.whole_days:
            hour = named.hour if named and named.hour is not None else PART_HOURS[part]
            return _Hours(hour * 60, None, ("hour",))
        return _Hours(None, None, ())

    def _may_be_later(self, choice: Choice, hours: _Hours, now: datetime) -> bool:
        """Whether a time of today is over, and would not be over in the other half of the day."""
        clock, start = choice.clock, hours.start
        if not isinstance(clock, Clock) or start is None or start >= NOON_MINUTES or choice.day != now.date():
            return False
        clear = (
            clock.half or clock.exact or clock.written or self.parts.parts or choice.chosen.weekday or clock.hour > 11
        )
        return not clear and start <= _minutes(now) < start + NOON_MINUTES

    def _day(self, choice: Choice, minutes: int | None, now: datetime) -> date:
        """The day. A time without a day is the next such time."""
        today = now.date()
        if isinstance(day := choice.day, date):
            over = choice.chosen.weekday and choice.rule is None and _is_over(day, minutes, now)
            return day + timedelta(days=7) if over else day
        over = choice.rule is None and _is_over(today, minutes, now)
        return today + timedelta(days=1) if over else today

    def _whole_days(self, choice: Choice, day: date, guesses: tuple[str, ...]) -> Reading:
        end = day + timedelta(days=1)
        until = self._until(choice, day)
        if (
            choice.rule is not None
            and choice.day is None
            and choice.rule.freq != "DAILY"
            and "BY" not in parts_of(choice.rule)
        ):
            guesses = (*guesses, "day")
        length = self._length()
        if length is not None and choice.rule is None and (length.days or length.months):
            end = shift(day, length)
        rrule = self._rrule(choice.rule, until.strftime("%Y%m%d") if until else None)
        return Reading(day, end, rrule, None, guesses, past=end <= self.text.today and rrule is None)

    def _timed(
        self, choice: Choice, day: date, hours: _Hours, now: datetime, guesses: tuple[str, ...]
    ) -> Reading:  # fmt: skip
        zone = now.tzinfo or UTC
        start, gap = at_wall(day, hours.start or 0, zone)
        end = self._end(choice, day, start, hours)
        if end is not None and end <= start:
            raise ValueError(end)
        until = self._until(choice, day)
        bound = at_wall(until, 1439, zone)[0].astimezone(UTC) if until else None
        rrule = self._rrule(choice.rule, bound.strftime("%Y%m%dT%H%M%SZ") if bound else None)
        over = (end or start) < self.text.now and rrule is None
        here = self.text.now.tzinfo
        return Reading(start.astimezone(here), end and end.astimezone(here), rrule, choice.zone, guesses, over, gap)

    def _end(self, choice: Choice, day: date, start: datetime, hours: _Hours) -> datetime | None:
        zone = start.tzinfo or UTC
        length = self._length()
        if hours.end is not None:
            if length is not None and choice.rule is None:
                self.unread += self.parts.lengths
            return at_wall(day, hours.end, zone)[0]
        if self.parts.end_days and choice.rule is None and isinstance(last := self.parts.end_days[0].value, Days):
            clocks = [each.value for each in self.parts.end_clocks if isinstance(each.value, Clock)]
            if clocks:
                clock = replace(clocks[0], exact=True) if hours.to_24 else clocks[0]
                minutes = minutes_of(clock, None, self.title)[0]
                return at_wall(on_or_after(last, day), minutes, zone)[0]
            self.unread += self.parts.end_days
        if length is None or (choice.rule is not None and not length.minutes):
            return None
        return after(start, length)

    def _length(self) -> Length | None:
        return next((each.value for each in self.parts.lengths if isinstance(each.value, Length)), None)

    def _until(self, choice: Choice, day: date) -> date | None:
        """The last day of a repetition: "until Friday", "for two weeks"."""
        if choice.rule is None:
            return None
        if self.parts.end_days and isinstance(last := self.parts.end_days[0].value, Days):
            return on_or_after(last, day)
        length = self._length()
        if length is None or not (length.days or length.months):
            return None
        return shift(day, length) - timedelta(days=1)

    def _rrule(self, rule: Rule | None, until: str | None) -> str | None:
        if rule is None or rule.once:
            return None
        count = next((each.value for each in self.parts.counts if isinstance(each.value, Count)), None)
        if count is not None:
            return f"{parts_of(rule)};COUNT={count.number}"
        return f"{parts_of(rule)};UNTIL={until}" if until else parts_of(rule)

    def _over_days(self, choice: Choice, span: Span) -> list[Reading]:
        """Whole days. With a time it is not said whether each day or all of them are meant: both are offered."""
        if choice.clock is None and not self.parts.parts:
            end = span.last + timedelta(days=1)
            self.unread += self.parts.lengths
            return [Reading(span.first, end, None, None, span.guesses, past=end <= self.text.today)]
        if "day" in span.guesses:
            self._refuse(span)
            return []
        first = self.readings(replace(choice, chosen=ChosenDay(span.first)))
        count = (span.last - span.first).days + 1
        daily = [replace(each, rrule=f"FREQ=DAILY;COUNT={count}") for each in first]
        night = first and isinstance(first[0].end, datetime) and first[0].end.date() == span.last
        if count == 2 and night and isinstance(choice.clock, Clocks):
            return [*first, *daily]  # "Fri to Sat 23:00 - 7:00": one night
        if count == 2 and span.first.weekday() == 5:
            return [*first, *self.readings(replace(choice, chosen=ChosenDay(span.last))), *daily]
        if span.byday:
            weekly = replace(choice, chosen=ChosenDay(), rule=Rule("WEEKLY", byday=span.byday))
            return self.readings(weekly) if span.byday == _WORK_WEEK else [*self.readings(weekly), *daily]
        if first and isinstance(end_time := first[0].end, datetime):
            return [*daily, replace(first[0], end=end_time + timedelta(days=count - 1))]
        return [*daily, *first]

    def _is_start(self, span: Span) -> bool:
        """Whether "from" or the like stands before some days."""
        item = next(each for each in self.parts.days if each.value == span)
        return any(self.text.low(each) in FROM for each in range(item.first - 1, item.last))

    def _refuse(self, span: Span) -> None:
        self.unread += [each for each in self.parts.days if each.value == span]


def _is_midnight(clock: Clock) -> bool:
    return clock.half == "midnight" or (clock.hour == 12 and clock.half == "night")


def _minutes(now: datetime) -> int:
    return now.hour * 60 + now.minute


def _is_over(day: date, minutes: int | None, now: datetime) -> bool:
    return day == now.date() and minutes is not None and minutes <= _minutes(now)

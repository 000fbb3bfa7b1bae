"""The changes of an event in words: was → now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from televent.ical.text.values import Moment, moment
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.texts import text_of
from televent.wording.times import clock_of, day_within, elapsed, local_of, weekday_of
from televent.wording.zones import offset_of, zone_label

MAX_SHOWN: Final = 120
"""Max characters of a title or place in a change."""
_DAY = timedelta(days=1)
_NEAR: Final = 7
"""Days from today on whose weekday alone names them."""


class StoredTime(Protocol):
    """A time as facts and messages keep it (domain.calendar_object.details.When)."""

    @property
    def local(self) -> str: ...
    @property
    def zone(self) -> str | None: ...
    @property
    def utc(self) -> datetime | None: ...


def time_of(stored: StoredTime | None) -> Moment | None:
    """A stored time as a date or a time in its zone; in UTC where this machine does not know the zone."""
    if stored is None:
        return None
    if stored.utc is None:
        return moment(stored.local)
    try:
        return stored.utc.astimezone(ZoneInfo(stored.zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return stored.utc


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of an event whose change people are told. Times are in the zone of the event, ``end`` is exclusive."""

    start: Moment | None = None
    end: Moment | None = None
    rrule: str | None = None
    title: str = ""
    place: str = ""


def change_of(was: Shown, now: Shown, display: Display) -> tuple[str, ...]:
    """The changes, each as one line of plain text, such as "was Mon 10:00 AM → now Tue 2:00 PM"; none for none.

    Times are in the reader's zone, in the shortest form that is true: only the days where only the day changed. A
    weekday stands alone where both days are among the next seven.
    """
    return tuple(_lines(was, now, display))


def _lines(was: Shown, now: Shown, display: Display) -> Iterator[str]:
    def say(key: str, **values: str) -> str:
        return text_of("televent.wording", display.language, key, **values)

    times = _times(was, now, display)
    if times is not None:
        key, before, after = times
        yield say(key, was=before, now=after)
    zones = _zones(was.start, now.start, display)
    if zones is not None:
        yield say("change-zone", was=zones[0], now=zones[1])
    if was.rrule != now.rrule:
        none = say("change-no-rule")
        before, after = (
            none if each.rrule is None else rule_of(each.rrule, display, each.start) for each in (was, now)
        )
        # Another order of the same parts is the same rule for a reader.
        if before != after:
            yield say("change-rule", was=before, now=after)
    for key, before, after in (("title", was.title, now.title), ("place", was.place, now.place)):
        if before.split() != after.split():
            none = say(f"change-no-{key}")
            yield say(f"change-{key}", was=_quoted(before, display) or none, now=_quoted(after, display) or none)


def _times(was: Shown, now: Shown, display: Display) -> tuple[str, str, str] | None:
    """The key of a text, and the words for the time before and now; None where the times are the same."""
    if was.start is None or now.start is None:
        return None
    before, after = _Time(was.start, was.end or was.start, display), _Time(now.start, now.end or now.start, display)
    if (before.start, before.end) == (after.start, after.end) and before.all_day == after.all_day:
        return None
    key, near = "change-time", all(_is_near(each.first, display) for each in (before, after))
    if before.all_day or after.all_day:
        return key, before.whole(near), after.whole(near)
    if before.start == after.start and before.first == before.last == after.first == after.last:
        return "change-end", clock_of(before.end, display), clock_of(after.end, display)
    if before.length != after.length:
        return key, before.whole(near), after.whole(near)
    clocks = before.clock, after.clock
    if before.first == after.first and clocks[0] != clocks[1]:
        return key, *clocks
    days = before.day(near), after.day(near)
    return (key, *days) if clocks[0] == clocks[1] else (key, f"{days[0]} {clocks[0]}", f"{days[1]} {clocks[1]}")


@dataclass(frozen=True, slots=True)
class _Time:
    """A time as the reader sees it."""

    start_moment: Moment
    end_moment: Moment
    display: Display

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start_moment, datetime) or not isinstance(self.end_moment, datetime)

    @property
    def start(self) -> datetime:
        return _as_time(self.start_moment, self.display)

    @property
    def end(self) -> datetime:
        return _as_time(self.end_moment, self.display)

    @property
    def length(self) -> timedelta:
        return elapsed(self.start, self.end)

    @property
    def first(self) -> date:
        return self.start.date()

    @property
    def last(self) -> date:
        return max(self.first, self.end.date() - _DAY if self.all_day else self.end.date())

    @property
    def clock(self) -> str:
        return clock_of(self.start, self.display)

    def day(self, near: bool) -> str:
        """The first day; ``near``: by its weekday alone."""
        return weekday_of(self.first, self.display) if near else day_within(self.first, self.display)

    def whole(self, near: bool) -> str:
        """Day and time with the end."""
        first = self.day(near)
        other = "" if self.last == self.first else day_within(self.last, self.display)
        if self.all_day:
            days = f"{first} - {other}" if other else first
            return f"{days}, {text_of('televent.wording', self.display.language, 'all-day-within')}"
        end = clock_of(self.end, self.display)
        return f"{first} {self.clock} - {f'{other} {end}' if other else end}"


def _as_time(value: Moment, display: Display) -> datetime:
    """The time on the reader's clock; for a date, midnight."""
    if isinstance(value, datetime):
        return local_of(value, display)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001


def _is_near(day: date, display: Display) -> bool:
    return 0 <= (day - display.now.date()).days < _NEAR


def _zones(was: Moment | None, now: Moment | None, display: Display) -> tuple[str, str] | None:
    """The zones of the event before and now; None where the clocks there show the same."""
    if not isinstance(was, datetime) or not isinstance(now, datetime) or was.tzinfo is None or now.tzinfo is None:
        return None
    if offset_of(was.tzinfo, now) == offset_of(now.tzinfo, now):
        return None
    return _zone(was.tzinfo, was, display), _zone(now.tzinfo, now, display)


def _zone(zone: tzinfo, at: datetime, display: Display) -> str:
    return zone_label(zone, at, display.language) if isinstance(zone, ZoneInfo) else offset_of(zone, at)


def _quoted(text: str, display: Display) -> str:
    words = " ".join(text.split())
    short = words if len(words) <= MAX_SHOWN else f"{words[: MAX_SHOWN - 1]}…"
    return text_of("televent.wording", display.language, "change-quoted", text=short) if short else ""

"""Writes the VTIMEZONE of an IANA zone: RFC 5545 §3.6.5.

It has rules, not lists of dates: Outlook is an hour off with a DAYLIGHT part that has only dates (SPEC A4, I-10b). The
transitions of the database are read one by one. Transitions of successive years that follow one pattern in their month
become one rule.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from televent.ical.text.values import escape

LAST_LISTED_YEAR: Final = 2037
"""The last year whose transitions databases list one by one; later years follow a rule."""
_CYCLE: Final = 29
"""Years in which each date falls on each weekday."""
_STEP: Final = timedelta(days=7)
"""Min time between two transitions; the step of the search for them."""
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ZERO: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Change:
    """One transition. ``wall`` is in the offset that ends, as DTSTART of an observance."""

    wall: datetime
    instant: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool

    @property
    def kind(self) -> tuple[object, ...]:
        """A key that is equal for transitions that one rule can have."""
        return self.before, self.after, self.name, self.daylight, self.wall.month, self.wall.weekday(), self.wall.time()


@dataclass(slots=True)
class _Run:
    """Transitions of successive years that follow one pattern.

    The pattern is the ``nth`` weekday of a month, the ``last`` one, or the first on or after a day of ``floors``.
    """

    changes: list[_Change] = field(default_factory=list)
    nth: set[int] = field(default_factory=set)
    last: bool = False
    floors: set[int] = field(default_factory=set)

    def takes(self, change: _Change) -> bool:
        """Adds the change and returns True if it follows the pattern."""
        day, length = change.wall.day, calendar.monthrange(change.wall.year, change.wall.month)[1]
        nth, last = {(day - 1) // 7 + 1}, day > length - 7
        floors = set(range(max(day - 6, 1), min(day, length - 6) + 1))
        if self.changes:
            if change.kind != self.changes[-1].kind or change.wall.year != self.changes[-1].wall.year + 1:
                return False
            nth, last, floors = self.nth & nth, self.last and last, self.floors & floors
            if not (nth or last or floors):
                return False
        self.changes.append(change)
        self.nth, self.last, self.floors = nth, last, floors
        return True

    def rule(self, *, endless: bool) -> str:
        head = self.changes[0].wall
        day = _DAYS[head.weekday()]
        if self.last:
            days = f"BYDAY=-1{day}"
        elif self.nth:
            days = f"BYDAY={min(self.nth)}{day}"
        else:
            floor = max(self.floors)
            days = f"BYDAY={day};BYMONTHDAY={','.join(str(each) for each in range(floor, floor + 7))}"
        until = "" if endless else f";UNTIL={self.changes[-1].instant:%Y%m%dT%H%M%SZ}"
        return f"FREQ=YEARLY;BYMONTH={head.month};{days}{until}"


def written(tzid: str, name: str, first: datetime, last: datetime | None) -> bytes:
    """A VTIMEZONE with that TZID for the zone of the IANA *name*, with CRLF.

    It is valid for times from ``first`` to ``last`` (None: without end). Rules that continue are written without
    UNTIL.
    """
    return _written(tzid, name, first.year, last.year if last is not None else None)


@lru_cache(maxsize=512)
def _written(tzid: str, name: str, first: int, last: int | None) -> bytes:
    zone = ZoneInfo(name)
    first = min(max(first, 1900), 9900)
    horizon = max(first, LAST_LISTED_YEAR) + _CYCLE
    changes = list(_changes(zone, datetime(max(first - 1, 1900), 1, 1, tzinfo=UTC), horizon))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{escape(tzid)}"]
    begin = datetime(first, 1, 1, tzinfo=UTC)
    if not changes or changes[0].instant > begin:
        # At the beginning the offset before the first transition is valid.
        since = zone.utcoffset(begin.replace(tzinfo=None)) or _ZERO
        start = datetime(min(first, 1970), 1, 1)  # noqa: DTZ001 (wall clock)
        shown = begin.astimezone(zone).tzname() or tzid
        lines += _part("STANDARD", start, since, since, shown)
    singles: dict[tuple[object, ...], list[_Change]] = {}
    for run in _runs(changes):
        head = run.changes[0]
        if last is not None and head.wall.year > last:
            continue
        endless = run.changes[-1].wall.year >= horizon - 1 and len(run.changes) > 1
        if len(run.changes) == 1:
            singles.setdefault((head.before, head.after, head.name, head.daylight), []).append(head)
            continue
        lines += _observance(head, [f"RRULE:{run.rule(endless=endless)}"])
    for group in singles.values():
        lines += _observance(group[0], [f"RDATE:{each.wall:%Y%m%dT%H%M%S}" for each in group[1:]])
    return "\r\n".join([*lines, "END:VTIMEZONE", ""]).encode()


def _changes(zone: ZoneInfo, start: datetime, horizon: int) -> Iterator[_Change]:
    """Transitions from ``start`` (UTC) to the end of the year before ``horizon``."""
    end = datetime(min(horizon, 9998), 1, 1, tzinfo=UTC)
    steps = int((end - start) / _STEP) + 1
    for low, high in pairwise(start + _STEP * each for each in range(steps + 1)):
        if _offset_and_name(zone, low) == _offset_and_name(zone, high):
            continue
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            low, high = (
                (middle, high) if _offset_and_name(zone, middle) == _offset_and_name(zone, low) else (low, middle)
            )
        before, after = low.astimezone(zone), high.astimezone(zone)
        was, now = before.utcoffset() or _ZERO, after.utcoffset() or _ZERO
        # The database may count summer as standard time and winter as less (Dublin). Here summer is always DAYLIGHT.
        daylight = now > was and bool(after.dst() or before.dst())
        yield _Change((high + was).replace(tzinfo=None), high, was, now, after.tzname() or str(zone), daylight)


def _offset_and_name(zone: ZoneInfo, instant: datetime) -> tuple[timedelta | None, str | None]:
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _runs(changes: list[_Change]) -> list[_Run]:
    done: list[_Run] = []
    going: list[_Run] = []
    for change in changes:
        if any(run.takes(change) for run in going):
            continue
        run = _Run()
        run.takes(change)
        done.append(run)
        going = [each for each in going if each.changes[-1].wall.year >= change.wall.year - 1] + [run]
    return done


def _observance(head: _Change, more: list[str]) -> list[str]:
    return _part("DAYLIGHT" if head.daylight else "STANDARD", head.wall, head.before, head.after, head.name, more)


def _part(
    kind: str, start: datetime, before: timedelta, after: timedelta, name: str, more: list[str] | None = None
) -> list[str]:
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(after)}",
        f"TZNAME:{escape(name)}",
        *(more or []),
        f"END:{kind}",
    ]


def _offset(length: timedelta) -> str:
    seconds = int(abs(length).total_seconds())
    tail = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{'-' if length < _ZERO else '+'}{seconds // 3600:02}{seconds // 60 % 60:02}{tail}"

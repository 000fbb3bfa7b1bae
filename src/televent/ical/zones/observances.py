"""Evaluates a VTIMEZONE that is not in the time zone database: RFC 5545 §3.6.5."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from televent.ical.text.tree import Component
from televent.ical.text.values import unescape
from televent.ical.zones.onsets import Observance, ZoneLimits, less, observance_of

MAX_OBSERVANCES: Final = 300
"""Max STANDARD and DAYLIGHT parts of a zone; a zone with more is unknown."""
_CACHED_YEARS: Final = 64
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Year:
    """The offsets around one year: that of ``parts[i]`` from ``instants[i]`` (UTC) on, before all of them ``initial``.

    ``walls`` are the same onsets in wall clock time, without and with ``fold``.
    """

    instants: list[datetime]
    walls: tuple[list[datetime], list[datetime]]
    parts: list[Observance]
    initial: timedelta


class ObservedZone(tzinfo):
    """A time zone with the offsets of a VTIMEZONE.

    A time that a clock change skips is read with the offset before it. A repeated time is the first of the two, unless
    ``fold`` is 1 (§3.3.5).
    """

    def __init__(self, tzid: str, observances: list[Observance]) -> None:
        self.tzid = tzid
        self._observances = observances
        self._years: dict[int, _Year] = {}

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """The offset from UTC at a wall clock time of this zone; None for None."""
        if when is None:
            return None
        year, place = self._at(when)
        return year.parts[place].after if place >= 0 else year.initial

    def dst(self, when: datetime | None) -> timedelta | None:
        """The offset's change at the start of daylight saving time; zero in standard time."""
        part = self._part(when)
        # The offset before is not always standard time, but a VTIMEZONE says no more.
        return part.after - part.before if part is not None and part.daylight else _NOTHING

    def tzname(self, when: datetime | None) -> str | None:
        """TZNAME of the observance, else the TZID."""
        part = self._part(when)
        return part.name if part is not None and part.name else self.tzid

    def fromutc(self, when: datetime) -> datetime:
        """The wall clock time of a time in UTC, with ``fold`` where it is repeated."""
        instant = when.replace(tzinfo=None)
        year = self._year(instant.year)
        place = bisect_right(year.instants, instant) - 1
        after = year.parts[place].after if place >= 0 else year.initial
        before = year.parts[place - 1].after if place > 0 else year.initial
        repeated = place >= 0 and before > after and instant - year.instants[place] < before - after
        return (instant + after).replace(tzinfo=self, fold=int(repeated))

    def _part(self, when: datetime | None) -> Observance | None:
        if when is None:
            return None
        year, place = self._at(when)
        return year.parts[place] if place >= 0 else None

    def _at(self, when: datetime) -> tuple[_Year, int]:
        year = self._year(when.year)
        return year, bisect_right(year.walls[when.fold], when.replace(tzinfo=None, fold=0)) - 1

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        if found is None:
            if len(self._years) >= _CACHED_YEARS:
                self._years.clear()
            found = self._years[number] = self._around(number)
        return found

    def _around(self, number: int) -> _Year:
        first, last = max(number - 1, 1), min(number + 1, 9998)
        onsets = {instant: part for part in self._observances for instant in part.onsets(first, last)}
        standing = self._standing_at(datetime(first, 1, 1))  # noqa: DTZ001 (wall clock)
        if standing is not None:
            onsets.setdefault(standing[0], standing[1])
        instants = sorted(onsets)
        parts = [onsets[each] for each in instants]
        earliest = min(self._observances, key=lambda each: each.start)
        initial = parts[0].before if parts else earliest.before
        walls: tuple[list[datetime], list[datetime]] = ([], [])
        before = initial
        for instant, part in zip(instants, parts, strict=True):
            walls[0].append(less(instant, -max(before, part.after)))
            walls[1].append(less(instant, -min(before, part.after)))
            before = part.after
        return _Year(instants, walls, parts, initial)

    def _standing_at(self, low: datetime) -> tuple[datetime, Observance] | None:
        """The last onset before ``low``."""
        found = [(last, -place) for place, each in enumerate(self._observances) if (last := each.last_before(low))]
        if not found:
            return None
        last, place = max(found)
        return last, self._observances[-place]


def observed(part: Component) -> ObservedZone | None:
    """The zone that a VTIMEZONE describes; None where it cannot be evaluated."""
    parts = [each for each in part.components() if each.name in ("STANDARD", "DAYLIGHT")]
    if len(parts) > MAX_OBSERVANCES:
        return None
    limits = ZoneLimits()
    found = [each for each in (observance_of(part, limits) for part in parts) if each is not None]
    return ObservedZone(unescape(part.value("TZID") or ""), found) if found else None

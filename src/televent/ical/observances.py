"""A VTIMEZONE that no database knows, evaluated: RFC 5545 §3.6.5."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from televent.ical.errors import IcalError
from televent.ical.expansion import expand
from televent.ical.rule import Rule, parse_rule
from televent.ical.tree import Component
from televent.ical.values import moment, offset, unescape

MAX_OBSERVANCES: Final = 300
MAX_DATES: Final = 2_000
_CACHED_YEARS: Final = 64
_NOTHING: Final = timedelta(0)
_ALWAYS: Final = datetime(9999, 12, 31)  # noqa: DTZ001 (wall clock)


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT part. ``start`` and ``dates`` are wall clock times by ``before``, the offset that ends."""

    start: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool
    rules: tuple[Rule, ...]
    dates: tuple[datetime, ...]

    @property
    def latest(self) -> datetime | None:
        """No onset is later; None where they never end."""
        if any(rule.until is None for rule in self.rules):
            return None
        return max([self.start, *self.dates, *(rule.until for rule in self.rules if rule.until is not None)])

    def onsets(self, low: datetime, high: datetime) -> list[datetime]:
        """Its onsets in [low, high), in UTC without a zone. A rule that costs too much has only its first."""
        found = {each for each in (self.start, *self.dates) if low <= each < high}
        for rule in self.rules:
            try:
                found.update(expand(rule, self.start, low, high))
            except IcalError:
                continue
        return [_less(each, self.before) for each in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Year:
    """What is observed around one year: ``parts[i]`` from ``instants[i]`` (UTC) on; before all of them ``initial``.
    ``walls`` are the same onsets as a wall clock meets them, without and with ``fold``."""

    instants: list[datetime]
    walls: tuple[list[datetime], list[datetime]]
    parts: list[Observance]
    initial: timedelta


class ObservedZone(tzinfo):
    """Offsets as a VTIMEZONE says. A time that a change skips is read with the offset before it, one that a change
    repeats is the first of the two, unless ``fold`` says otherwise (§3.3.5)."""

    def __init__(self, tzid: str, observances: list[Observance]) -> None:
        self.tzid = tzid
        self._observances = observances
        self._years: dict[int, _Year] = {}

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        if when is None:
            return None
        year, place = self._at(when)
        return year.parts[place].after if place >= 0 else year.initial

    def dst(self, when: datetime | None) -> timedelta | None:
        part = self._part(when)
        # Standard time is not always what was before, but more is not said.
        return part.after - part.before if part is not None and part.daylight else _NOTHING

    def tzname(self, when: datetime | None) -> str | None:
        part = self._part(when)
        return part.name if part is not None and part.name else self.tzid

    def fromutc(self, when: datetime) -> datetime:
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
        low = datetime(max(number - 1, 1), 1, 1)  # noqa: DTZ001 (wall clock)
        high = datetime(min(number + 2, 9999), 1, 1)  # noqa: DTZ001
        onsets = {instant: part for part in self._observances for instant in part.onsets(low, high)}
        standing = self._standing_at(low)
        if standing is not None:
            onsets.setdefault(standing[0], standing[1])
        instants = sorted(onsets)
        parts = [onsets[each] for each in instants]
        earliest = min(self._observances, key=lambda each: each.start)
        initial = parts[0].before if parts else earliest.before
        walls: tuple[list[datetime], list[datetime]] = ([], [])
        before = initial
        for instant, part in zip(instants, parts, strict=True):
            walls[0].append(_less(instant, -max(before, part.after)))
            walls[1].append(_less(instant, -min(before, part.after)))
            before = part.after
        return _Year(instants, walls, parts, initial)

    def _standing_at(self, low: datetime) -> tuple[datetime, Observance] | None:
        """The last onset before ``low``: the most recent first, so that long-ended rules are not expanded."""
        best: tuple[datetime, Observance] | None = None
        for part in sorted(self._observances, key=lambda each: each.latest or _ALWAYS, reverse=True):
            end = min(part.latest or low, low)
            if part.start >= low or (best is not None and end < best[0] - timedelta(days=2)):
                continue
            for years in (2, 10, 60, 10_000):
                found = part.onsets(max(part.start, _less(end, timedelta(days=366 * years))), low)
                if found:
                    if best is None or found[-1] > best[0]:
                        best = found[-1], part
                    break
        return best


def observed(part: Component) -> ObservedZone | None:
    """The zone that a VTIMEZONE describes; None where it describes none that could be understood."""
    parts = [each for each in part.components() if each.name in ("STANDARD", "DAYLIGHT")]
    if len(parts) > MAX_OBSERVANCES:
        return None
    found = [each for each in map(_observance, parts) if each is not None]
    return ObservedZone(unescape(part.value("TZID") or ""), found) if found else None


def _observance(part: Component) -> Observance | None:
    start = moment((part.value("DTSTART") or "").strip().removesuffix("Z"))
    after, before = offset(part.value("TZOFFSETTO") or ""), offset(part.value("TZOFFSETFROM") or "")
    if not isinstance(start, datetime) or after is None:
        return None
    before = after if before is None else before
    rules = []
    for line in part.all("RRULE")[:4]:
        try:
            rule = parse_rule(line.value, timezone(before))
        except IcalError:
            continue
        if rule.freq in ("YEARLY", "MONTHLY"):
            rules.append(rule)
    dates: list[datetime] = []
    for line in part.all("RDATE"):
        for text in line.value.split(",")[: MAX_DATES - len(dates)]:
            when = moment(text.partition("/")[0])
            if isinstance(when, datetime):
                dates.append(_less(when.replace(tzinfo=None), -before) if when.tzinfo is UTC else when)
    name = unescape(part.value("TZNAME") or "")
    return Observance(start, before, after, name, part.name == "DAYLIGHT", tuple(rules), tuple(dates))


def _less(when: datetime, length: timedelta) -> datetime:
    try:
        return when - length
    except OverflowError:
        return datetime.min if length > _NOTHING else datetime.max  # noqa: DTZ901 (wall clock)

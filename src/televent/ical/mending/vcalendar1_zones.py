"""Reads TZ and DAYLIGHT of vCalendar 1.0: one offset from UTC, and the periods with another offset."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import icalendar

from televent.ical.mending.composing import add, component
from televent.ical.text.values import moment, written

MAX_SEASONS: Final = 50
"""Max DAYLIGHT properties; further ones are not read."""
_OFFSET: Final = re.compile(r"([+-]?)(\d{1,2})(?::?(\d\d))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Season:
    """A period of daylight saving time. ``start`` is on the clock before it, ``end`` on the clock within it."""

    offset: timedelta
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of one vCalendar. All times are naive and in its wall clock time."""

    offset: timedelta
    seasons: tuple[Season, ...] = ()

    @property
    def tzid(self) -> str:
        """The name under which :meth:`component` defines it."""
        return f"vCalendar/{_offset(self.offset)}"

    def utc(self, local: datetime) -> datetime:
        """The UTC instant of a naive time of this zone."""
        offset = next((each.offset for each in self.seasons if each.start <= local < each.end), self.offset)
        try:
            return (local - offset).replace(tzinfo=UTC)
        except OverflowError:
            return local.replace(tzinfo=UTC)

    def component(self) -> icalendar.Component:
        """The VTIMEZONE (RFC 5545 §3.6.5). After the last period of the text it has standard time."""
        zone = component("VTIMEZONE")
        add(zone, "TZID", self.tzid)
        zone.add_component(_observance("STANDARD", datetime(1970, 1, 1), self.offset, self.offset))  # noqa: DTZ001
        for season in self.seasons:
            zone.add_component(_observance("DAYLIGHT", season.start, self.offset, season.offset))
            zone.add_component(_observance("STANDARD", season.end, season.offset, self.offset))
        return zone


def zone_of(tz: str | None, daylight: Iterable[str]) -> Zone | None:
    """The zone of a vCalendar's TZ and DAYLIGHT values; None, for floating times, where TZ is no offset."""
    offset = _duration(tz or "")
    if offset is None:
        return None
    seasons = (_season(value, offset) for value in list(daylight)[:MAX_SEASONS])
    return Zone(offset, tuple(season for season in seasons if season is not None))


def _season(value: str, standard: timedelta) -> Season | None:
    """``TRUE;-04;19960407T020000;19961027T010000;EST;EDT``. FALSE means that there is no daylight saving time."""
    flag, *fields = [each.strip() for each in value.split(";")]
    if flag.upper() != "TRUE" or len(fields) < 3:
        return None
    offset, start, end = _duration(fields[0]), moment(fields[1]), moment(fields[2])
    if offset is None or not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    start = (start + standard).replace(tzinfo=None) if start.tzinfo is not None else start
    end = (end + offset).replace(tzinfo=None) if end.tzinfo is not None else end
    return Season(offset, start, end) if start < end else None


def _duration(value: str) -> timedelta | None:
    found = _OFFSET.match(value.strip())
    if found is None:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if length > timedelta(hours=15):
        return None
    return -length if found[1] == "-" else length


def _offset(value: timedelta) -> str:
    minutes = int(abs(value).total_seconds()) // 60
    return f"{'-' if value < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"


def _observance(name: str, start: datetime, before: timedelta, after: timedelta) -> icalendar.Component:
    part = component(name)
    add(part, "DTSTART", written(start))
    add(part, "TZOFFSETFROM", _offset(before))
    add(part, "TZOFFSETTO", _offset(after))
    return part

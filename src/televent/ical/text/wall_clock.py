"""Wall clocks and instants, between the first and the last day that are counted: RFC 5545 §3.3.5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.text.values import Moment

FIRST: Final = datetime(1, 1, 3, tzinfo=UTC)
LAST: Final = datetime(9998, 12, 30, tzinfo=UTC)
"""Whatever the zone, there is a day before and a day after."""


def wall_in(value: datetime, zone: tzinfo) -> datetime:
    """What a clock of that zone shows then; a floating time is what any clock shows."""
    return (value.astimezone(zone) if value.tzinfo is not None else value).replace(tzinfo=None)


def wall_of(value: Moment) -> datetime:
    """What a clock beside the event shows; midnight for a date."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return value.replace(tzinfo=None)


def in_zone(wall: datetime, zone: tzinfo | None) -> datetime:
    """A wall clock time in its zone. One that a clock change skips becomes the time it stands for."""
    aware = wall.replace(tzinfo=zone)
    if zone is None or zone is UTC:
        return aware
    try:
        return aware.astimezone(UTC).astimezone(zone)
    except OverflowError:  # the first or the last day that there is
        return aware


def moved(instant: datetime, length: timedelta) -> datetime:
    """The instant (aware) as much later, within the time that is counted."""
    try:
        return min(max(instant + length, FIRST), LAST)
    except OverflowError:
        return FIRST if length < timedelta(0) else LAST


def plus(when: Moment, length: timedelta) -> Moment:
    """Exact time, also across a clock change: an hour is an hour."""
    try:
        if isinstance(when, datetime) and when.tzinfo is not None:
            return (when.astimezone(UTC) + length).astimezone(when.tzinfo)
        return when + length
    except OverflowError:
        return when

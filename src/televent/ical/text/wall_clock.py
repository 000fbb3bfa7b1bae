"""Converts between wall clock times and instants, within the supported time: RFC 5545 §3.3.5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.text.values import Moment

FIRST: Final = datetime(1, 1, 3, tzinfo=UTC)
LAST: Final = datetime(9998, 12, 30, tzinfo=UTC)
"""The last supported time. datetime has a day before FIRST and after LAST in every zone."""


def wall_in(value: datetime, zone: tzinfo) -> datetime:
    """The wall clock time of that zone, naive; a floating time stays as it is."""
    return (value.astimezone(zone) if value.tzinfo is not None else value).replace(tzinfo=None)


def wall_of(value: Moment) -> datetime:
    """The wall clock time in the value's own zone, naive; midnight for a date."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return value.replace(tzinfo=None)


def in_zone(wall: datetime, zone: tzinfo | None) -> datetime:
    """A wall clock time in its zone. A time that a clock change skips is read with the offset before it."""
    aware = wall.replace(tzinfo=zone)
    if zone is None or zone is UTC:
        return aware
    try:
        return aware.astimezone(UTC).astimezone(zone)
    except OverflowError:  # the first or last day of datetime
        return aware


def moved(instant: datetime, length: timedelta) -> datetime:
    """The aware instant plus *length*, limited to FIRST and LAST."""
    try:
        return min(max(instant + length, FIRST), LAST)
    except OverflowError:
        return FIRST if length < timedelta(0) else LAST


def plus(when: Moment, length: timedelta) -> Moment:
    """The moment plus *length* in real time, also across a clock change."""
    try:
        if isinstance(when, datetime) and when.tzinfo is not None:
            return (when.astimezone(UTC) + length).astimezone(when.tzinfo)
        return when + length
    except OverflowError:
        return when

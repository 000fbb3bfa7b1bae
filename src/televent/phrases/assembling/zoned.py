"""Puts a wall clock time into a time zone, and sees clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def at_wall(day: date, minutes: int, zone: tzinfo) -> tuple[datetime, str | None]:
    """The time so many minutes after the midnight of a day, and "skipped" or "repeated" at a clock change.

    A skipped time moves on by the length of the gap: RFC 5545 §3.3.5.
    """
    wall = datetime.combine(day, time(), None) + timedelta(minutes=minutes)
    aware = wall.replace(tzinfo=zone)
    real = aware.astimezone(UTC).astimezone(zone)
    if real.replace(tzinfo=None) != wall:
        return real, "skipped"
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        return aware, "repeated"
    return aware, None

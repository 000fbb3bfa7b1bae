"""Reads the moments that operators type."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from televent.runtime.database import OperatorError

_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z").match
_AGO: Final = re.compile(r"(\d{1,4})([mhd])\Z").match
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def moment_of(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment of "14:00" (the last one before ``now``), "2h" (two hours before), a date, or a date with a time.

    Without an offset it is in ``zone``. Raises OperatorError.
    """
    if clock := _CLOCK(text):
        at = datetime.combine(now.astimezone(zone), time(int(clock[1]), int(clock[2])), zone)
        return at if at <= now else datetime.combine(at - timedelta(days=1), at.time(), zone)
    if ago := _AGO(text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorError(
            f"{text!r} is no moment. Write it as 14:00, 2h (two hours ago), 2026-11-01, or 2026-11-01T12:00Z."
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)

"""Names of past calendars, such as ``work@2026-11-01T12:00Z``: the calendar "work" as it stood then (ADR 70)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_NAME: Final = re.compile(
    r"(?P<name>.+)@(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"T(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?Z",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class PastName:
    """``text``: the whole name; ``name``: that of the calendar at the moment ``at`` (UTC)."""

    text: str
    name: str
    at: datetime


def past_name(text: str) -> PastName | None:
    """The calendar and the moment that the name of a past calendar has; None for any other name.

    The moment is UTC, in the extended or the basic format of ISO 8601, with or without seconds. No calendar can be
    created with such a name.
    """
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(found[each] or 0) for each in ("year", "month", "day", "hour", "minute", "second")
    )
    try:
        return PastName(text, found["name"], datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None

"""How one person is shown times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Display:
    """A person's zone, language and clock. ``now``: the current time, aware, in that zone.

    ``clock24`` None: as is usual in the language. ``week_start``: 0 for Monday to 6 for Sunday; None: as is usual.
    """

    zone: ZoneInfo
    language: str
    now: datetime
    clock24: bool | None = None
    week_start: int | None = None

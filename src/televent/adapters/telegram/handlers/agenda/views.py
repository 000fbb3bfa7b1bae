"""The part of the calendars that a message shows: a day, seven days or the coming months, and the page of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale

from televent.wording.display import Display

Kind = Literal["day", "week", "list"]
Form = Literal["text", "light", "dark"]

DAYS: Final[dict[Kind, int]] = {"day": 1, "week": 7, "list": 60}
"""Days that a view shows."""
_KINDS: Final[dict[str, Kind]] = {"d": "day", "w": "week", "l": "list"}
_FORMS: Final[dict[str, Form]] = {"t": "text", "p": "light", "q": "dark"}
_DATA: Final = re.compile(r"agenda:([tpq]):([dwl]):(now|\d{4}-\d\d-\d\d):(\d{1,3})\Z")
_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class View:
    """``first``: its first day; None for today, whichever day it is when the view is shown."""

    kind: Kind
    first: date | None = None
    page: int = 0
    form: Form = "text"

    @property
    def data(self) -> str:
        """The callback data of a button that shows the view."""
        form = next(key for key, each in _FORMS.items() if each == self.form)
        return f"agenda:{form}:{self.kind[0]}:{self.first or 'now'}:{self.page}"

    def on(self, display: Display) -> View:
        """The same view with its first day. A list begins today: it has only what is coming."""
        today = display.now.date()
        first = self.first or today
        return replace(self, first=max(first, today) if self.kind == "list" else first)

    def moved(self, periods: int) -> View:
        """The first page of the view so many days, weeks or lists later."""
        assert self.first is not None
        days = timedelta(days=DAYS[self.kind] * periods)
        return replace(self, first=min(max(self.first + days, _FIRST), _LAST), page=0)

    @property
    def days(self) -> list[date]:
        """The days that it shows."""
        assert self.first is not None
        return [self.first + timedelta(days=n) for n in range(DAYS[self.kind])]


def read_view(data: str) -> View | None:
    """The view of a button; None for callback data that is none."""
    found = _DATA.match(data)
    if found is None:
        return None
    try:
        first = None if found[3] == "now" else date.fromisoformat(found[3])
    except ValueError:
        return None
    if first is not None and not _FIRST <= first <= _LAST:
        return None
    return View(_KINDS[found[2]], first, int(found[4]), _FORMS[found[1]])


def bounds_of(days: list[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The beginning of the first day and the end of the last one. Local midnights, not steps of 24 hours: a day on
    which the clocks change has 23 or 25 hours."""
    return (
        datetime.combine(days[0], time(), zone),
        datetime.combine(days[-1] + timedelta(days=1), time(), zone),
    )


def week_of(day: date, display: Display) -> date:
    """The first day of the week of ``day``, as this person counts weeks."""
    start = display.week_start
    if start is None:
        start = int(Locale.parse(display.language).first_week_day)
    return day - timedelta(days=(day.weekday() - start) % 7)

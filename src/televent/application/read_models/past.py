"""A calendar as it stood at a moment. Its rows are in memory, and they never change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import Changes, ListedRow, ResourceRow

PAGE: Final = 500
"""Max rows of a page."""
_WIDENED: Final = timedelta(days=1)
"""More than a floating time can differ from UTC."""

Span = tuple[datetime, datetime | None]
"""The time that the instances of an event cover; an end of None: without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCalendar(CalendarRow):
    """The calendar at the moment ``at`` (UTC). ``name`` is the one in its URL, with the moment. ``members`` have their
    texts and are in the order of their names, which is that of their counters too."""

    at: datetime
    members: Mapping[str, ResourceRow] = field(repr=False, compare=False)
    spans: Mapping[str, Span] = field(repr=False, compare=False)

    @property
    def size(self) -> int:
        """Bytes that the members take, about."""
        return sum(row.size + 1_000 for row in self.members.values())

    def some(self, names: Sequence[str]) -> list[ResourceRow]:
        """The members with these names."""
        return [self.members[name] for name in names if name in self.members]

    def listed(self, columns: Sequence[str], component: str | None = None) -> Iterator[list[ListedRow]]:
        """All members, in pages: the name, then these fields of ResourceRow. ``component``: only of this kind."""
        rows = [row for row in self.members.values() if component in (None, row.component)]
        for start in range(0, len(rows), PAGE):
            yield [(row.href, *_fields(row, columns)) for row in rows[start : start + PAGE]]

    def changed(self, columns: Sequence[str], since: int, limit: int) -> Changes:
        """The members after the counter ``since``, as ResourceReads.changed gives them."""
        rows = [row for row in self.members.values() if row.seq > since]
        page = [(row.seq, False, row.href, *_fields(row, columns)) for row in rows[:limit]]
        return Changes(self.server, self.moment, page, len(rows) > limit)

    def overlapping(self, start: datetime | None, end: datetime | None, component: str | None) -> Iterator[ResourceRow]:
        """The members that may happen in [start, end)."""
        for name, row in self.members.items():
            first, last = self.spans[name]
            if component not in (None, row.component):
                continue
            if (end is None or first < end + _WIDENED) and (start is None or last is None or last > start - _WIDENED):
                yield row


def _fields(row: ResourceRow, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, each) for each in columns)

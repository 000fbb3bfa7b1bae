"""The colours of calendars for which no client has chosen one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow

COLOUR: Final = "{http://apple.com/ns/ical/}calendar-color"
PALETTE: Final = (
    *("#1a73c9", "#d64545", "#2e8b57", "#8e44ad", "#e08a00", "#0e9aa7"),
    *("#c2387e", "#6b7d1f", "#5a5fcf", "#a0522d", "#3d6b8c", "#b8930b"),
)
"""Colours that are easy to tell apart, as #RRGGBB."""


def colour_of(calendar_id: UUID) -> str:
    """The colour of a calendar that has none stored: always the same one, so that nothing changes when it is read."""
    return PALETTE[calendar_id.int % len(PALETTE)]


def free_colour(rows: Iterable[CalendarRow]) -> str:
    """The colour for a new calendar beside these: one that the fewest of them have."""
    used = Counter(row.props.get(COLOUR, colour_of(row.calendar_id)).lower()[:7] for row in rows)
    return min(PALETTE, key=lambda each: used[each])

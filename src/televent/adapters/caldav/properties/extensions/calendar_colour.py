"""Apple's calendar-color. A calendar has one until a client removes it: apps show one without it in grey or black."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live, live
from televent.adapters.caldav.properties.view import CalendarView
from televent.adapters.caldav.tree import Kind
from televent.application.calendar_colours import COLOUR, colour_of


def _colour(view: CalendarView) -> str | None:
    stored = view.row.props.get(COLOUR)
    return colour_of(view.row.calendar_id) if stored is None else stored or None


PROPERTIES: Final[tuple[Live, ...]] = (live(COLOUR, (Kind.CALENDAR,), _colour, allprop=True, settable=True),)

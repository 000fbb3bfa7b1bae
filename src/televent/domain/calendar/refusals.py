"""The refusals of a calendar collection's commands."""

from __future__ import annotations

from televent.domain.refusal import Refusal


class UnknownCalendar(Refusal):
    """There is no such calendar."""


class CalendarNameTaken(Refusal):
    """There is a calendar of that name already."""

"""Chooses the calendar for a new invitation: RFC 6638 §4.3."""

from __future__ import annotations

from uuid import UUID

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import UnknownCalendar


def calendar_for_new(backend: Backend, account: AccountRow, component: str) -> UUID:
    """The id of the calendar for a new object of that component. Raises UnknownCalendar for an account without
    calendars."""
    return row_for_new(backend, account, component).calendar_id


def row_for_new(backend: Backend, account: AccountRow, component: str) -> CalendarRow:
    """The calendar for a new object of that component.

    It is the default calendar if that takes the component; most clients make calendars for events alone. Else it is the
    first calendar that takes it, else the default calendar. Raises UnknownCalendar for an account without calendars.
    """
    default = account.default_calendar
    chosen = backend.reads.calendar_of(account.tenant, default) if default is not None else None
    if chosen is not None and component in chosen.components:
        return chosen
    calendars = backend.reads.calendars(account.tenant)
    fitting = next((row for row in calendars if component in row.components), chosen)
    if fitting is None:
        fitting = next(iter(calendars), None)
    if fitting is None:
        raise UnknownCalendar()
    return fitting

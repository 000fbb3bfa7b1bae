"""Finds the calendar that a person means, among their own and those that are shared with them."""

from __future__ import annotations

from uuid import UUID

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import UnknownCalendar
from televent.application.use_cases.calendars.default_calendar import row_for_new
from televent.domain.ids import AccountId


def calendar_seen(backend: Backend, tenant: AccountId, calendar_id: UUID) -> CalendarRow:
    """The calendar with that id. Raises UnknownCalendar where the person has no such calendar, and none is shared."""
    own = backend.reads.calendar_of(tenant, calendar_id)
    if own is not None:
        return own
    for mount in backend.reads.mounts(tenant):
        if mount.calendar_id == calendar_id:
            return mount
    raise UnknownCalendar()


def calendar_to_write(backend: Backend, account: AccountRow, calendar_id: UUID | None) -> CalendarRow:
    """The calendar for a new event: the one with that id, or without one the default calendar. Raises
    UnknownCalendar."""
    if calendar_id is None:
        return row_for_new(backend, account, "VEVENT")
    return calendar_seen(backend, account.tenant, calendar_id)


def calendars_seen(backend: Backend, tenant: AccountId) -> list[CalendarRow]:
    """The person's own calendars, and those that are shared with them."""
    return [*backend.reads.calendars(tenant), *backend.reads.mounts(tenant)]

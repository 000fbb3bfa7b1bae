"""Lists what is coming in a person's calendars: each event, and each series once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars.agenda import Entry, entry_of, occurrences_of, takes_place, with_codes
from televent.domain.ids import AccountId
from televent.ical.recurrence.occurrences import next_occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment
from televent.ical.zones.moments import utc_of

LOOK_AHEAD = 20
"""Max occurrences of a series that are looked at for the next one which takes place."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An event, or a whole series at its next occurrence. ``rrule`` None: it does not repeat by a rule. ``first``: the
    start of the series."""

    entry: Entry
    rrule: str | None
    first: Moment


def coming(backend: Backend, tenant: AccountId, *, now: datetime, start: datetime, end: datetime) -> list[Coming]:
    """The entries that take place in [start, end), earliest first: each event, and each series once.

    A series is given with its next occurrence after ``now``, and only where that is in [start, end): so the list of the
    following months does not repeat it. Declined and cancelled ones are left out. Raises UnknownAccount.
    """
    account = backend.people.account(tenant)
    me = frozenset(backend.people.addresses_of(account))
    zone = ZoneInfo(account.timezone)
    found: list[Coming] = []
    for calendar in backend.reads.calendars(tenant):
        for row in backend.reads.overlapping(tenant, calendar.calendar_id, start, end, "VEVENT", zone=zone):
            if row.recurs:
                found += _next(row, me, now, start, end, zone)
            else:
                found += [Coming(each, None, each.start) for each in occurrences_of(row, me, start, end, zone)]
    found = [each for each in found if takes_place(each.entry)]
    found.sort(key=lambda each: (utc_of(each.entry.start, zone), each.entry.summary))
    entries = with_codes(backend, tenant, [each.entry for each in found])
    return [replace(each, entry=entry) for each, entry in zip(found, entries, strict=True)]


def _next(
    row: ResourceRow, me: frozenset[str], now: datetime, start: datetime, end: datetime, zone: ZoneInfo
) -> list[Coming]:
    """The series at its next occurrence that takes place, where that is in [start, end)."""
    reading = row.text.reading
    by_id = {each.recurrence_id: each for each in reading.instances()}
    master = reading.master
    after = now - timedelta(seconds=1)
    for _ in range(LOOK_AHEAD):
        try:
            occurrence = next_occurrence(row.text.tree, after, floating_zone=zone)
        except IcalError:
            return []
        if occurrence is None or utc_of(occurrence.start, zone) >= end:
            return []
        instance = by_id.get(occurrence.recurrence_id) or by_id.get(None) or next(iter(reading.instances()))
        entry = replace(
            entry_of(row.stream_id, reading, instance, me),
            recurrence_id=occurrence.recurrence_id,
            start=occurrence.start,
            end=occurrence.end,
        )
        after = utc_of(occurrence.start, zone)
        if takes_place(entry):
            rrule, first = (master.rrule, master.start) if master is not None else (None, None)
            return [Coming(entry, rrule, first if first is not None else entry.start)] if after >= start else []
    return []

"""Reads a person's calendars for people: a day or a week, one event, a search for events."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId
from televent.ical.objects.reading import Attendee, Instance, Reading
from televent.ical.recurrence.occurrences import occurrences as occurring
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment
from televent.ical.zones.moments import utc_of

PER_OBJECT = 400
"""Max occurrences of one calendar object in an agenda."""
SHORT_CODE = 6
"""Characters of the code by which people name an event."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, or one occurrence of a series. ``status``: TENTATIVE while an invitation is unanswered."""

    stream_id: UUID
    recurrence_id: str | None
    uid: str
    summary: str
    location: str
    description: str
    start: Moment
    end: Moment
    all_day: bool
    status: str
    partstat: str | None
    role: str
    attendees: tuple[Attendee, ...]
    recurs: bool = False
    organizer: str | None = None
    organizer_name: str | None = None

    @property
    def code(self) -> str:
        """The short code by which people name this event."""
        return self.stream_id.hex[:SHORT_CODE]


def agenda(backend: Backend, tenant: AccountId, *, start: datetime, end: datetime, limit: int = 200) -> list[Entry]:
    """The entries in [start, end), earliest first, at most ``limit``. Raises UnknownAccount.

    It reads the inline index, so it has the changes of a moment ago.
    """
    account = backend.people.account(tenant)
    me = frozenset(backend.people.addresses_of(account))
    zone = ZoneInfo(account.timezone)
    found: list[Entry] = []
    for calendar in backend.reads.calendars(tenant):
        for row in backend.reads.overlapping(tenant, calendar.calendar_id, start, end, "VEVENT", zone=zone):
            found += _occurrences(row, me, start, end, zone)
    return heapq.nsmallest(limit, found, key=lambda entry: (utc_of(entry.start, zone), entry.summary))


def event(backend: Backend, tenant: AccountId, stream_id: UUID) -> Entry | None:
    """One event, with the values of its master or, without one, of its first override. None without such an event."""
    row = backend.reads.by_stream(tenant, stream_id)
    if row is None or row.ics is None:
        return None
    me = frozenset(backend.people.addresses_of(backend.people.account(tenant)))
    reading = row.text.reading
    return entry_of(row.stream_id, reading, next(iter(reading.instances())), me)


def find_events(backend: Backend, tenant: AccountId, query: str, *, now: datetime, limit: int = 10) -> list[Entry]:
    """The events that a short code, an id, a UID or words of the title name; upcoming ones first."""
    query = query.strip()
    if not query or len(query) > 256:
        return []
    me = frozenset(backend.people.addresses_of(backend.people.account(tenant)))
    words = query.casefold().split()
    code = query.lower().lstrip("#").replace("-", "")
    found: list[tuple[bool, timedelta, Entry]] = []
    for calendar in backend.reads.calendars(tenant):
        for row in backend.reads.overlapping(tenant, calendar.calendar_id, now - timedelta(days=31), None, "VEVENT"):
            named = query == row.uid or (len(code) >= 4 and row.stream_id.hex.startswith(code))
            if row.ics is None:
                continue
            reading = row.text.reading
            entry = entry_of(row.stream_id, reading, next(iter(reading.instances())), me)
            if named:
                return [entry]
            if all(word in entry.summary.casefold() for word in words):
                away = utc_of(entry.start) - now
                found.append((away < timedelta(0), abs(away), entry))
    return [entry for _, _, entry in sorted(found, key=lambda each: each[:2])[:limit]]


def entry_of(stream_id: UUID, reading: Reading, instance: Instance, me: frozenset[str]) -> Entry:
    """An instance as people see it."""
    mine = next((attendee for attendee in instance.attendees if attendee.address in me), None)
    organizer = reading.organizer
    is_mine = organizer is not None and organizer.address in me
    role = "organizer" if is_mine else "attendee" if organizer is not None and mine is not None else "none"
    partstat = mine.partstat if mine is not None and role == "attendee" else None
    start = instance.start if instance.start is not None else datetime(1970, 1, 1, tzinfo=UTC)
    return Entry(
        stream_id=stream_id,
        recurrence_id=instance.recurrence_id,
        uid=reading.uid,
        summary=instance.summary,
        location=instance.location,
        description=instance.description,
        start=start,
        end=instance.end if instance.end is not None else start,
        all_day=not isinstance(start, datetime),
        status=_status(instance.status, partstat),
        partstat=partstat,
        role=role,
        attendees=instance.attendees,
        recurs=reading.recurs,
        organizer=organizer.address if organizer is not None else None,
        organizer_name=organizer.cn if organizer is not None else None,
    )


def _status(status: str | None, partstat: str | None) -> str:
    if status == "CANCELLED":
        return status
    return "TENTATIVE" if partstat in ("NEEDS-ACTION", "TENTATIVE") else status or "CONFIRMED"


def _occurrences(row: ResourceRow, me: frozenset[str], start: datetime, end: datetime, zone: ZoneInfo) -> list[Entry]:
    if row.ics is None:
        return []
    from dataclasses import replace

    reading = row.text.reading
    by_id = {each.recurrence_id: each for each in reading.instances()}
    entries = []
    try:
        occurrences = occurring(row.text.tree, start, end, floating_zone=zone, limit=PER_OBJECT)
    except IcalError:
        return []  # a hostile series is left out, and the other events are shown
    for occurrence in occurrences:
        instance = by_id.get(occurrence.recurrence_id) or by_id.get(None) or next(iter(reading.instances()))
        entry = entry_of(row.stream_id, reading, instance, me)
        entries.append(
            replace(entry, recurrence_id=occurrence.recurrence_id, start=occurrence.start, end=occurrence.end)
        )
    return entries

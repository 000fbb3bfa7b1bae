"""Finds events in calendars that others share with a person: by a code, or by words of the title."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.codes import SHORTEST, code_of
from televent.application.shared_view import presented
from televent.application.use_cases.calendars.agenda import BEFORE, Entry, entry_of
from televent.domain.ids import AccountId
from televent.ical.zones.moments import utc_of

MAX_LOOKED_AT: Final = 500
"""Max events that are looked at in each shared calendar."""
MAX_QUERY: Final = 256


def find_shared_events(
    backend: Backend, tenant: AccountId, query: str, *, now: datetime, limit: int = 10
) -> list[Entry]:
    """The events, as the person may see them, upcoming ones first. An event that the share hides is not found."""
    wanted = query.strip().casefold()
    if not wanted or len(wanted) > MAX_QUERY:
        return []
    code = wanted.lstrip("#").removeprefix("/e_")
    found: dict[UUID, Entry] = {}
    for entry in _shared(backend, tenant, now):
        named = len(code) >= SHORTEST and code_of(entry.uid).startswith(code)
        if named or all(word in entry.summary.casefold() for word in wanted.split()):
            found.setdefault(entry.stream_id, entry)
    zone = ZoneInfo(backend.people.account(tenant).timezone)

    def order(entry: Entry) -> tuple[bool, timedelta]:
        away = utc_of(entry.start, zone) - now
        return away < timedelta(0), abs(away)

    return sorted(found.values(), key=order)[:limit]


def _shared(backend: Backend, tenant: AccountId, now: datetime) -> Iterator[Entry]:
    for mount in backend.reads.mounts(tenant):
        if mount.share is None:
            continue
        owner = frozenset(backend.people.addresses_of(backend.people.account(mount.tenant)))
        rows = backend.reads.overlapping(mount.tenant, mount.calendar_id, now - BEFORE, None, "VEVENT")
        for row in islice(rows, MAX_LOOKED_AT):
            shown = presented(row, mount.share) if row.ics is not None else None
            if shown is not None:
                reading = shown.text.reading
                yield entry_of(row.stream_id, reading, next(iter(reading.instances())), owner)

"""The events of calendars that others share with a person, as an agenda shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.shared_view import seen
from televent.application.use_cases.calendars.agenda import Entry, entry_of, occurrences_of
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY

MAX_SHARED: Final = 50
"""Max shared calendars in an agenda."""


def shared_entries(
    backend: Backend, tenant: AccountId, *, start: datetime, end: datetime, zone: ZoneInfo, own: Collection[str]
) -> list[Entry]:
    """The occurrences in [start, end) that the owners of shared calendars attend, each with the owner's name.

    ``own``: the UIDs of the person's own events, which are not shown twice.
    """
    found: list[Entry] = []
    for mount in _mounts(backend, tenant):
        owner = _addresses(backend, mount)
        for row in _seen(backend, mount, start, end, zone):
            if row.text.reading.uid not in own:
                found += [
                    _shown(each, mount)
                    for each in occurrences_of(row, owner, start, end, zone)
                    if each.partstat != "DECLINED"
                ]
    return found


def shared_by_code(backend: Backend, tenant: AccountId, code: str, limit: int) -> list[Entry]:
    """The events of shared calendars whose code begins with these hexadecimal digits."""
    found: list[Entry] = []
    for mount in _mounts(backend, tenant):
        assert mount.share is not None
        there = [
            each
            for each in backend.reads.by_code(mount.tenant, code, limit)
            if each.calendar_id == mount.calendar_id and each.component == "VEVENT"
        ]
        for row in seen(backend.reads, mount.share, there):
            reading = row.text.reading
            entry = entry_of(row.stream_id, reading, next(iter(reading.instances())), _addresses(backend, mount))
            found.append(_shown(entry, mount))
    return found[:limit]


def _mounts(backend: Backend, tenant: AccountId) -> list[CalendarRow]:
    """The shared calendars whose events the person may read, at most MAX_SHARED."""
    mounts = (each for each in backend.reads.mounts(tenant) if each.share is not None and each.share.access != BUSY)
    return list(islice(mounts, MAX_SHARED))


def _addresses(backend: Backend, mount: CalendarRow) -> frozenset[str]:
    """The addresses of the owner: as their answer tells whether they attend."""
    account = backend.reads.account(mount.tenant)
    return frozenset(backend.people.addresses_of(account)) if account is not None else frozenset()


def _seen(
    backend: Backend, mount: CalendarRow, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[ResourceRow]:
    assert mount.share is not None
    rows = backend.reads.overlapping(mount.tenant, mount.calendar_id, start, end, "VEVENT", zone=zone)
    return seen(backend.reads, mount.share, rows)


def _shown(entry: Entry, mount: CalendarRow) -> Entry:
    """The entry as the sharee has it: they are not invited, so no answer is asked of them."""
    assert mount.share is not None
    return replace(entry, partstat=None, role="none", shared_by=mount.share.owner_name or mount.share.calendar)

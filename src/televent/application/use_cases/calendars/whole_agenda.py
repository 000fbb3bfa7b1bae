"""A person's agenda: own events and, where the person wants it, those of calendars that others share with them."""

from __future__ import annotations

import heapq
from datetime import datetime
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.agenda import Entry, agenda, find_events, with_codes
from televent.application.use_cases.calendars.shared_agenda import shared_by_code, shared_entries
from televent.domain.ids import AccountId
from televent.ical.zones.moments import utc_of


def whole_agenda(backend: Backend, account: AccountRow, *, start: datetime, end: datetime, limit: int) -> list[Entry]:
    """The entries in [start, end), earliest first, at most ``limit``. Raises UnknownAccount."""
    own = agenda(backend, account.tenant, start=start, end=end, limit=limit)
    if not account.preferences.show_shared:
        return own
    zone = ZoneInfo(account.timezone)
    known = frozenset(each.uid for each in own)
    others = shared_entries(backend, account.tenant, start=start, end=end, zone=zone, own=known)
    if not others:
        return own
    shown = heapq.nsmallest(limit, [*own, *others], key=lambda each: (utc_of(each.start, zone), each.summary))
    return with_codes(backend, account.tenant, shown)


def find_any(backend: Backend, tenant: AccountId, query: str, *, now: datetime) -> list[Entry]:
    """The events that ``query`` names: own ones, and where there is none, those of shared calendars with that code."""
    found = find_events(backend, tenant, query, now=now)
    code = query.strip().lower().lstrip("#").removeprefix("/e_")
    if found or not (4 <= len(code) <= 32 and all(each in "0123456789abcdef" for each in code)):
        return found
    return shared_by_code(backend, tenant, code, 10)

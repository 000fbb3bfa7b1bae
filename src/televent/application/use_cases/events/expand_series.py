"""Expands one series, page by page: the work of a page does not depend on how many occurrences there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.use_cases.events.storing import refusing
from televent.application.use_cases.events.which import locate
from televent.domain.ids import AccountId
from televent.ical.recurrence.occurrences import Occurrence, each_occurrence
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.zones.moments import utc_of

SHORTEST: Final = timedelta(minutes=10)
"""The first time that is searched: a rule for every second has 600 occurrences in it."""
Place = tuple[datetime, str]
"""The start of an occurrence in UTC, and its id."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """Occurrences with their places, the earliest first. ``more``: others follow."""

    occurrences: list[tuple[Place, Occurrence]]
    more: bool


def expand_series(
    backend: Backend, tenant: AccountId, event_id: UUID, *, start: datetime, end: datetime, after: Place | None,
    limit: int,
) -> Expanded:  # fmt: skip
    """The occurrences of the person's event in [start, end) after the place, at most ``limit``.

    Raises UnknownResource, UnknownAccount, InvalidObject (the rule costs too much).
    """
    found = locate(backend, tenant, event_id)
    zone = ZoneInfo(backend.people.account(tenant).timezone)
    with refusing():
        return page_of(found.row.text.tree, zone, start, end, after, limit)


def page_of(
    root: Component, zone: ZoneInfo, start: datetime, end: datetime, after: Place | None, limit: int
) -> Expanded:
    """The page of a calendar object. Floating times are read in ``zone``. Raises IcalError."""
    found: list[tuple[Place, Occurrence]] = []
    since = start if after is None else max(after[0], start)
    begun_before = after is None or after[0] < start
    length = SHORTEST
    while since < end and len(found) <= limit:
        until = min(since + length, end)
        try:
            some = list(each_occurrence(root, since, until, floating_zone=zone))
        except TooManyInstances:
            # The expansion has a budget. A shorter time takes less of it.
            if length == SHORTEST:
                raise
            length = max(SHORTEST, length / 8)
            continue
        placed = [((utc_of(each.start, zone), each.recurrence_id or ""), each) for each in some]
        fresh = [each for each in placed if (begun_before or each[0][0] >= since) and each[0][0] < until]
        found += sorted((each for each in fresh if after is None or each[0] > after), key=lambda each: each[0])
        since, begun_before, length = until, False, length * 4
    return Expanded(found[:limit], len(found) > limit)

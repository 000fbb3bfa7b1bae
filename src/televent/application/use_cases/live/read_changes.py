"""Reads the changes of one account after a cursor: one page of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from televent.application.backend import Backend
from televent.application.use_cases.live.frames import Frame, by_calendar, frames_for
from televent.domain.ids import AccountId

MAX_PAGE: Final = 500
"""Max facts that one page reads."""


@dataclass(frozen=True, slots=True)
class ReadChanges:
    """One page. ``upto``: the position up to which the account's changes were read; ``more``: there are later ones that
    can be read now. ``cursor``: the one to go on from; "" where nothing was read."""

    frames: list[Frame]
    upto: int
    more: bool
    cursor: str


def read_changes(backend: Backend, tenant: AccountId, after: int, upto: int, limit: int = MAX_PAGE) -> ReadChanges:
    """The account's next changes at positions in (after, upto], oldest first. ``upto`` must be a position up to which
    nothing can be added any more. Raises Outage."""
    calendars = by_calendar(backend.changes.shared_with([tenant]).get(tenant, ()))
    tenants = sorted({tenant, *(each.calendar.tenant for each in calendars.values())})
    page = backend.changes.logged_of(tenants, after, upto, limit)
    found = frames_for(backend, page.changes, {tenant: calendars})
    return ReadChanges(found.get(tenant, []), page.upto, page.more, page.changes[-1].cursor if page.changes else "")

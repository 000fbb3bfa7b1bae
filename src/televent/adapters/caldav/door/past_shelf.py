"""Past calendars that were folded lately: a client that mounts one asks for it several times."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from televent.application.backend import Backend
from televent.application.outage import DatabaseBusy
from televent.application.past.names import PastName
from televent.application.read_models.past import PastCalendar
from televent.application.use_cases.calendars.past_calendar import calendar_at
from televent.domain.ids import AccountId

SHELF_BYTES: Final = 64 * 1024 * 1024
"""Max bytes of the calendars on the shelf, about. The newest one stays in any case."""
SHELF_SECONDS: Final = 600.0
"""Max seconds for which a calendar is there."""
FOLD_PATIENCE: Final = 10.0
"""Max seconds that a request waits for others to fold theirs."""
WAITING: Final = 3
"""Max requests of a process that wait, or fold: each takes one of the threads that answer everybody."""


@dataclass(slots=True)
class _Shelved:
    row: PastCalendar
    until: float


@dataclass(slots=True)
class PastShelf:
    """Thread-safe. One calendar is folded at a time in a process, because that takes much of its time."""

    waiting: int = 0
    """The number of requests that wait, or fold."""
    _counting: Lock = field(default_factory=Lock)
    _folding: Lock = field(default_factory=Lock)
    _shelf: OrderedDict[tuple[AccountId, str], _Shelved] = field(default_factory=OrderedDict)

    def calendar(self, backend: Backend, tenant: AccountId, named: PastName) -> PastCalendar | None:
        """The calendar as it stood; None if there was none of that name. Call it in a thread.

        Raises what calendar_at raises, and DatabaseBusy where others take too long, or too many wait already.
        """
        with self._counting:
            if self.waiting >= WAITING:
                raise DatabaseBusy("other past calendars are being read")
            self.waiting += 1
        try:
            return self._in_turn(backend, tenant, named)
        finally:
            with self._counting:
                self.waiting -= 1

    def _in_turn(self, backend: Backend, tenant: AccountId, named: PastName) -> PastCalendar | None:
        if not self._folding.acquire(timeout=FOLD_PATIENCE):
            raise DatabaseBusy("other past calendars are being read")
        try:
            self._clear()
            key = (tenant, named.text)
            found = self._shelf.get(key)
            if found is None:
                row = calendar_at(backend.store, tenant, named, backend.clock())
                if row is None:
                    return None
                found = self._shelf[key] = _Shelved(row, time.monotonic() + SHELF_SECONDS)
            self._shelf.move_to_end(key)
            while len(self._shelf) > 1 and sum(each.row.size for each in self._shelf.values()) > SHELF_BYTES:
                self._shelf.popitem(last=False)
            return found.row
        finally:
            self._folding.release()

    def _clear(self) -> None:
        for key in [key for key, each in self._shelf.items() if each.until < time.monotonic()]:
            del self._shelf[key]

"""The archives of everything that people asked for: one for each account, and one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from televent.domain.ids import AccountId

OFFERED: Final = timedelta(days=1)
"""Time for which an archive can be fetched after it was asked for."""
DEADLINE: Final = timedelta(minutes=30)
"""Max time in which an archive is sent; then it is torn, and can be fetched again."""


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """The last archive that a person asked for. ``size``: bytes that were sent; None before the end."""

    asked_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None
    size: int | None

    @property
    def expires_at(self) -> datetime:
        """When it can be fetched no more."""
        return self.asked_at + OFFERED

    def state(self, now: datetime) -> str:
        """ "ready", "sending", "torn" or "sent"."""
        if self.begun_at is None:
            return "ready"
        if self.finished_at is not None:
            return "sent"
        return "sending" if now < self.begun_at + DEADLINE else "torn"


class ArchiveRequests(Protocol):
    """Stores the requests, for all nodes. Synchronous; called through threads."""

    def ask(self, tenant: AccountId, now: datetime) -> None:
        """Stores a request. One that is being sent goes on, and can be fetched for another day."""
        ...

    def find(self, tenant: AccountId, now: datetime) -> ArchiveRow | None:
        """The request; None where there is none, or its day is over."""
        ...

    def begin(self, tenant: AccountId, now: datetime) -> bool:
        """Notes that the archive is being sent now. False: it is already, or nothing was asked for."""
        ...

    def end(self, tenant: AccountId, begun_at: datetime, now: datetime, size: int | None) -> None:
        """Notes that all bytes were sent; ``size`` None: it was torn, and can be fetched again at once."""
        ...

    def sweep(self, now: datetime) -> int:
        """Deletes the requests whose day is over, and returns their number."""
        ...

"""When is a person busy, as far as the index knows?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class BusyRows:
    """Busy time as the index knows it. ``periods``: (start, end, FBTYPE), instants. ``floats``: the same on the
    clocks of a zone, written as if in UTC. ``unclear``: the names of objects whose text must be read."""

    periods: Sequence[tuple[datetime, datetime, str]]
    floats: Sequence[tuple[datetime, datetime, str]]
    unclear: Sequence[str]


class BusyReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def busy(
        self,
        tenant: AccountId,
        calendar_id: UUID,
        start: datetime,
        end: datetime,
        zone: tzinfo,
        *,
        without: str | None = None,
    ) -> BusyRows:
        """What events make of [start, end), but for those of the UID ``without``; periods reach no further."""
        ...

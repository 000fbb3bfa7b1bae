"""The read model of busy times, from the index of occurrences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class BusyRows:
    """Busy times in the index.

    ``periods``: (start, end, FBTYPE), in UTC. ``floats``: the same for floating times, with the local time written as
    if it were UTC. ``unclear``: the names of objects whose text must be read.
    """

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
        """The busy times in [start, end), cut to it, without the event of the UID ``without``."""
        ...

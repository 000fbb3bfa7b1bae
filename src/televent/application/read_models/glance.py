"""The read model of one event and the addresses of its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Glance:
    """An event with its text. ``owner`` has only ids and addresses."""

    row: ResourceRow
    owner: AccountRow


class GlanceReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def glance(self, tenant: AccountId, stream_id: UUID) -> Glance | None:
        """The event in one of the person's own calendars; None where they have no such event."""
        ...

"""What can have happened to a sharee's own parts of a shared event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class OwnPartsSet:
    """``parts`` as ical.own_parts writes them."""

    share_id: UUID
    object_id: UUID
    parts: Personal[bytes]

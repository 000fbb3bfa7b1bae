"""The fact of a sharee's own parts of a shared event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class OwnPartsSet:
    """The sharee's parts changed. ``parts``: in the format of ical.objects.own_parts."""

    share_id: UUID
    object_id: UUID
    parts: Personal[bytes]

"""A sharee's own parts of an event in another person's calendar: their alarms, and whether it makes them busy.

Each pair of an event and a sharee has one stream, in the sharee's account.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from televent.domain.sharing.overlay.events import OwnPartsSet


@dataclass(frozen=True, slots=True)
class Overlay:
    share_id: UUID | None = None
    object_id: UUID | None = None
    parts: bytes | None = None


def evolve(state: Overlay, fact: OwnPartsSet) -> Overlay:
    """The overlay after one more fact."""
    return Overlay(fact.share_id, fact.object_id, fact.parts)


def overlay_id(share_id: UUID, object_id: UUID) -> UUID:
    """The stream's id for that event in that share."""
    return uuid5(share_id, str(object_id))

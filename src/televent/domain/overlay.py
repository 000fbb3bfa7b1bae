"""What is one person's own in an event of somebody else's calendar: his alarms, and whether he is busy.

The stream of one event at one person it is shared with. Facts, state, command and the decision, in that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class OwnPartsSet:
    """``parts`` as ical.own_parts writes them."""

    share_id: UUID
    object_id: UUID
    parts: Personal[bytes]


@dataclass(frozen=True, slots=True)
class Overlay:
    share_id: UUID | None = None
    object_id: UUID | None = None
    parts: bytes | None = None


def evolve(state: Overlay, fact: OwnPartsSet) -> Overlay:
    """The overlay after one more fact."""
    return Overlay(fact.share_id, fact.object_id, fact.parts)


@dataclass(frozen=True, slots=True)
class SetOwnParts:
    share_id: UUID
    object_id: UUID
    parts: bytes


def decide(state: Overlay, command: SetOwnParts) -> list[OwnPartsSet]:
    """What happens; the same command on its own result yields nothing."""
    same = state.parts == command.parts
    return [] if same else [OwnPartsSet(command.share_id, command.object_id, command.parts)]


def overlay_id(share_id: UUID, object_id: UUID) -> UUID:
    """The stream of that event at that person."""
    return uuid5(share_id, str(object_id))

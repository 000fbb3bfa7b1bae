"""Decides the command of a sharee's own parts of a shared event."""

from __future__ import annotations

from televent.domain.sharing.overlay.commands import SetOwnParts
from televent.domain.sharing.overlay.events import OwnPartsSet
from televent.domain.sharing.overlay.state import Overlay


def decide(state: Overlay, command: SetOwnParts) -> list[OwnPartsSet]:
    """One fact; none where the parts are already so."""
    same = state.parts == command.parts
    return [] if same else [OwnPartsSet(command.share_id, command.object_id, command.parts)]

"""The command of a sharee's own parts of a shared event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SetOwnParts:
    share_id: UUID
    object_id: UUID
    parts: bytes

"""What can be asked of a scheduling message in an inbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Take the item away."""

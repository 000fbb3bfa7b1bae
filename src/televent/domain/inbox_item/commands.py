"""The commands of a scheduling message in an inbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Remove the message from the inbox."""

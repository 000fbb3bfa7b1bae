"""Conflicts: reasons why a transaction was rolled back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Turn(Protocol):
    """The turn of one writer among those that met a conflict about the same object."""

    def pause(self, attempt: int) -> None:
        """Waits some milliseconds, longer from attempt to attempt: writers without a turn may be first again."""


class Queue(Protocol):
    """The writers that met a conflict about one object."""

    def turn(self) -> AbstractContextManager[Turn]:
        """Waits until it is this writer's turn, or for so long that waiting cannot help."""


class Conflict(Exception):
    """Another transaction was first. The caller has to load again and decide again.

    ``queue``: the writers that wait for the same object; None where the writer did not come so far as to write.
    """

    queue: Queue | None = None


class StaleStream(Conflict):
    """The stream has grown since it was loaded."""


class HrefTaken(Conflict):
    """A resource of that name was created meanwhile."""


class UidTaken(Conflict):
    """Another resource of the calendar has the UID."""


class NameTaken(Conflict):
    """A calendar of that name was created meanwhile, or another account has the address or Telegram id."""


class AlreadyApplied(Conflict):
    """This message was applied before; nothing was recorded."""


class SealedEarlier(Conflict):
    """The database was failed over or restored after the facts were sealed. Perhaps it never had the keys."""

"""Records what the answer to one request depends on: the rows that were read for it, each with its mark."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from televent.application.marks import Key, Mark
from televent.application.rows import Seen


class Watch:
    """The rows that one request has read. ``pure``: every row had a mark, so the answer may be kept."""

    __slots__ = ("device", "pure", "seen", "tenant")

    def __init__(self) -> None:
        self.tenant: UUID | None = None
        """The account that signed in."""
        self.device: UUID | None = None
        self.seen: dict[Key, Mark] = {}
        self.pure = True

    def saw(self, key: Key, mark: Mark | None) -> None:
        """Records a row, read when it had this mark, or later than the mark."""
        if mark is None or self.seen.setdefault(key, mark) != mark:
            self.pure = False

    def marks(self) -> Mark | None:
        """The marks of all rows, as Marks gives them for these keys; None where the answer must not be kept: not all
        rows had a mark, or the marks are not of one connection."""
        lives = {mark[0] for mark in self.seen.values()}
        if not self.pure or self.tenant is None or len(lives) != 1:
            return None
        return (*lives, *[mark[1] for mark in self.seen.values()])


WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)
"""The watch of the current request; None: nobody keeps its answer."""


def saw(seen: Seen[Any]) -> None:
    """Records a row for the current request."""
    watch = WATCH.get()
    if watch is not None:
        watch.saw(seen.key, seen.mark)


def saw_more() -> None:
    """Records that the answer depends on more than rows with marks."""
    watch = WATCH.get()
    if watch is not None:
        watch.pure = False


def signed_in(tenant: UUID, device: UUID) -> None:
    """Records whose request it is."""
    watch = WATCH.get()
    if watch is not None:
        watch.tenant, watch.device = tenant, device

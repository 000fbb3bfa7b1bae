"""The notes of the load generator: the time of each request, errors, and whatever somebody is owed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Meeting:
    """A meeting that was made: its organizer's and guests' numbers, and who has accepted."""

    uid: str
    title: str
    organizer: int
    guests: tuple[int, ...]
    accepted: set[int] = field(default_factory=set)


@dataclass
class Ledger:
    """The notes of a run.

    ``seconds`` by kind, from the time at which an act was due: waiting in the generator counts. ``written``: the ETag
    of each acknowledged PUT, by path. ``rung``: the person of each reminder, by title; ``mailed``: that of each
    invitation by mail, by UID. ``left_out``: acts that never began, because too many were under way.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    meetings: list[Meeting] = field(default_factory=list)
    rung: dict[str, int] = field(default_factory=dict)
    mailed: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    elapsed: float = 0.0

    def note(self, kind: str, seconds: float) -> None:
        """Adds the time of one request."""
        self.seconds.setdefault(kind, []).append(seconds)

    @property
    def count(self) -> int:
        """Number of all requests."""
        return sum(map(len, self.seconds.values()))

    def grouped_errors(self, most: int = 8) -> list[str]:
        """The commonest errors, with their numbers."""
        return [f"{count} × {text}" for text, count in Counter(self.errors).most_common(most)]

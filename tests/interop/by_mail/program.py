"""The acts of a guest's calendar program, as a story needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Shown:
    """A mail as the program shows it. ``offer``: its words and buttons, for the message of a failure."""

    method: str
    subject: str
    offer: str


@dataclass(frozen=True)
class Kept:
    """An event in the program's calendar. ``starts``: those of its occurrences that take place, in UTC
    (YYYYMMDDTHHMMSSZ), in order. ``answers``: PARTSTAT by address; ``answers_at``: the same by start."""

    title: str
    starts: tuple[str, ...]
    answers: Mapping[str, str]
    answers_at: Mapping[str, Mapping[str, str]]


class Program(Protocol):
    """A calendar program with a mailbox, whose owner is Zed."""

    name: str
    version: str

    def opens_next_mail(self) -> Shown:
        """Waits for the next mail that was not read yet, and opens it."""

    def accepts(self) -> None:
        """Accepts what the open mail asks, and answers."""

    def applies(self) -> None:
        """Takes what the open mail says into the calendar, without an answer."""

    def answers(self, uid: str, start: str, status: str) -> None:
        """Answers for one occurrence of the calendar."""

    def kept(self, uid: str) -> Kept | None:
        """The event in its calendar; None where there is none."""

    def invites(self, event: str, guests: Sequence[str]) -> None:
        """Stores an own VEVENT with these guests, and invites them."""

    def moves(self, uid: str, start: str, end: str, *, was: str = "") -> None:
        """Moves an own event, or its occurrence that starts at ``was``, and tells the guests."""

    def cancels(self, uid: str) -> None:
        """Cancels an own event, and tells the guests."""

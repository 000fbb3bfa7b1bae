"""The facts that people must be told: meetings as they were acknowledged, and the answers that were given."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from chaos.chat.stage import Person
from support.town import meeting

OUTSIDE = "gail@example.com"
"""A guest whom mails invite."""
ANSWERS = {"ACCEPTED": "accept", "DECLINED": "decline", "TENTATIVE": "tentative"}
"""The begin of the word, in the texts of the bot, for each answer."""


@dataclass
class Meeting:
    """One meeting. Each version begins at a minute of its own, so that a text shows which version it tells of."""

    number: int
    organizer: Person
    guests: tuple[Person, ...]
    outside: bool = False
    """Whether OUTSIDE is invited too."""
    version: int = 0
    cancelled: bool = False
    uncertain: bool = False
    """Whether a change of it was given up before it was acknowledged."""
    answers: set[tuple[int, str]] = field(default_factory=set)
    """The answers of guests, by Telegram id: nobody gives one answer twice, so no text to the organizer repeats."""

    @property
    def title(self) -> str:
        """The title, which no other title contains."""
        return f"Meeting {self.number:05}"

    @property
    def uid(self) -> str:
        """The UID."""
        return f"chaos-{self.number}@example.com"

    @property
    def path(self) -> str:
        """The organizer's copy."""
        return f"{self.organizer.client.calendar()}{self.number}.ics"

    @property
    def clock(self) -> str:
        """The time at which the meeting begins, as texts show it."""
        return self.clock_of(self.version)

    def clock_of(self, version: int) -> str:
        """The time at which the meeting began in that version; before noon, in two digits: in all forms of a clock."""
        return f"{10 + version // 60}:{version % 60:02}"

    def text(self, version: int, status: str = "CONFIRMED") -> bytes:
        """The organizer's text."""
        begins, day = self.clock_of(version).replace(":", ""), 1 + self.number % 28
        return meeting(
            f"SUMMARY:{self.title}",
            f"DTSTART:202701{day:02}T{begins}00Z",
            f"DTEND:202701{day:02}T230000Z",
            f"SEQUENCE:{version}",
            f"STATUS:{status}",
            people=(*(each.address for each in self.guests), *([OUTSIDE] if self.outside else [])),
            organizer=self.organizer.address,
            uid=self.uid,
        )


@dataclass
class Tap:
    """A tap on a card. ``version``: that of the meeting, where the card showed it; else -1."""

    query: str
    person: Person
    meeting: Meeting
    partstat: str
    version: int


@dataclass(frozen=True)
class Alarm:
    """An event of one person with a reminder that is due within the run."""

    number: int
    person: Person

    @property
    def title(self) -> str:
        """The title, which no other title contains."""
        return f"Alarm {self.number:05}"

    @property
    def uid(self) -> str:
        """The UID."""
        return f"alarm-{self.number}@example.com"


@dataclass
class Facts:
    """All that was acknowledged."""

    meetings: list[Meeting] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    numbers: int = 0

    def number(self) -> int:
        """The next number of a meeting or alarm."""
        with self.guard:
            self.numbers += 1
            return self.numbers

    def titled(self, text: str) -> Meeting | None:
        """The meeting whose title is in the text."""
        with self.guard:
            return next((each for each in self.meetings if each.title in text), None)

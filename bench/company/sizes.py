"""The sizes of the company, and how much its people do in a working day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DAY: Final = 8 * 3600.0
"""Seconds of a working day."""
POLL_EVERY: Final = 15 * 60.0
"""Seconds between two polls of a device."""
GUESTS: Final = 7
"""People whom the organizer of a meeting invites: it has eight."""
EDITS, REMINDERS, ASKED, MEETINGS, MAILS = 2.0, 1.0, 2.0, 0.1, 0.1
"""In a person's working day: changed events; for people with a chat new events that remind, and messages to the bot;
meetings that they organize; invitations by mail from outside."""
ANSWERING: Final = 0.8
"""Share of the guests who answer."""
ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Tokyo")
"""The zones of the people, in turns."""
MOST_LATE: Final = 2.0
"""Max seconds of the 99th percentile of a kind that keeps up with the load."""
MOST_WAITING: Final = 3000
"""Max acts under way: more means that the load grows without end, and the rest of the phase is left out."""
FLAT: Final = 1.05
"""Max ratio of a process's memory after the last run to that after the first."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the part.

    ``accounts`` with ``each`` events; ``chats`` of them use the bot, the others get mail. ``mailed`` people get mail
    from outside; the first ``organizers`` invite. ``factor``: how many seconds of the working day pass in one second of
    a run of ``seconds``. ``steps`` are the factors that come afterwards, for ``step`` seconds each, to find what gives
    first. ``patience``: max seconds until no message waits. ``connections`` are those of the proxy in front.
    ``first_rate``: saves a second until everybody has saved once, before the runs. ``more`` multiplies what is rare.
    """

    accounts: int
    each: int
    chats: int
    mailed: int
    organizers: int
    factor: float
    seconds: float
    steps: tuple[float, ...]
    step: float
    patience: float
    connections: int
    first_rate: float
    more: float = 1.0


COMPANY: Final = Size(
    accounts=10_000,
    each=50,
    chats=2_000,
    mailed=200,
    organizers=10_000,
    factor=20.0,
    seconds=300.0,
    steps=(30.0, 40.0, 60.0, 80.0),
    step=20.0,
    patience=360.0,
    connections=128,
    first_rate=120.0,
)
QUICK: Final = Size(
    accounts=60,
    each=24,
    chats=20,
    mailed=5,
    # Answers to an organizer with a chat are not gathered for a minute.
    organizers=20,
    factor=300.0,
    seconds=6.0,
    steps=(600.0,),
    step=2.0,
    patience=120.0,
    connections=16,
    first_rate=60.0,
    more=4.0,
)

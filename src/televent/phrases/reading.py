"""The result of reading a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """One time that a sentence may name, and its repetition.

    Times are aware, in the reader's zone. A sentence with a day and no time gives dates (all-day, ``end`` exclusive).
    ``end`` is None where the sentence gives none. ``zone``: the IANA name of a zone that the sentence names, else None.
    ``guesses``: words for what was assumed: "half" (of the day), "hour" (of a part of the day), "day", "month", "year",
    "about" (a time said roughly), "spelling".
    ``past``: the time is over already. ``gap``: "skipped" where a clock change skips the time, which is moved on by the
    length of the gap (RFC 5545 §3.3.5); "repeated" where the time comes twice, and the first one is taken.
    """

    start: datetime | date
    end: datetime | date | None = None
    rrule: str | None = None
    zone: str | None = None
    guesses: tuple[str, ...] = ()
    past: bool = False
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """The event in a sentence. No word of the sentence is lost: each one is in a text, is time, or is ``unread``.

    ``readings``: one where the time is certain, several where the person has to choose, none where no time was read.
    ``guests``: email addresses and @names. ``unread``: words about time that were not understood, as they were
    written; where there are any, the person is asked. ``rest``: the lines of a long text that were not looked at.
    """

    readings: tuple[Reading, ...] = ()
    title: str = ""
    place: str = ""
    guests: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    rest: str = ""

    @property
    def certain(self) -> bool:
        """Whether nothing has to be asked: one reading that is ahead, and every word of time read."""
        return len(self.readings) == 1 and not self.unread and not self.readings[0].past

"""The results of applying a message, as :mod:`televent.ical.itip.receiving.incoming` returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import Moment

Change = Literal[
    "invited",
    "rescheduled",
    "revised",
    "cancelled",
    "occurrence-cancelled",
    "removed",
    "answered",
    "counter",
    "counter-declined",
    "refresh",
    "nothing",
]

MarkRow = tuple[str, str | None, int, datetime]
"""(address, recurrence id or None, SEQUENCE, DTSTAMP in UTC): a row for :func:`precedence.ledger`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One attendee's answer to one occurrence (None: the series or single event). *comment* is unescaped. *guests*: the
    number of people whom the attendee brings along."""

    address: str
    partstat: str
    recurrence_id: str | None
    comment: str | None = None
    cn: str | None = None
    delegated_to: str | None = None
    guests: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another time or place that an attendee proposes (COUNTER), or that the organizer declines (DECLINECOUNTER).

    *address* is the attendee's. Texts are unescaped; None: the message lacks it. *outdated*: all attendees were asked
    again since the version that the proposal answers.
    """

    address: str
    recurrence_id: str | None
    start: Moment | None
    end: Moment | None
    comment: str | None
    sequence: int
    dtstamp: datetime
    cn: str | None = None
    title: str | None = None
    place: str | None = None
    tzid: str | None = None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """The new *text* of the copy and what happened to it.

    *change* "nothing" comes with a *reason*: "stale", "duplicate", "unknown-uid", "party-crasher", "own-event",
    "not-organizer", "no-such-occurrence", "no-attendee", "no-organizer", "declined", "published", …; *text* is then
    the stored one. *marks* are the rows to add to the ledger. *asks_again*: the attendee must answer, for the first
    time or again. *keeps_answer*: SEQUENCE is higher but the time is the same, so the attendee's answer stays. The
    organizer may have discarded it as an answer to an older version, so it should be sent again (RFC 5546 §3.2.2.7);
    *declined* are then the occurrences that the attendee has deleted. *answers* names the askers of a "refresh", and
    the uninvited senders of a "party-crasher".
    """

    text: CalendarText | None
    change: Change
    answers: tuple[Answer, ...] = ()
    asks_again: bool = False
    reason: str | None = None
    marks: tuple[MarkRow, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    keeps_answer: bool = False
    declined: tuple[str, ...] = ()
    recurrence_ids: tuple[str | None, ...] = ()


def nothing(stored: CalendarText | None, reason: str | None) -> Applied:
    """The copy stays as it is, for *reason*."""
    return Applied(stored, "nothing", reason=reason)

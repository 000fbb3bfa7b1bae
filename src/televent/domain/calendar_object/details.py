"""The parts of an event that people see, as values that need no iCalendar parser.

Facts hold them beside the text edit. Cards, history, webhooks and search read them. Every text in them is bounded,
because a stranger can send an event with a title of a megabyte.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class When:
    """A date or a time of an event.

    ``local`` is the local time, written as in RFC 5545 §3.3.4 and §3.3.5 without the final Z: "20261025" (a whole day)
    or "20261025T100000". ``zone`` names the time zone, ``utc`` is the same instant in UTC. Both are None for a whole
    day and for a floating time, which every reader takes in their own zone.
    """

    local: str
    zone: str | None
    utc: datetime | None


@dataclass(frozen=True, slots=True)
class Details:
    """One instance of an event: DTSTART, its exclusive end, RRULE, SUMMARY, LOCATION and STATUS.

    ``title`` and ``place`` are "" where the event has none; ``rule`` is None without an RRULE.
    """

    start: When | None
    end: When | None
    rule: str | None
    title: str
    place: str
    status: str | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Names one occurrence of a series by its RECURRENCE-ID (RFC 5545 §3.8.4.4).

    ``recurrence_id`` is canonical (an instant in UTC, a date or a floating time); ``original`` is the same in the zone
    of the series, the time before any reschedule.
    """

    recurrence_id: str
    original: When


@dataclass(frozen=True, slots=True)
class Difference:
    """One occurrence before and after a change. ``was`` None: it was added; ``now`` None: it was removed."""

    occurrence: Occurrence
    was: Details | None
    now: Details | None


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """An event before and after a change.

    ``was`` and ``now`` are the event itself, or the series (the component without RECURRENCE-ID); each is None where
    the text has or had none. They are equal where only occurrences changed. ``occurrences`` are those that differ, at
    most 50; ``unlisted`` counts the others. ``properties`` names at most 30 other properties and components that
    changed anywhere in the event ("DESCRIPTION", "VALARM", "CATEGORIES"); it is empty for an event that is new.
    """

    was: Details | None
    now: Details | None
    occurrences: tuple[Difference, ...] = ()
    unlisted: int = 0
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """An attendee who was invited or removed.

    ``occurrences``: the occurrences concerned, at most 10; ``unlisted`` counts the others. Empty: the whole event.
    ``entirely`` (after a removal): the attendee is invited to no occurrence any more.
    """

    address: str
    name: str | None
    occurrences: tuple[Occurrence, ...] = ()
    unlisted: int = 0
    entirely: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """An attendee's answer (PARTSTAT) before and after. ``was`` None: no earlier answer is known. ``delegated_to``: the
    delegate's address. ``guests``: the number of people whom the attendee brings along."""

    address: str
    name: str | None
    was: str | None
    now: str
    occurrence: Occurrence | None
    comment: str | None = None
    delegated_to: str | None = None
    guests: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """Other people in an attendee's copy: at most 50 of each kind; ``unlisted`` counts the others."""

    invited: tuple[Guest, ...] = ()
    removed: tuple[Guest, ...] = ()
    answered: tuple[Answered, ...] = ()
    unlisted: int = 0

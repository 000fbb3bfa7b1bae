"""Sentences that were read, busy times, and the first screen of a program as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from televent.adapters.rest.mapping.calendars import Calendar
from televent.adapters.rest.mapping.shapes import Email, Event, Repetition
from televent.adapters.rest.mapping.times import local, zone_name
from televent.phrases.reading import Reading, Understood


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence about an event. ``language``: the one that is tried first; else the person's."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000, examples=["Lunch with Bob tomorrow 1pm at Luigi's"])]
    language: Annotated[str, Meta(pattern=r"^(en|ru)$")] | None = None


class ReadTime(msgspec.Struct, frozen=True, kw_only=True):
    """One time that a sentence may mean, as a new event has it. ``end`` null: the sentence gives none.

    ``guessed``: the parts that were assumed: "half" (of the day), "hour", "day", "month", "year", "about", "spelling".
    ``past``: it is over. ``clock_change``: "skipped" or "repeated", where a clock change makes the time special.
    """

    start: str
    end: str | None
    time_zone: str | None
    all_day: bool
    recurrence: Repetition | None
    guessed: tuple[str, ...]
    past: bool
    clock_change: str | None


class ReadSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that was read. No word is lost: each is in a text, is time, or was not understood.

    ``certain``: nothing has to be asked. ``rest``: lines of a long text that were not looked at.
    """

    readings: tuple[ReadTime, ...]
    summary: str
    location: str
    attendees: tuple[str, ...]
    not_understood: tuple[str, ...]
    certain: bool
    rest: str


class BusyQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to ten people by address or ``@username``. ``minutes``: the free spans of at least this length are told."""

    people: Annotated[tuple[Email, ...], Meta(min_length=1, max_length=10)]
    start: Annotated[datetime, Meta(tz=True)]
    end: Annotated[datetime, Meta(tz=True)]
    minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None


class Span(msgspec.Struct, frozen=True):
    """A time. ``kind``: BUSY, BUSY-TENTATIVE, BUSY-UNAVAILABLE or FREE (RFC 5545 §3.2.9)."""

    start: datetime
    end: datetime
    kind: str


class BusyPerson(msgspec.Struct, frozen=True):
    """``busy`` null: it is not known, or the person does not let others ask; which of the two is not told."""

    email: str
    busy: tuple[Span, ...] | None


class BusyAnswer(msgspec.Struct, frozen=True):
    """The busy times of each person, and the spans in which all whose times are known are free."""

    people: tuple[BusyPerson, ...]
    free: tuple[Span, ...]


class Me(msgspec.Struct, frozen=True):
    """The person."""

    id: UUID
    name: str
    time_zone: str
    locale: str


class Boot(msgspec.Struct, frozen=True):
    """All that a first screen shows. ``events``: the occurrences from yesterday on for a week and a day."""

    now: datetime
    me: Me
    calendars: tuple[Calendar, ...]
    events: tuple[Event, ...]


def read_sentence(read: Understood) -> ReadSentence:
    """A sentence that was read."""
    return ReadSentence(
        readings=tuple(map(_time, read.readings)),
        summary=read.title,
        location=read.place,
        attendees=read.guests,
        not_understood=read.unread,
        certain=read.certain,
        rest=read.rest,
    )


def _time(each: Reading) -> ReadTime:
    return ReadTime(
        start=local(each.start),
        end=local(each.end) if each.end is not None else None,
        time_zone=each.zone or zone_name(each.start),
        all_day=not isinstance(each.start, datetime),
        recurrence=Repetition(each.rrule) if each.rrule is not None else None,
        guessed=each.guesses,
        past=each.past,
        clock_change=each.gap,
    )

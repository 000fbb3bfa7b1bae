"""The meaning of the words of a sentence, before they are put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or several where the words may mean either. ``yearless``: a date that was said without its year."""

    choices: tuple[date, ...]
    guesses: tuple[str, ...] = ()
    weekday: int | None = None
    yearless: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """All days from the first to the last, both included; ``byday`` where they were named as weekdays."""

    first: date
    last: date
    guesses: tuple[str, ...] = ()
    byday: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day; ``half``: "am", "pm" or a part of the day; ``exact``: the hour counts to 24.

    ``written``: with a colon. ``about``: "around", "after".
    """

    hour: int
    minute: int = 0
    half: str | None = None
    exact: bool = False
    written: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class Clocks:
    """From one time of the day to another; ``maybe``: one time that the words may mean too ("10 to 5")."""

    first: Clock
    last: Clock
    maybe: Clock | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: "morning", "afternoon", "evening" or "night"; the hour that it is assumed to mean."""

    name: str
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time. Days, weeks and longer are counted in the calendar."""

    minutes: int = 0
    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Offset:
    """A number of minutes from now."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A repetition: the parts of an RRULE (RFC 5545 §3.3.10) that a sentence can name.

    ``adjective``: said of a noun ("weekly report"), which may be about one time only.
    """

    freq: str
    interval: int = 1
    byday: tuple[str, ...] = ()
    monthday: int | None = None
    part: str | None = None
    maybe_monthly: str | None = None
    once: bool = False
    maybe_once: bool = False
    adjective: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number of times."""

    number: int


@dataclass(frozen=True, slots=True)
class AllDay:
    """The whole day, said so."""


@dataclass(frozen=True, slots=True)
class Zone:
    """The IANA names of the zones that may be meant; "" is the person's own."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class To:
    """A word that leads to an end: "to", "until", a dash. ``strong``: it always leads to an end.

    ``from_now``: without a start the end is counted from today ("until Friday").
    """

    strong: bool = False
    from_now: bool = False


Value = Days | Span | Clock | Clocks | Part | Length | Offset | Rule | Count | AllDay | Zone | To


@dataclass(frozen=True, slots=True)
class Item:
    """A value, and the tokens that it was read from: ``first`` to ``last``, the last excluded.

    ``titled``: the tokens belong to the title as well.
    """

    value: Value
    first: int
    last: int
    titled: bool = False

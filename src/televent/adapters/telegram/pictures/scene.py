"""The content of a picture, in the words and the clock of its reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class State(Enum):
    """How sure an event is."""

    SURE = "sure"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Item:
    """An event. ``start`` and ``end`` are on the reader's wall clock, without a zone; ``end`` is exclusive. ``clock``:
    its time in words, "" for whole days."""

    title: str
    start: datetime
    end: datetime
    all_day: bool
    state: State = State.SURE
    clock: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The two words above a column, such as "Mon" and "23". ``rest``: a day of the weekend."""

    weekday: str
    day: str
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """``headings``: one for each day from ``first`` on. ``hours``: 25 labels, from midnight to midnight. ``now``: the
    time on the reader's clock. ``more``: the words for a count that stands instead of "{}"."""

    first: date
    headings: tuple[Heading, ...]
    items: tuple[Item, ...]
    hours: tuple[str, ...]
    now: datetime
    all_day: str
    free: str
    more: str

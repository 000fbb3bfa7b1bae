"""Reads what a person searches for: words, and days written among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from televent.application.read_models.search import DESCRIPTION, EVERYWHERE, PEOPLE, PLACE, TITLE, Term
from televent.ical.search.words import words_of

MAX_TEXT: Final = 256
"""Max characters of a query that are looked at."""
MAX_TERMS: Final = 10
"""Max words of a query; further ones are not looked at."""
_ISO: Final = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?\Z")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(?:(\d{4}))?\Z")
_STRIPPED: Final = ",;:!?()[]\"'«»"


@dataclass(frozen=True, slots=True)
class Question:
    """A search. ``text``: words for any part of an event, and days. The other texts are words of that part only.

    The event happens in [start, end), where they are given.
    """

    text: str = ""
    title: str = ""
    description: str = ""
    location: str = ""
    attendee: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """How a question was read. ``words``: as they are compared (ical.search.words). ``first`` and ``last``: the days
    that were written among them."""

    terms: tuple[Term, ...]
    start: datetime | None
    end: datetime | None
    first: date | None = None
    last: date | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of all terms."""
        return tuple(dict.fromkeys(term.word for term in self.terms))

    @property
    def empty(self) -> bool:
        """Whether it names nothing to search for."""
        return not self.terms and self.start is None and self.end is None


def understand(question: Question, now: datetime, zone: ZoneInfo) -> Understood:
    """Reads a question. One day means that day, one month that month, two of them all from the first to the last. A day
    without a year is the nearest one."""
    rest, days = [], list[tuple[date, date]]()
    for piece in question.text[:MAX_TEXT].split():
        found = _days(piece.strip(_STRIPPED), now.astimezone(zone).date()) if len(days) < 2 else None
        if found is None:
            rest.append(piece)
        else:
            days.append(found)
    parts = (
        (" ".join(rest), EVERYWHERE),
        (question.title, (TITLE,)),
        (question.description, (DESCRIPTION,)),
        (question.location, (PLACE,)),
        (question.attendee, (PEOPLE,)),
    )
    # One character begins too many words.
    terms = [Term(word, where, len(word) < 2) for text, where in parts for word in words_of(text, MAX_TERMS, MAX_TEXT)]
    start, end, first, last = question.start, question.end, None, None
    if days:
        first, last = min(day for day, _ in days), max(day for _, day in days)
        begin, over = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
        start = begin if start is None else max(start, begin)
        end = over if end is None else min(end, over)
    return Understood(tuple(terms[:MAX_TERMS]), start, end, first, last)


def _days(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day that the text names; None where it names none."""
    try:
        if found := _ISO.match(text):
            year, month = int(found[1]), int(found[2])
            first = date(year, month, int(found[3] or 1))
            last = first if found[3] else _next_month(first) - timedelta(days=1)
        elif found := _DOTTED.match(text):
            first = last = _nearest(int(found[1]), int(found[2]), found[3], today)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return (first, last) if 1900 <= first.year <= 2200 else None


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _nearest(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year), month, day)
    years = [date(each, month, day) for each in (today.year - 1, today.year, today.year + 1) if _is(each, month, day)]
    return min(years, key=lambda each: abs(each - today))


def _is(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

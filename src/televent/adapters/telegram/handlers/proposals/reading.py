"""Reads the time that a person proposes, against the event that they propose it for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from televent.adapters.telegram.cards.proposal_cards import Span, fits
from televent.phrases.reading import Reading
from televent.phrases.understanding import understand
from televent.wording.display import Display

_ONLY_CLOCK: Final = re.compile(r"(?:at |в )?\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|h|ч|час|часа|часов)?\Z", re.IGNORECASE)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WishRead:
    """The times that a text may mean: none, one, or several to choose from. ``unread``: words that are no time."""

    spans: tuple[Span, ...] = ()
    unread: tuple[str, ...] = ()


def read_wish(text: str, event: Span, display: Display) -> WishRead:
    """The proposed time in a text. ``event``: when it takes place now.

    A time without a day means the day of the event, a day without a time the event's time of day. The length stays
    unless the text gives another.
    """
    text = " ".join(text.split())
    now = display.now
    if _ONLY_CLOCK.match(text) and isinstance(event.start, datetime):
        now = datetime.combine(event.start.astimezone(display.zone).date(), time(), display.zone)
    read = understand(text, now=now, language=display.language)
    left = [*read.unread, *(each for each in (read.title, read.place, *read.guests) if each)]
    if not read.readings:
        return WishRead(unread=read.unread)
    if left:
        return WishRead(unread=tuple(left))
    spans = dict.fromkeys(_span(each, event, display) for each in read.readings)
    return WishRead(tuple(each for each in spans if fits(each)))


def _span(reading: Reading, event: Span, display: Display) -> Span:
    start, end = reading.start, reading.end
    if isinstance(start, datetime):
        if isinstance(end, datetime) and end > start:
            return Span(start, end)
        timed = isinstance(event.start, datetime) and isinstance(event.end, datetime)
        return Span(start, start + (_length(event) if timed else _HOUR))
    if isinstance(event.start, datetime):
        return _at_the_same_time(start, event, display)
    if end is not None and not isinstance(end, datetime) and end > start + timedelta(days=1):
        return Span(start, end)
    return Span(start, start + timedelta(days=event.end.toordinal() - event.start.toordinal()))


def _length(event: Span) -> timedelta:
    """The length of an event with times."""
    assert isinstance(event.start, datetime)
    assert isinstance(event.end, datetime)
    return event.end - event.start


def _at_the_same_time(day: date, event: Span, display: Display) -> Span:
    """The event on another day, at the same time on the person's clock."""
    assert isinstance(event.start, datetime)
    start = datetime.combine(day, event.start.astimezone(display.zone).time(), display.zone)
    return Span(start, start + _length(event))

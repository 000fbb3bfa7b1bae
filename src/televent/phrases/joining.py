"""Joins two independent readers: agreement is believed, difference is asked about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from televent.phrases.grammar.tokens import clean, tokens_of
from televent.phrases.own import OwnReading
from televent.phrases.reading import Reading, Understood

MAX_READINGS = 4
"""Max readings that a person chooses from."""

MIN_AHEAD = timedelta(days=3)
"""From so many days ahead, "next Monday" in the week after this one is read as the coming one."""

MAX_PART = timedelta(hours=3)
"""Max time between two guesses of one part of the day."""

_SMALL = frozenset(
    ["a", "an", "the", "at", "in", "on", "to", "by", "for", "from", "of", "and", "with", "me", "please", "remind",
     "в", "во", "на", "с", "со", "у", "к", "и", "до", "по", "за", "мне", "напомни"]
)  # fmt: skip
"""Words that the other reader takes away from a title, and that tell no time."""


def join(own: OwnReading, second: tuple[Reading, str] | None, now: datetime) -> Understood:
    """The meaning that both readers agree on.

    Ours accounts for every word, and the second one does not: it may have read less of the sentence. A difference that
    comes from words which it left out is none.
    """
    understood = own.understood
    if second is None:
        return understood
    other, title = second
    if not understood.readings:
        return _second_alone(understood, other, title, own.text)
    if len(understood.readings) >= MAX_READINGS or any(agree(each, other, now) for each in understood.readings):
        return understood
    if not _accounts_for(other, own.clocks) or _is_edge(understood.readings[0], other):
        return understood
    if any(agree(each, other, now) for each in own.partial) or _differs_by_custom(own, other, now):
        return understood
    more = _taken_more(own, title)
    if not more and (own.sure or _skipped(own, title) or _is_same_part(understood.readings[0], other, now)):
        return understood
    return replace(understood, readings=(*understood.readings, other))


def _taken_more(own: OwnReading, title: str) -> frozenset[str]:
    """The words that we left in a text, and that the other reader took for time."""
    ours = f"{own.understood.title} {own.understood.place}"
    return _lowered(ours) - _lowered(title) - own.plain - _SMALL


def _skipped(own: OwnReading, title: str) -> frozenset[str]:
    """The words that we read as time, and that the other reader left in its title."""
    return (_lowered(title) & own.said) - _SMALL


def _lowered(text: str) -> frozenset[str]:
    return frozenset(token.low for token in tokens_of(clean(text)) if token.kind != "mark")


def _is_same_part(one: Reading, other: Reading, now: datetime) -> bool:
    """Whether both guessed an hour for the same part of the day ("after lunch"): the hour is a custom."""
    starts = one.start, other.start
    if "hour" in one.guesses and isinstance(starts[0], datetime) and starts[0].date() == starts[1]:
        return True  # the other reading is the whole day
    if "hour" not in one.guesses or not isinstance(starts[0], datetime) or not isinstance(starts[1], datetime):
        return False
    same_rule = _rule(one.rrule, starts[0]) == _rule(other.rrule, starts[1])
    return same_rule and abs(starts[0] - starts[1]) <= MAX_PART and starts[1] >= now


def _second_alone(understood: Understood, other: Reading, title: str, text: str) -> Understood:
    """Where we read no time, the reading of the other is offered, with the words that it took for time."""
    left = set(_words(title))
    taken = tuple(word for word in _words(text) if word not in left)
    if not taken and not understood.unread:
        return understood
    return replace(understood, readings=(other,), unread=understood.unread or taken)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w:.'’-]+", text)


def _accounts_for(reading: Reading, clocks: tuple[tuple[int, int], ...]) -> bool:
    """Whether a reading has all times that are written with a colon; in another zone the minutes have to do."""
    ends = [each for each in (reading.start, reading.end) if isinstance(each, datetime)]
    known = {(each.hour % 12, each.minute) for each in ends}
    minutes = {each.minute for each in ends}
    return all(
        (hour % 12, minute) in known or (minute in minutes and minute) or not ends for hour, minute in clocks
    ) and (bool(ends) or not clocks)


def _is_edge(one: Reading, other: Reading) -> bool:
    """Whether the other reading is only an end of ours: the first or last of several days, or the end of its hours."""
    if isinstance(one.end, datetime):
        return isinstance(other.start, datetime) and other.start.time() == one.end.time()
    if isinstance(one.start, datetime) or one.end is None:
        return False
    edges = (one.start, one.end - timedelta(days=1))
    return other.start in edges and edges[0] != edges[1] and other.rrule is None


def _differs_by_custom(own: OwnReading, other: Reading, now: datetime) -> bool:
    """Whether only customs differ: which half of the day is guessed, and in which week "Friday week" is.

    Ours are fixed in the documentation, and a guess is always shown. Seven days apart is a custom where the sentence
    says a week, or where the weekday is today. "Next Monday", said shortly before, is no custom: people differ.
    """
    one = own.understood.readings[0]
    if own.says_week and abs(_day(one.start) - _day(other.start)) == timedelta(days=7):
        return True
    if isinstance(one.start, datetime) and isinstance(other.start, datetime):
        apart = abs(one.start - other.start)
    elif isinstance(one.start, datetime) or isinstance(other.start, datetime):
        return False
    else:
        apart = abs(one.start - other.start)
    if own.sure and (one.start.day, one.start.month) == (other.start.month, other.start.day):
        return True  # "5/12"
    if apart == timedelta(hours=12):
        return "half" in one.guesses or own.exact
    day = _day(one.start)
    far = day - now.date() >= MIN_AHEAD or day == now.date()
    return apart == timedelta(days=7) and (own.says_week or far)


def _day(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start


def agree(one: Reading, other: Reading, now: datetime) -> bool:
    """Whether two readings start at the same time and repeat alike.

    The second reader gives a day without a time the time of now.
    """
    ours, theirs = one.start, other.start
    if not isinstance(ours, datetime) and isinstance(theirs, datetime) and theirs.time() == now.time():
        theirs = theirs.date()
    if isinstance(ours, datetime) != isinstance(theirs, datetime) or ours != theirs:
        return False
    return _rule(one.rrule, ours) == _rule(other.rrule, ours)


def _rule(rrule: str | None, start: date) -> frozenset[str]:
    """The parts of a rule but its end and what follows from the start."""
    implied = {
        f"BYDAY={('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[start.weekday()]}",
        f"BYMONTHDAY={start.day}", f"BYMONTH={start.month}",
    }  # fmt: skip
    parts = (rrule or "").split(";")
    return frozenset(part for part in parts if part and not part.startswith("UNTIL") and part not in implied)

"""Reads what a person types for one field of an event, as changes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from televent.application.field_limits import check_length
from televent.application.use_cases.events.view_event import EventView
from televent.domain.account.preferences import MAX_REMINDER, MAX_REMINDERS
from televent.ical.editing.changes import EventChange
from televent.ical.editing.moving import like
from televent.ical.rules.expansion import expand
from televent.ical.rules.rule import parse_rule
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment
from televent.ical.text.wall_clock import LAST, in_zone, plus, wall_of
from televent.phrases.durations import read_duration
from televent.phrases.reading import Reading
from televent.phrases.understanding import understand
from televent.wording.display import Display
from televent.wording.times import elapsed

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """The changes that a text may mean: one, several to choose from, or none. ``unread``: words that were not read.
    ``problem``: the key of the text that says why there is none."""

    changes: tuple[EventChange, ...] = ()
    unread: tuple[str, ...] = ()
    problem: str = ""


def read_typed(verb: str, text: str, view: EventView, display: Display) -> Read:
    """The meaning of the text for the field of that verb. Raises TextTooLong."""
    match verb:
        case "et":
            title = " ".join(text.split())
            check_length("SUMMARY", title)
            return Read((EventChange(title=title),)) if title else Read(problem="event-no-title")
        case "ep":
            place = " ".join(text.split())
            check_length("LOCATION", place)
            return Read((EventChange(place=place),))
        case "en":
            check_length("DESCRIPTION", text.strip())
            return Read((EventChange(description=text.strip()),))
        case "ew" | "mx" | "dx":
            return _time(text, view, display)
        case "eg":
            return _length(text, view)
        case "er":
            return _rule(text, view, display)
        case "ea":
            return _reminders(text)
    return Read(problem="event-unreadable")


def moved_to(view: EventView, start: Moment, end: Moment | None = None) -> EventChange:
    """The change that lets the event start then, with its length; a day alone keeps the time of day."""
    old, last = view.entry.start, view.entry.end
    if not isinstance(start, datetime) and isinstance(old, datetime) and end is None:
        clock = wall_of(old).time()
        start = in_zone(datetime.combine(start, clock), old.tzinfo)
    if end is not None:
        return EventChange(times=(start, end))
    if isinstance(start, datetime):
        length = elapsed(old, last) if isinstance(old, datetime) and isinstance(last, datetime) else _HOUR
        return EventChange(times=(start, plus(start, max(length, timedelta(0)) or _HOUR)))
    days = last - old if not isinstance(old, datetime) and not isinstance(last, datetime) else _DAY
    return EventChange(times=(start, start + max(days, _DAY)))


def lasting(view: EventView, length: timedelta) -> EventChange | None:
    """The change that gives the event a length; None for a length that it cannot have."""
    start = view.entry.start
    if isinstance(start, datetime):
        return EventChange(times=(start, plus(start, length)))
    return EventChange(times=(start, start + length)) if length >= _DAY and not length % _DAY else None


def repeating(view: EventView, rule: str) -> EventChange | None:
    """The change that gives the event a rule. An event on a day that the rule does not have moves to the first one that
    it has. None for a rule that has no day."""
    if not rule:
        return EventChange(rule="")
    start, end = view.entry.start, view.entry.end
    zone = start.tzinfo if isinstance(start, datetime) else None
    try:
        wall = wall_of(start)
        first = next(islice(expand(parse_rule(rule, zone), wall, wall, LAST.replace(tzinfo=None)), 1), None)
    except IcalError:
        return None
    if first is None:
        return None
    if first == wall:
        return EventChange(rule=rule)
    begin: Moment = in_zone(first, zone) if isinstance(start, datetime) else first.date()
    if isinstance(begin, datetime) and isinstance(start, datetime) and isinstance(end, datetime):
        return EventChange(rule=rule, times=(begin, plus(begin, elapsed(start, end))))
    return EventChange(rule=rule, times=(begin, begin + (as_date(end) - as_date(start))))


def _time(text: str, view: EventView, display: Display) -> Read:
    read = understand(text, now=display.now, language=display.language)
    # Words that are no time are a title or a place in a new event. Here they were meant as a time, and are named.
    unread = (*read.unread, *(word for word in (read.title, read.place, *read.guests) if word))
    if unread and read.readings:
        return Read(unread=unread)
    if not read.readings:
        return Read(problem="time-unreadable")
    changes = dict.fromkeys(_reading(view, each) for each in read.readings)
    return Read(tuple(changes))


def _reading(view: EventView, reading: Reading) -> EventChange:
    whole = not isinstance(reading.start, datetime)
    one_day = whole and reading.end is not None and reading.end - reading.start == _DAY
    # "every friday 10:00" is a time and a repetition: neither is lost.
    return replace(moved_to(view, reading.start, None if one_day else reading.end), rule=reading.rrule)


def _length(text: str, view: EventView) -> Read:
    length = read_duration(text)
    change = lasting(view, length) if length is not None and length > timedelta(0) else None
    return Read((change,)) if change is not None else Read(problem="duration-unreadable")


def _rule(text: str, view: EventView, display: Display) -> Read:
    read = understand(text, now=display.now, language=display.language)
    if read.readings and (read.unread or read.title):
        return Read(unread=(*read.unread, *filter(None, [read.title])))
    found = [
        _reading(view, each) if isinstance(each.start, datetime) else repeating(view, each.rrule)
        for each in read.readings
        if each.rrule
    ]
    changes = tuple(dict.fromkeys(change for change in found if change is not None))
    return Read(changes) if changes else Read(problem="event-rule-unreadable")


def _reminders(text: str) -> Read:
    lengths = [read_duration(each) for each in text.replace(";", ",").split(",") if each.strip()]
    minutes = {int(each.total_seconds()) // 60 for each in lengths if each is not None}
    if not lengths or None in lengths or len(minutes) > MAX_REMINDERS or max(minutes) > MAX_REMINDER:
        return Read(problem="event-reminders-unreadable")
    return Read((EventChange(reminders=tuple(sorted(minutes))),))


def as_date(value: Moment) -> date:
    """The day of a moment."""
    return value.date() if isinstance(value, datetime) else value


def local_day(view: EventView, display: Display) -> date:
    """The day of the event on the person's calendar."""
    start = view.entry.start
    if isinstance(start, datetime) and start.tzinfo is not None:
        return as_date(like(start, display.now))
    return as_date(start)

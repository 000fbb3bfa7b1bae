"""Recurrence rules of vCalendar 1.0 as RRULE values.

Source: versit Consortium, "vCalendar: The Electronic Calendaring and Scheduling Exchange Format, Version 1.0"
(18 September 1996), "Basic Recurrence Rule Grammar" and its policies. In short: ``D2 #5`` is every second day, five
times; ``#0`` is for ever; a rule with neither duration nor end date happens twice; the duration counts events, the
first included; what a rule leaves out is taken from the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from televent.ical.rules.expansion import expand
from televent.ical.rules.rule import WEEKDAYS, parse_rule
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import Moment, moment

MAX_RULE: Final = 512
"""Max characters of a rule."""
TWICE: Final = 2
"""Events of a rule that says neither how many nor until when (policy 4)."""

_START: Final = re.compile(r"(D|W|MP|MD|YM|YD)(\d{1,4})\Z")
_END: Final = re.compile(r"\d{8}(T\d{6}Z?)?\Z")
_POSITION: Final = re.compile(r"([1-5])([+-])\Z")
_DAY: Final = re.compile(r"(\d{1,3})([+-]?)\Z")
_FREQ: Final = {"D": "DAILY", "W": "WEEKLY", "MP": "MONTHLY", "MD": "MONTHLY", "YM": "YEARLY", "YD": "YEARLY"}

Until = Callable[[Moment], str]
"""Writes an end date in the form that the start asks for (RFC 5545 §3.3.10)."""


@dataclass(slots=True)
class _Said:
    """The parts of a rule. ``list`` is what stands between the interval and the end."""

    kind: str
    interval: int
    list: list[str] = field(default_factory=list)
    count: int | None = None
    end: Moment | None = None


def rrule(text: str, start: Moment, until: Until) -> str:
    """The RRULE value of a vCalendar 1.0 rule; a rule that is iCalendar already stays as it is.

    ``start`` is DTSTART as it is written, naive or a date. Raises InvalidCalendarData for what is no rule, and for the
    extended grammar (times within a day, rules within rules, end markers), which one RRULE cannot say.
    """
    text = text.strip().upper()
    if len(text) > MAX_RULE:
        raise InvalidCalendarData(f"a rule of more than {MAX_RULE} characters")
    if text.startswith("FREQ="):
        return text
    said = _read(text)
    parts = [f"FREQ={_FREQ[said.kind]}"]
    if said.interval > 1:
        parts.append(f"INTERVAL={said.interval}")
    parts += _by(said, start)
    return ";".join([*parts, *_end(";".join(parts), said, start, until)])


def _read(text: str) -> _Said:
    first, *rest = text.split() or [""]
    head = _START.match(first)
    if head is None or int(head[2]) == 0:
        raise _refused(first)
    said = _Said(head[1], int(head[2]))
    for token in rest:
        if token.startswith("#"):
            if not token[1:].isascii() or not token[1:].isdigit() or len(token) > 7 or said.count is not None:
                raise _refused(token)
            said.count = int(token[1:])
        elif _END.match(token):
            if said.end is not None or (end := moment(token)) is None:
                raise _refused(token)
            said.end = end
        elif said.count is not None or said.end is not None:
            raise _refused(token)
        else:
            said.list.append(token)
    return said


def _refused(token: str) -> InvalidCalendarData:
    return InvalidCalendarData(f"no rule of the basic vCalendar 1.0 grammar: {token[:20]!r}")


def _by(said: _Said, start: Moment) -> list[str]:
    match said.kind:
        case "D":
            if said.list:
                raise _refused(said.list[0])
            return []
        case "W":
            return [f"BYDAY={','.join(map(_weekday, said.list))}"] if said.list else []
        case "MP":
            return [f"BYDAY={','.join(_positions(said.list, start))}"]
        case "MD":
            return [f"BYMONTHDAY={_days(said.list, 31)}"] if said.list else [f"BYMONTHDAY={start.day}"]
        case "YM":
            # Without it the day would be taken from the start as well; with months named it must be said.
            return [f"BYMONTH={_days(said.list, 12)}", f"BYMONTHDAY={start.day}"] if said.list else []
        case _:
            return [f"BYYEARDAY={_days(said.list, 366) if said.list else start.timetuple().tm_yday}"]


def _weekday(token: str) -> str:
    if token not in WEEKDAYS:
        raise _refused(token)
    return token


def _positions(tokens: Sequence[str], start: Moment) -> list[str]:
    """``1+ SU 1- SU``: each weekday with every position that stands before it; what is left out is the start's."""
    own_day, own_position = WEEKDAYS[start.weekday()], (start.day - 1) // 7 + 1
    found: list[str] = []
    positions: list[int] = []
    closed = True
    for token in tokens:
        position = _POSITION.match(token)
        if position is not None:
            positions = [] if closed else positions
            positions.append(int(position[2] + position[1]))
            closed = False
            continue
        closed = True
        found += [f"{each}{_weekday(token)}" for each in positions or [own_position]]
    if not closed:
        found += [f"{each}{own_day}" for each in positions]
    return list(dict.fromkeys(found)) or [f"{own_position}{own_day}"]


def _days(tokens: Sequence[str], most: int) -> str:
    """Numbers of days or months: ``3-`` counts from the end, ``LD`` is the last day of a month."""
    numbers = []
    for token in tokens:
        day = _DAY.match(token)
        if token == "LD" and most == 31:
            numbers.append(-1)
        elif day is not None and 1 <= int(day[1]) <= most and (most == 31 or not day[2]):
            numbers.append(-int(day[1]) if day[2] == "-" else int(day[1]))
        else:
            raise _refused(token)
    return ",".join(map(str, dict.fromkeys(numbers)))


def _end(rule: str, said: _Said, start: Moment, until: Until) -> list[str]:
    if said.end is None:
        count = TWICE if said.count is None else said.count
        return [f"COUNT={count}"] if count else []
    if said.count and not _ends_before(rule, said.count, start, said.end):
        return [f"COUNT={said.count}"]
    return [f"UNTIL={until(said.end)}"]


def _ends_before(rule: str, count: int, start: Moment, end: Moment) -> bool:
    """True where the end date comes before the last event of the count: RRULE can say only one (policy 3).

    Raises TooManyInstances where that costs too much to find out.
    """
    first = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)  # noqa: DTZ001
    stop = end.replace(tzinfo=None) if isinstance(end, datetime) else datetime(end.year, end.month, end.day)  # noqa: DTZ001
    last = first
    for each in expand(parse_rule(f"{rule};COUNT={count}", None), first, first, datetime(9998, 1, 1)):  # noqa: DTZ001
        last = each
        if last > stop + timedelta(days=1):
            return True
    return last > stop

"""Translates recurrence rules of vCalendar 1.0 into RRULE values.

Source: versit Consortium, "vCalendar: The Electronic Calendaring and Scheduling Exchange Format, Version 1.0"
(18 September 1996), "Basic Recurrence Rule Grammar" and its policies. ``D2 #5`` is every second day, five times;
``#0`` has no end. A rule with neither duration nor end date happens twice. The duration counts events, with the first.
Parts that a rule leaves out are taken from the start.
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
"""The number of events of a rule with neither duration nor end date (policy 4)."""

_START: Final = re.compile(r"(D|W|MP|MD|YM|YD)(\d{1,4})\Z")
_END: Final = re.compile(r"\d{8}(T\d{6}Z?)?\Z")
_POSITION: Final = re.compile(r"([1-5])([+-])\Z")
_DAY: Final = re.compile(r"(\d{1,3})([+-]?)\Z")
_FREQ: Final = {"D": "DAILY", "W": "WEEKLY", "MP": "MONTHLY", "MD": "MONTHLY", "YM": "YEARLY", "YD": "YEARLY"}

Until = Callable[[Moment], str]
"""Writes an end date in the form that the type of the start requires (RFC 5545 §3.3.10)."""


@dataclass(slots=True)
class _RuleParts:
    """The parts of a rule. ``list`` has the tokens between the interval and the end."""

    kind: str
    interval: int
    list: list[str] = field(default_factory=list)
    count: int | None = None
    end: Moment | None = None


def rrule(text: str, start: Moment, until: Until) -> str:
    """The RRULE value of a vCalendar 1.0 rule; a rule in the form of iCalendar stays as it is.

    ``start`` is DTSTART as written, naive or a date. Raises InvalidCalendarData for an invalid rule, and for the
    extended grammar (times within a day, rules within rules, end markers), which one RRULE cannot express.
    """
    text = text.strip().upper()
    if len(text) > MAX_RULE:
        raise InvalidCalendarData(f"a rule of more than {MAX_RULE} characters")
    if text.startswith("FREQ="):
        return text
    rule_parts = _read(text)
    parts = [f"FREQ={_FREQ[rule_parts.kind]}"]
    if rule_parts.interval > 1:
        parts.append(f"INTERVAL={rule_parts.interval}")
    parts += _by(rule_parts, start)
    return ";".join([*parts, *_end(";".join(parts), rule_parts, start, until)])


def _read(text: str) -> _RuleParts:
    first, *rest = text.split() or [""]
    head = _START.match(first)
    if head is None or int(head[2]) == 0:
        raise _refused(first)
    rule_parts = _RuleParts(head[1], int(head[2]))
    for token in rest:
        if token.startswith("#"):
            if not token[1:].isascii() or not token[1:].isdigit() or len(token) > 7 or rule_parts.count is not None:
                raise _refused(token)
            rule_parts.count = int(token[1:])
        elif _END.match(token):
            if rule_parts.end is not None or (end := moment(token)) is None:
                raise _refused(token)
            rule_parts.end = end
        elif rule_parts.count is not None or rule_parts.end is not None:
            raise _refused(token)
        else:
            rule_parts.list.append(token)
    return rule_parts


def _refused(token: str) -> InvalidCalendarData:
    return InvalidCalendarData(f"no rule of the basic vCalendar 1.0 grammar: {token[:20]!r}")


def _by(rule_parts: _RuleParts, start: Moment) -> list[str]:
    match rule_parts.kind:
        case "D":
            if rule_parts.list:
                raise _refused(rule_parts.list[0])
            return []
        case "W":
            return [f"BYDAY={','.join(map(_weekday, rule_parts.list))}"] if rule_parts.list else []
        case "MP":
            return [f"BYDAY={','.join(_positions(rule_parts.list, start))}"]
        case "MD":
            return [f"BYMONTHDAY={_days(rule_parts.list, 31)}"] if rule_parts.list else [f"BYMONTHDAY={start.day}"]
        case "YM":
            # Without months the day comes from the start in RRULE too; with months it must be written.
            return [f"BYMONTH={_days(rule_parts.list, 12)}", f"BYMONTHDAY={start.day}"] if rule_parts.list else []
        case _:
            return [f"BYYEARDAY={_days(rule_parts.list, 366) if rule_parts.list else start.timetuple().tm_yday}"]


def _weekday(token: str) -> str:
    if token not in WEEKDAYS:
        raise _refused(token)
    return token


def _positions(tokens: Sequence[str], start: Moment) -> list[str]:
    """``1+ SU 1- SU``: each weekday with every position before it; a missing one is that of the start."""
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


def _end(rule: str, rule_parts: _RuleParts, start: Moment, until: Until) -> list[str]:
    if rule_parts.end is None:
        count = TWICE if rule_parts.count is None else rule_parts.count
        return [f"COUNT={count}"] if count else []
    if rule_parts.count and not _ends_before(rule, rule_parts.count, start, rule_parts.end):
        return [f"COUNT={rule_parts.count}"]
    return [f"UNTIL={until(rule_parts.end)}"]


def _ends_before(rule: str, count: int, start: Moment, end: Moment) -> bool:
    """True where the end date comes before the last event of the count: RRULE has only one of them (policy 3).

    Raises TooManyInstances where the check costs too much.
    """
    first = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)  # noqa: DTZ001
    stop = end.replace(tzinfo=None) if isinstance(end, datetime) else datetime(end.year, end.month, end.day)  # noqa: DTZ001
    last = first
    for each in expand(parse_rule(f"{rule};COUNT={count}", None), first, first, datetime(9998, 1, 1)):  # noqa: DTZ001
        last = each
        if last > stop + timedelta(days=1):
            return True
    return last > stop

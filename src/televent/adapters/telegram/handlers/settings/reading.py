"""Reads the values of settings as people type them, in English and Russian."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from datetime import time
from typing import Final

from televent.domain.account.preferences import MAX_REMINDER, MAX_REMINDERS

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.]?([0-5]\d))?\s*(am|pm)?\Z")
_SPAN: Final = re.compile(r"(?:from |с )?(.{1,8}?)\s*(?:-|–|—|to|till|until|до)\s*(.{1,8})\Z")
_AHEAD: Final = re.compile(
    r"(\d{1,5})\s*(m|min|minutes?|мин|минут[аы]?|h|hours?|ч|час(?:а|ов)?|d|days?|д|дн|день|дня|дней|w|weeks?|н|недел[юияь])?\b"
    r"[\s,;]*(?:and\b|и\b)?[\s,;]*"
)
_UNITS: Final = {"m": 1, "м": 1, "h": 60, "ч": 60, "d": 1440, "д": 1440, "w": 10080, "н": 10080}
_OFF: Final = frozenset(["off", "no", "none", "never", "-", "нет", "выкл", "выключить", "никогда", "без"])
_ON: Final = frozenset(["on", "yes", "да", "вкл", "включить"])
_DAYS: Final = (
    ("monday", "mon", "понедельник", "пн"), ("tuesday", "tue", "вторник", "вт"), ("wednesday", "wed", "среда", "ср"),
    ("thursday", "thu", "четверг", "чт"), ("friday", "fri", "пятница", "пт"), ("saturday", "sat", "суббота", "сб"),
    ("sunday", "sun", "воскресенье", "вс"),
)  # fmt: skip
_USUAL: Final = frozenset(["auto", "usual", "default", "авто", "обычно", "как обычно"])

_STRANGERS: Final = {
    "never": frozenset(["never", "refuse", "no", "off", "никогда", "отклонять", "нет"]),
    "ask": frozenset(["ask", "ask first", "спросить", "сначала спросить", "спрашивать"]),
    "always": frozenset(["always", "accept", "yes", "on", "всегда", "да", "принимать"]),
}

_UNINVITED: Final = {
    "allow": frozenset(["allow", "yes", "on", "let them in", "разрешить", "пускать", "да"]),
    "ask": frozenset(["ask", "ask first", "спросить", "сначала спросить", "спрашивать"]),
    "deny": frozenset(["deny", "refuse", "no", "off", "отказывать", "отклонять", "нет"]),
}


class Unreadable(ValueError):
    """The text is no value of this setting."""


def switch(text: str) -> bool:
    """ "on" or "off". Raises Unreadable."""
    if text in _ON:
        return True
    if text in _OFF:
        return False
    raise Unreadable(text)


def clock24(text: str) -> bool | None:
    """ "12" or "24"; None for "auto". Raises Unreadable."""
    bare = text.rstrip(" hч")
    if bare in ("12", "24"):
        return bare == "24"
    _check_usual(text)
    return None


def week_start(text: str) -> int | None:
    """A weekday as a number, 0 for Monday; None for "auto". Raises Unreadable."""
    day = next((number for number, names in enumerate(_DAYS) if text in names), None)
    if day is None:
        _check_usual(text)
    return day


def reminders(text: str) -> tuple[int, ...]:
    """Minutes before an event: "10 60", "10, 1h, 1 day"; () for "off". Raises Unreadable."""
    if text in _OFF:
        return ()
    found: list[int] = []
    at = 0
    while at < len(text):
        piece = _AHEAD.match(text, at)
        if piece is None or len(found) >= MAX_REMINDERS:
            raise Unreadable(text)
        found.append(int(piece[1]) * _UNITS[(piece[2] or "m")[0]])
        at = piece.end()
    if not found or max(found) > MAX_REMINDER:
        raise Unreadable(text)
    return tuple(sorted(set(found)))


def digest(text: str) -> time | None:
    """A time of day such as "8:30" or "8 am"; None for "off". Raises Unreadable."""
    return None if text in _OFF else _time(text)


def quiet(text: str) -> tuple[time, time] | None:
    """Two times such as "22-7" or "с 23:00 до 7:30"; None for "off". Raises Unreadable."""
    if text in _OFF:
        return None
    span = _SPAN.match(text)
    if span is None:
        raise Unreadable(text)
    start, end = _time(span[1].strip()), _time(span[2].strip())
    if start == end:
        raise Unreadable(text)
    return start, end


def strangers(text: str) -> str:
    """One of STRANGERS, in words. Raises Unreadable."""
    return _choice(text, _STRANGERS)


def uninvited(text: str) -> str:
    """One of UNINVITED, in words. Raises Unreadable."""
    return _choice(text, _UNINVITED)


def _choice(text: str, choices: Mapping[str, Set[str]]) -> str:
    found = next((choice for choice, words in choices.items() if text in words), None)
    if found is None:
        raise Unreadable(text)
    return found


def _check_usual(text: str) -> None:
    if text not in _USUAL:
        raise Unreadable(text)


def _time(text: str) -> time:
    found = _TIME.match(text)
    if found is None:
        raise Unreadable(text)
    hour, half = int(found[1]), found[3]
    if half is not None:
        if not 1 <= hour <= 12:
            raise Unreadable(text)
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23:
        raise Unreadable(text)
    return time(hour, int(found[2] or 0))

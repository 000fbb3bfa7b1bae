"""Computes when a person is available: VAVAILABILITY and its AVAILABLE parts in free/busy time (RFC 7953)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from televent.ical.queries.freebusy import BUSY, TENTATIVE, Period, merged
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.rules.expansion import Budget
from televent.ical.rules.rule import parse_rule
from televent.ical.text.errors import IcalError, InvalidCalendarData, TooLarge, TooManyInstances
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import duration
from televent.ical.text.wall_clock import moved
from televent.ical.zones.moments import moment_of, utc_of

UNAVAILABLE: Final = "BUSY-UNAVAILABLE"
STRENGTH: Final = (BUSY, UNAVAILABLE, TENTATIVE)
"""Kinds of busy time from strongest to weakest: with equal priority the strongest counts (§4)."""
MAX_BYTES: Final = 64 * 1024
"""Max bytes of a stored text."""
MAX_PARTS: Final = 64
"""Max AVAILABLE parts of one text."""
MAX_WORK: Final = 60_000
"""Max steps to expand all AVAILABLE parts of one text (§8 asks for such a bound)."""
_ZONE: Final = "VTIMEZONE"
_TIMES: Final = ("DTSTART", "DTEND", "RECURRENCE-ID")
_ONCE: Final = ("UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "BUSYTYPE", "PRIORITY", "RRULE", "RECURRENCE-ID")

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One VAVAILABILITY within the requested time. ``free`` lies within ``span``."""

    rank: int
    kind: str
    span: Span
    free: list[Span]


def check_availability(data: bytes) -> None:
    """A value of CALDAV:calendar-availability (§7.2.4): one VAVAILABILITY and the time zones it names.

    Raises InvalidCalendarData, TooLarge past 64 KB or 64 parts, TooManyInstances for rules that cost too much.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"more than {MAX_BYTES} bytes")
    root = parse(data)
    others = [each for each in root.components() if each.name != _ZONE]
    if [each.name for each in others] != ["VAVAILABILITY"]:
        raise InvalidCalendarData("only one VAVAILABILITY and time zones are allowed (RFC 7953 §7.2.4)")
    whole = others[0]
    parts = whole.components("AVAILABLE")
    if len(parts) > MAX_PARTS:
        raise TooLarge(f"more than {MAX_PARTS} AVAILABLE parts")
    _check_part(root, whole, ("UID", "DTSTAMP"))
    if whole.get("DURATION") is not None and whole.get("DTSTART") is None:
        raise InvalidCalendarData("DURATION needs a DTSTART (RFC 7953 §3.1)")
    for part in parts:
        _check_part(root, part, ("UID", "DTSTAMP", "DTSTART"))
    starts = [start for each in parts if (start := _instant(root, each, "DTSTART")) is not None]
    if starts:
        # A free/busy request covers three years at most.
        _rules([root], min(starts), moved(min(starts), timedelta(days=3 * 366)), strict=True)


def apply_availability(
    periods: Iterable[Period], objects: Sequence[Component], start: datetime, end: datetime
) -> list[Period]:
    """Merges busy ``periods`` in [start, end) with the unavailable time of the VAVAILABILITY in ``objects`` (§4, §5).

    Components that cannot be read do not count. An AVAILABLE that costs too much to expand counts as never available.
    """
    busy = list(periods)
    state = _unavailable(_rules(objects, start, end, strict=False))
    taken = _joined((each.start, each.end) for each in busy if each.kind == BUSY)
    kept = [Period(*span, kind) for kind, spans in state.items() for span in _without(spans, taken)]
    return merged([*busy, *kept])


def _unavailable(rules: list[_Rule]) -> dict[str, list[Span]]:
    """Unavailable time by kind. A higher priority replaces a lower one (§4).

    With equal priority the order of the components must not matter: the strongest busy time counts, and time that one
    of them leaves free is free.
    """
    state: dict[str, list[Span]] = {kind: [] for kind in STRENGTH}
    for rank in sorted({each.rank for each in rules}):
        level = [each for each in rules if each.rank == rank]
        cover = _joined(each.span for each in level)
        free = _joined(span for each in level for span in each.free)
        stronger: list[Span] = []
        for kind in STRENGTH:
            own = _without(_joined(each.span for each in level if each.kind == kind), stronger)
            stronger = _joined([*stronger, *own])
            state[kind] = _joined([*_without(state[kind], cover), *_without(own, free)])
    return state


def _rules(objects: Sequence[Component], start: datetime, end: datetime, *, strict: bool) -> list[_Rule]:
    budget = Budget(MAX_WORK)
    found: list[_Rule] = []
    for root in objects:
        for whole in root.components("VAVAILABILITY"):
            first = _instant(root, whole, "DTSTART")
            last = _instant(root, whole, "DTEND")
            length = duration(whole.value("DURATION") or "")
            if last is None and length is not None and first is not None:
                last = moved(first, length)
            span = (max(first or start, start), min(last or end, end))
            if span[0] >= span[1]:
                continue
            free = [each for group in _series(root, whole) for each in _free(group, *span, budget, strict=strict)]
            kind = (whole.value("BUSYTYPE") or UNAVAILABLE).strip().upper()
            # RFC 5545 §3.2.9: an unknown kind counts as BUSY.
            found.append(_Rule(_rank(whole), kind if kind in STRENGTH else BUSY, span, free))
    return found


def _rank(whole: Component) -> int:
    """The rank of a PRIORITY, higher wins: 1 is the highest, then to 9; 0 and none are the lowest (§4)."""
    given = (whole.value("PRIORITY") or "").strip()
    return 10 - int(given) if given in set("123456789") else 0


def _series(root: Component, whole: Component) -> list[Component]:
    """Each AVAILABLE with its overrides as a calendar object of its own, expanded like an event."""
    groups: dict[str, list[Component]] = {}
    for number, part in enumerate(whole.components("AVAILABLE")):
        uid = (part.value("UID") or "").strip()
        master = part.get("RECURRENCE-ID") is None
        taken = master and any(each.get("RECURRENCE-ID") is None for each in groups.get(uid, ()))
        groups.setdefault(f"{uid}\0{number}" if taken else uid, []).append(part)
    made = []
    for parts in groups.values():
        each = Component.new("VCALENDAR")
        for zone in root.components(_ZONE):
            each.add(zone)
        for part in parts:
            twin = part.copy()
            twin.name = "VEVENT"
            each.add(twin)
        made.append(each)
    return made


def _free(group: Component, start: datetime, end: datetime, budget: Budget, *, strict: bool) -> list[Span]:
    found: list[Span] = []
    try:
        every = RecurrenceSet(group)
        every.budget = budget
        for each in every.instances(start, end):
            first, last = max(utc_of(each.start), start), min(utc_of(each.end), end)
            if first < last:
                found.append((first, last))
    except IcalError:
        if strict:
            raise
    return found


def _check_part(root: Component, part: Component, needed: Sequence[str]) -> None:
    """Raises InvalidCalendarData (§3.1)."""
    for name in needed:
        if part.get(name) is None:
            raise InvalidCalendarData(f"{part.name} needs {name} (RFC 7953 §3.1)")
    for name in _ONCE:
        if len(part.all(name)) > 1:
            raise InvalidCalendarData(f"{part.name} has more than one {name} (RFC 7953 §3.1)")
    if part.get("DTEND") is not None and part.get("DURATION") is not None:
        raise InvalidCalendarData("DTEND and DURATION exclude each other (RFC 7953 §3.1)")
    for name in _TIMES:
        prop = part.get(name)
        if prop is not None:
            _check_time(root, prop)
    length = part.value("DURATION")
    if length is not None and duration(length) is None:
        raise InvalidCalendarData("DURATION cannot be read")
    for rule in part.all("RRULE"):
        if len(rule.value) > 4096:
            raise TooManyInstances("a rule of more than 4096 characters")
        parse_rule(rule.value, None)
    start, end = _instant(root, part, "DTSTART"), _instant(root, part, "DTEND")
    if start is not None and end is not None and end < start:
        raise InvalidCalendarData("DTEND is before DTSTART")


def _check_time(root: Component, prop: Property) -> None:
    value = moment_of(prop, root, {})
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidCalendarData(f"{prop.name} is no time in UTC or in a known zone (RFC 7953 §3.1)")


def _instant(root: Component, part: Component, name: str) -> datetime | None:
    prop = part.get(name)
    value = moment_of(prop, root, {}) if prop is not None else None
    return moved(utc_of(value), timedelta(0)) if value is not None else None


def _joined(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        elif first < last:
            result.append((first, last))
    return result


def _without(spans: list[Span], gone: list[Span]) -> list[Span]:
    """*spans* without *gone*; both are ascending and disjoint."""
    result: list[Span] = []
    place = 0
    for first, last in spans:
        while place < len(gone) and gone[place][1] <= first:
            place += 1
        at = place
        while first < last and at < len(gone) and gone[at][0] < last:
            if first < gone[at][0]:
                result.append((first, gone[at][0]))
            first = max(first, gone[at][1])
            at += 1
        if first < last:
            result.append((first, last))
    return result

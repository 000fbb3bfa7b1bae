"""Finds the occurrences of a series for scheduling: RFC 5545 §3.8.5, §3.2.13; RFC 6638 §3.2.8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from televent.ical.itip.parts import Parts
from televent.ical.recurrence.occurrences import FIRST, LAST, Occurrence, each_occurrence, occurrences
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.zones.moments import utc_of

MAX_SPREAD: Final = 60
"""Max overrides that one answer to "this and all following" creates; a weekly series has 53 a year."""
_MOMENT: Final = timedelta(seconds=1)
_MAX_COUNTED: Final = 1000
"""Max occurrences that are counted or listed."""


def planned(parts: Parts, rid: str) -> bool:
    """Whether the rules of the series have the occurrence, excluded or not.

    Overrides do not count: one may be left over from a longer series. True also where the expansion costs too much.
    """
    moment = parts.moment_named(rid)
    if parts.master is None or moment is None or not FIRST <= moment < LAST:
        return False
    alone = _alone(parts, parts.master, excluding=False)
    try:
        found = each_occurrence(alone, moment, moment + _MOMENT)
        return any(each.recurrence_id == rid for each in found)
    except TooManyInstances:
        return True


def around(parts: Parts, rid: str) -> tuple[list[str], list[str] | None]:
    """The last :data:`MAX_SPREAD` occurrences before *rid*, and *rid* with all later ones.

    The second is None where it has more than :data:`MAX_SPREAD` or no end. Excluded occurrences are in neither.
    """
    moment = parts.moment_named(rid)
    if parts.master is None or moment is None:
        return [], None
    alone = _alone(parts, parts.master, excluding=True)
    try:
        past = occurrences(alone, FIRST, moment, limit=_MAX_COUNTED)
    except TooManyInstances:
        past = []
    earlier = [each.recurrence_id for each in past if each.recurrence_id is not None and utc_of(each.start) < moment]
    try:
        found = list(islice(_from(alone, moment), MAX_SPREAD + 1))
    except TooManyInstances:
        found = None
    later = sorted(each.recurrence_id for each in found if each.recurrence_id is not None) if found is not None else []
    return earlier[-MAX_SPREAD:], later if found is not None and len(found) <= MAX_SPREAD else None


def _from(alone: Component, moment: datetime) -> Iterator[Occurrence]:
    return (each for each in each_occurrence(alone, moment, LAST) if utc_of(each.start) >= moment)


def no_more(old: Parts, before: Component, new: Parts, after: Component) -> bool:
    """Whether the rule of *after* makes no occurrence that *before* did not have.

    The rules begin at the same time. They differ only in their end: one has a COUNT, the other an UNTIL. Clients that
    shorten a series write UNTIL even where it had a COUNT.
    """
    was, now = _end_of(before, "COUNT"), _end_of(after, "COUNT")
    try:
        if was is not None and now is None:
            return _counted(new, after, was + 1) <= was
        if was is None and now is not None:
            return _counted(old, before, now) >= now
    except TooManyInstances:
        pass
    return False


def _counted(parts: Parts, master: Component, most: int) -> int:
    """The number of occurrences of the RRULE alone, counted up to *most*."""
    alone = _alone(parts, master, excluding=False)
    for each in alone.components():
        each.drop("RDATE")
    return sum(1 for _ in islice(each_occurrence(alone, FIRST, LAST), min(most, _MAX_COUNTED)))


def _end_of(component: Component, name: str) -> int | None:
    for prop in component.all("RRULE"):
        for part in prop.value.upper().split(";"):
            key, _, value = part.partition("=")
            if key.strip() == name and value.strip().isdigit():
                return min(int(value), _MAX_COUNTED)
    return None


def _alone(parts: Parts, master: Component, *, excluding: bool) -> Component:
    """The series without its overrides, with or without its EXDATEs."""
    root = Component.new("VCALENDAR")
    for zone in parts.root.components("VTIMEZONE"):
        root.add(zone)
    series = master.copy()
    if not excluding:
        series.drop("EXDATE")
    root.add(series)
    return root

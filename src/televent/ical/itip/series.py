"""Finds the occurrences of a series for scheduling: RFC 5545 §3.8.5, §3.2.13; RFC 6638 §3.2.8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from televent.ical.itip.parts import Parts, is_cancelled, occurrence
from televent.ical.recurrence.occurrences import FIRST, LAST, Occurrence, each_occurrence, occurrences
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.text.values import canonical
from televent.ical.zones.moments import utc_of

MAX_SPREAD: Final = 60
"""Max overrides that one answer to "this and all following" creates; a weekly series has 53 a year."""
_MOMENT: Final = timedelta(seconds=1)
MAX_COMPARED: Final = 400
"""Max occurrences of two rules that are compared; a weekly series has 52 a year."""
_MAX_PAST: Final = 1000
"""Max occurrences before one that are listed."""


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


def described(parts: Parts, rid: str | None) -> Component | None:
    """The component of the occurrence, or what the series says of it; None where it does not take place at all.

    *rid* None: the series or the single event.
    """
    found = parts.get(rid)
    if found is not None or rid is None or parts.master is None:
        return found
    excluded = rid in parts.moments(parts.master, "EXDATE")
    return None if excluded or is_cancelled(parts.master) or not planned(parts, rid) else occurrence(parts, rid)


def around(parts: Parts, rid: str) -> tuple[list[str], list[str] | None]:
    """The last :data:`MAX_SPREAD` occurrences before *rid*, and *rid* with all later ones.

    The second is None where it has more than :data:`MAX_SPREAD` or no end. Excluded occurrences are in neither.
    """
    moment = parts.moment_named(rid)
    if parts.master is None or moment is None:
        return [], None
    alone = _alone(parts, parts.master, excluding=True)
    try:
        past = occurrences(alone, FIRST, moment, limit=_MAX_PAST)
    except TooManyInstances:
        past = []
    earlier = [each.recurrence_id for each in past if each.recurrence_id is not None and utc_of(each.start) < moment]
    try:
        found = list(islice(_from(alone, moment), MAX_SPREAD + 1))
    except TooManyInstances:
        found = None
    later = sorted(each.recurrence_id for each in found if each.recurrence_id is not None) if found is not None else []
    return earlier[-MAX_SPREAD:], later if found is not None and len(found) <= MAX_SPREAD else None


def upcoming(parts: Parts, now: datetime, rid: str) -> list[str]:
    """The occurrences that start at or after *now* and before *rid*, excluded ones left out.

    Raises TooManyInstances where there are more than :data:`MAX_SPREAD`.
    """
    moment = parts.moment_named(rid)
    if parts.master is None or moment is None or moment <= now:
        return []
    found = occurrences(_alone(parts, parts.master, excluding=True), now, moment, limit=MAX_SPREAD)
    before = (each for each in found if now <= utc_of(each.start) < moment)
    return [each.recurrence_id for each in before if each.recurrence_id is not None]


def _from(alone: Component, moment: datetime) -> Iterator[Occurrence]:
    return (each for each in each_occurrence(alone, moment, LAST) if utc_of(each.start) >= moment)


def ruled(parts: Parts, master: Component) -> tuple[set[str], bool]:
    """The first :data:`MAX_COMPARED` starts that the RRULE of *master* makes, and whether that is all of them.

    Neither RDATEs nor EXDATEs count. Raises IcalError where the rule cannot be read or costs too much.
    """
    alone = _alone(parts, master, excluding=False)
    for each in alone.components():
        each.drop("RDATE")
    found = [canonical(each.start) for each in islice(each_occurrence(alone, FIRST, LAST), MAX_COMPARED + 1)]
    return set(found[:MAX_COMPARED]), len(found) <= MAX_COMPARED


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

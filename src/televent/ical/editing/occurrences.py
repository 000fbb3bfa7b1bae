"""One occurrence of a series as a component of its own, and its removal: RFC 5545 §3.8.4.4, §3.8.5.1."""

from __future__ import annotations

from datetime import timedelta

from televent.ical.editing.moving import set_times
from televent.ical.editing.refusals import UnknownOccurrence, UnsplittableSeries
from televent.ical.itip.overlay import exclude
from televent.ical.itip.parts import Parts, spelled
from televent.ical.recurrence.occurrences import FIRST, LAST, Occurrence
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component
from televent.ical.text.wall_clock import moved

_OF_THE_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_MOMENT = timedelta(seconds=1)


def occurrence_named(root: Component, recurrence_id: str) -> Occurrence:
    """The occurrence with that canonical recurrence id. Raises UnknownOccurrence, IcalError."""
    every = RecurrenceSet(root)
    for each in every.changed():
        if each.recurrence_id == recurrence_id:
            return each
    instant = Parts.moment_named(recurrence_id)
    if instant is not None and FIRST < instant < LAST:
        for _, each in every.planned(moved(instant, -_MOMENT), moved(instant, _MOMENT)):
            if each.recurrence_id == recurrence_id:
                return each
    raise UnknownOccurrence("the event has no such occurrence")


def own_component(parts: Parts, recurrence_id: str) -> Component:
    """The occurrence's own component, which is added where the series alone describes it.

    Raises UnknownOccurrence; UnsplittableSeries for an override that describes all following occurrences too.
    """
    standing = parts.overrides.get(recurrence_id)
    if standing is not None:
        if is_ranged(standing):
            raise UnsplittableSeries("this occurrence and the following ones have one description")
        return standing
    found = occurrence_named(parts.root, recurrence_id)
    spelling = spelled(parts, recurrence_id)
    if spelling is None:
        raise UnknownOccurrence("the event has no such occurrence")
    fresh = found.component.copy()
    for name in _OF_THE_SERIES:
        fresh.drop(name)
    fresh.put("RECURRENCE-ID", spelling[1], [(key, (each,)) for key, each in spelling[0].items()])
    set_times(parts, fresh, found.start, found.end)
    parts.add(recurrence_id, fresh)
    return fresh


def remove_occurrence(parts: Parts, recurrence_id: str) -> None:
    """Takes one occurrence out: its own component goes, and the series gets an EXDATE. Raises UnknownOccurrence,
    UnsplittableSeries."""
    occurrence_named(parts.root, recurrence_id)
    standing = parts.overrides.get(recurrence_id)
    if standing is not None and is_ranged(standing):
        raise UnsplittableSeries("this occurrence and the following ones have one description")
    parts.remove(recurrence_id)
    if parts.master is not None:
        exclude(parts, recurrence_id)


def any_left(parts: Parts) -> bool:
    """Whether the event has an occurrence. True also where finding out costs too much."""
    if parts.master is None and not parts.overrides:
        return False
    try:
        return next(iter(RecurrenceSet(parts.root).instances(FIRST, LAST)), None) is not None
    except TooManyInstances:
        return True


def is_ranged(part: Component) -> bool:
    """Whether an override describes all following occurrences too (RANGE=THISANDFUTURE, RFC 5545 §3.2.13)."""
    rid = part.get("RECURRENCE-ID")
    return rid is not None and (rid.param("RANGE") or "").strip().upper() == "THISANDFUTURE"

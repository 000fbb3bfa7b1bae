"""Finds the components of a REQUEST that are later than the copy: RFC 5546 §2.1.5, SPEC B6."""

from __future__ import annotations

from typing import Final

from televent.ical.itip.changes import rule_of
from televent.ical.itip.overlay import exclude
from televent.ical.itip.parts import Parts, is_cancelled, sequence_of
from televent.ical.itip.precedence import Mark, Verdict, judge
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.results import MarkRow
from televent.ical.text.tree import Component

_MAX_EXCLUSIONS: Final = 1000
"""Max exclusions per series that the ledger stores as the organizer's."""


def newer(encounter: Encounter) -> tuple[dict[str | None, Component], Verdict]:
    """The components that are later than the copy, and the verdict on the others: SAME if any is, else STALE."""
    copy, parts, organizer = encounter.copy, encounter.message.parts, encounter.organizer
    accepted: dict[str | None, Component] = {}
    worst = Verdict.STALE
    series = encounter.mark(None, organizer)
    for named, component in parts.items():
        rid = named
        if named is not None and copy is not None and (prop := component.get("RECURRENCE-ID")) is not None:
            moment = parts.moment(prop)
            rid = copy.known_as(moment) if moment is not None and parts.master is None else named
        sequence = sequence_of(component)
        sent = encounter.sent(component)
        mark = encounter.mark(rid, organizer)
        current = copy.get(rid) if copy is not None else None
        if mark is not None:
            mark = Mark(mark.sequence, mark.dtstamp, _is_off(copy, rid))
        elif current is not None and not is_cancelled(current) and rid is None:
            # No message was applied to it yet: only the text has a SEQUENCE, and its DTSTAMP may be the client's.
            mark = Mark(sequence_of(current), None) if sequence < sequence_of(current) else None
        verdict = judge(mark, sequence, sent)
        if rid is not None and series is not None and series.dtstamp is not None and sent < series.dtstamp:
            # A later message about the whole series removed the occurrence's own component.
            verdict = Verdict.STALE if verdict is Verdict.NEWER else verdict
        if verdict is Verdict.SAME and not _says_the_same(copy, parts, rid, component):
            verdict = Verdict.NEWER
        if verdict is Verdict.NEWER:
            accepted[rid] = component
        elif verdict is Verdict.SAME:
            worst = Verdict.SAME
    if None in accepted:
        # The message has the whole series, so its overrides replace those of the copy.
        for rid, component in parts.overrides.items():
            mark = encounter.mark(rid, organizer)
            sent = encounter.sent(component)
            if rid not in accepted and (mark is None or mark.dtstamp is None or mark.dtstamp <= sent):
                accepted[rid] = component
    return accepted, worst


def _is_off(copy: Parts | None, rid: str | None) -> bool:
    """Whether the copy has the event or occurrence no longer, or as cancelled: then a later DTSTAMP alone counts.

    A deleted one does not show whether it was cancelled before.
    """
    current = copy.get(rid) if copy is not None else None
    if copy is None or current is not None:
        return current is None or is_cancelled(current)
    return copy.master is None or rid in copy.moments(copy.master, "EXDATE")


def _says_the_same(copy: Parts | None, parts: Parts, rid: str | None, component: Component) -> bool:
    """Whether a message with the same SEQUENCE and DTSTAMP also has the same content."""
    current = copy.get(rid) if copy is not None else None
    if copy is None or current is None:
        return True
    return (
        copy.span(current) == parts.span(component)
        and rule_of(current) == rule_of(component)
        and current.value("SUMMARY") == component.value("SUMMARY")
        and current.value("LOCATION") == component.value("LOCATION")
    )


def marks_of(encounter: Encounter, accepted: dict[str | None, Component]) -> tuple[MarkRow, ...]:
    """The ledger rows of the accepted components."""
    organizer = encounter.organizer
    rows: list[MarkRow] = [
        (organizer, rid, sequence_of(component), encounter.sent(component)) for rid, component in accepted.items()
    ]
    master = accepted.get(None)
    if master is not None:
        # The organizer's exclusions get marks, so that they differ from the attendee's own.
        for rid in sorted(encounter.message.parts.moments(master, "EXDATE"))[:_MAX_EXCLUSIONS]:
            if (rid, organizer) not in encounter.known and rid not in accepted:
                rows.append((organizer, rid, sequence_of(master), encounter.sent(master)))
    return tuple(rows)


def later_occurrences(encounter: Encounter) -> set[str]:
    """The occurrences with a message of the organizer that is later than this message about the series."""
    master = encounter.message.parts.master
    sent = encounter.sent(master) if master is not None else encounter.now
    return {
        rid
        for (rid, address), mark in encounter.known.items()
        if rid is not None and address == encounter.organizer and mark.dtstamp is not None and mark.dtstamp > sent
    }


def exclude_later_gone(encounter: Encounter, copy: Parts) -> bool:
    """Excludes the occurrences that a later message, which arrived before this one, removed."""
    edited = False
    for rid in later_occurrences(encounter):
        # One that the copy shows as cancelled needs no EXDATE.
        if rid not in copy.overrides:
            edited |= exclude(copy, rid)
    return edited

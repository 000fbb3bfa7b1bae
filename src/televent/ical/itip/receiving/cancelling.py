"""CANCEL in an attendee's copy: RFC 5546 §3.2.5, SPEC B6."""

from __future__ import annotations

from datetime import datetime, timedelta

from televent.ical.itip.message import stamp
from televent.ical.itip.overlay import exclude
from televent.ical.itip.parts import Parts, is_cancelled, sequence_of
from televent.ical.itip.people import attendees_of
from televent.ical.itip.precedence import Mark, Verdict, judge
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.results import Applied, Change, MarkRow
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component
from televent.ical.text.wall_clock import FIRST


def receive_cancel(encounter: Encounter) -> Applied:
    """Marks a cancelled meeting STATUS:CANCELLED, so that the attendee still sees it, or excludes an occurrence.

    The marks of the result act as a tombstone: a late message does not restore the meeting.
    """
    copy, organizer = encounter.copy, encounter.organizer
    if not organizer:
        return encounter.nothing("no-organizer")
    marks: list[MarkRow] = []
    changes: list[Change] = []
    verdict = Verdict.STALE
    reason = None
    for named, component in encounter.message.parts.items():
        prop = component.get("RECURRENCE-ID")
        rid = named if prop is None or copy is None else copy.resolve(prop)
        sent = encounter.sent(component)
        sequence = sequence_of(component)
        series = encounter.mark(None, organizer)
        mark = encounter.mark(rid, organizer)
        current = copy.get(rid) if copy is not None else None
        if mark is not None and current is not None and is_cancelled(current):
            mark = Mark(mark.sequence, mark.dtstamp, True)
        if mark is None and current is not None and sequence < sequence_of(current):
            continue
        verdict = judge(mark, sequence, sent)
        if rid is not None and series is not None and series.dtstamp is not None and sent < series.dtstamp:
            verdict = Verdict.STALE
        if verdict is not Verdict.NEWER:
            continue
        marks.append((organizer, rid, sequence, sent))
        if copy is None:
            reason = "unknown-uid"
            continue
        ranged = prop is not None and (prop.param("RANGE") or "").upper() == "THISANDFUTURE"
        change = _take(encounter, copy, rid, component, ranged=ranged)
        if change is None:
            reason = "no-such-occurrence"
        else:
            changes.append(change)
    rids = tuple(row[1] for row in marks)
    if not changes:
        reason = reason or ("duplicate" if verdict is Verdict.SAME else "stale")
        return Applied(encounter.stored, "nothing", reason=reason, marks=tuple(marks), recurrence_ids=rids)
    assert copy is not None
    return Applied(CalendarText.of_tree(copy.root), changes[0], marks=tuple(marks), recurrence_ids=rids)


def _take(encounter: Encounter, copy: Parts, rid: str | None, sent: Component, *, ranged: bool) -> Change | None:
    """Cancels in the copy what *sent* cancels; None where the copy has no such occurrence."""
    sequence, when = sequence_of(sent), encounter.sent(sent)
    named = attendees_of(sent).keys()
    for_all = is_cancelled(sent)
    if not for_all and named and named.isdisjoint(encounter.me):
        return "revised" if _remove_people(copy, rid, set(named)) else None
    if rid is None:
        for _, component in copy.items():
            _mark_cancelled(component, sequence, when)
        return "cancelled" if for_all or not named else "removed"
    if ranged:
        return "occurrence-cancelled" if _cut(copy, rid) else None
    override = copy.overrides.get(rid)
    if override is not None:
        _mark_cancelled(override, sequence, when)
    excluded = exclude(copy, rid)
    return "occurrence-cancelled" if excluded or override is not None else None


def _mark_cancelled(component: Component, sequence: int, when: datetime) -> None:
    component.put("STATUS", "CANCELLED")
    component.put("SEQUENCE", str(max(sequence, sequence_of(component))))
    component.put("DTSTAMP", stamp(when))


def _remove_people(copy: Parts, rid: str | None, gone: set[str]) -> bool:
    edited = False
    for at, component in copy.items():
        if rid is not None and at != rid:
            continue
        for address, prop in attendees_of(component).items():
            if address in gone:
                component.remove(prop)
                edited = True
    return edited


def _cut(copy: Parts, rid: str) -> bool:
    """Ends the series before the occurrence *rid* (RANGE=THISANDFUTURE)."""
    if copy.master is None:
        return False
    first = copy.moment_named(rid)
    rule = copy.master.get("RRULE")
    if first is None or rule is None or first < FIRST:
        return False
    kept = [part for part in rule.value.split(";") if part.partition("=")[0].upper() not in {"UNTIL", "COUNT"}]
    if "T" not in rid:
        until = (first - timedelta(days=1)).strftime("%Y%m%d")
    else:
        until = (first - timedelta(seconds=1)).strftime("%Y%m%dT%H%M%S") + ("Z" if rid.endswith("Z") else "")
    copy.master.replace(rule, rule.with_value(";".join([*kept, f"UNTIL={until}"])))
    for later in [each for each in copy.overrides if each >= rid]:
        copy.remove(later)
    return True

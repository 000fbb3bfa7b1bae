"""CANCEL in an attendee's copy: RFC 5546 §3.2.5, SPEC B6."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from televent.ical.itip.overlay import replace_lines
from televent.ical.itip.parts import Parts, is_cancelled, sequence_of
from televent.ical.itip.people import attendees_of, mine_in, own_lines
from televent.ical.itip.precedence import Mark, Trust, Verdict, judge
from televent.ical.itip.receiving.called_off import call_off, mark_cancelled
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.results import Applied, Change, MarkRow
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component
from televent.ical.text.wall_clock import FIRST


def receive_cancel(encounter: Encounter) -> Applied:
    """Marks a cancelled meeting or occurrence STATUS:CANCELLED, so that the attendee still sees it.

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
        row = (organizer, rid, sequence, sent)
        marks.append(row)
        if copy is None:
            reason = "unknown-uid"
            continue
        ranged = prop is not None and (prop.param("RANGE") or "").upper() == "THISANDFUTURE"
        change = _take(encounter, copy, rid, component, ranged=ranged)
        if change is None:
            reason = "no-such-occurrence"
        else:
            changes.append(change)
        if change == "revised":
            # The person still comes: a REQUEST of the same version may follow, with the other changes.
            marks.remove(row)
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
    for_all = is_cancelled(sent) or _names_everybody(encounter, copy, rid, named)
    if not for_all and named and (named.isdisjoint(encounter.me) or _still_asked(encounter, copy, rid, named)):
        return "revised" if _remove_people(copy, rid, named) else None
    if rid is None:
        for _, component in copy.items():
            mark_cancelled(component, sequence, when)
    elif ranged:
        return "occurrence-cancelled" if _cut(copy, rid) else None
    elif not call_off(copy, rid, encounter.me, sequence=sequence, when=when):
        return None
    cancelled = copy.get(rid)
    # Other programs write "Cancelled:" in front of the title, and that would stay when the meeting is held after all.
    if for_all and cancelled is not None and encounter.trust is Trust.T3:
        _retitle(cancelled, sent)
    if rid is not None:
        return "occurrence-cancelled"
    return "cancelled" if for_all or not named else "removed"


def _names_everybody(encounter: Encounter, copy: Parts, rid: str | None, named: Collection[str]) -> bool:
    """Whether a mail takes everybody off the list: nobody is left with whom the meeting could go on.

    RFC 5546 §3.2.5 wants STATUS:CANCELLED for that. Thunderbird sends the whole list without it. A server that knows
    the difference lists the organizer among the attendees, and leaves that line out (SPEC A3). Between accounts here
    it is known anyway.
    """
    component = copy.get(rid) or copy.master
    return encounter.trust is not Trust.T3 and component is not None and attendees_of(component).keys() <= set(named)


def _retitle(component: Component, sent: Component) -> None:
    """Takes over the title of a CANCEL, which may say why."""
    title = sent.get("SUMMARY")
    if title is not None and title.value.strip():
        replace_lines(component, "SUMMARY", [title])


def _still_asked(encounter: Encounter, copy: Parts, rid: str | None, gone: Collection[str]) -> bool:
    """Whether the person is invited under another of their addresses too."""
    component = copy.get(rid) or copy.master
    return component is not None and mine_in(component, encounter.me.difference(gone)) is not None


def _remove_people(copy: Parts, rid: str | None, gone: Collection[str]) -> bool:
    edited = False
    for at, component in copy.items():
        if rid is not None and at != rid:
            continue
        for prop in own_lines(component, gone).values():
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

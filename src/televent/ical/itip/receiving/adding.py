"""ADD in an attendee's copy: RFC 5546 §3.2.4."""

from __future__ import annotations

from televent.ical.itip.message import outward
from televent.ical.itip.overlay import line_for, with_ending_of
from televent.ical.itip.parts import line, sequence_of, spelled
from televent.ical.itip.precedence import Mark
from televent.ical.itip.receiving.encounter import Encounter
from televent.ical.itip.results import Applied
from televent.ical.objects.calendar_text import CalendarText


def receive_add(encounter: Encounter) -> Applied:
    """Adds one instance to a known series (RFC 5546 §3.2.4), as an RDATE with an override."""
    copy, parts, organizer = encounter.copy, encounter.message.parts, encounter.organizer
    if copy is None or copy.master is None:
        return encounter.nothing("unknown-uid")
    component = parts.master
    start = parts.start(component) if component is not None else None
    if component is None or start is None:
        return encounter.nothing("no-such-occurrence")
    sequence = sequence_of(component)
    mark = encounter.mark(None, organizer) or Mark(sequence_of(copy.master), None)
    if sequence <= mark.sequence:
        return encounter.nothing("duplicate" if sequence == mark.sequence else "stale")
    rid = copy.known_as(start)
    spelling = spelled(copy, rid)
    if spelling is None:
        return encounter.nothing("no-such-occurrence")
    sent = encounter.sent(component)
    copy.master.add(line_for(copy.master, line("RDATE", spelling[1], spelling[0])))
    copy.master.put("SEQUENCE", str(sequence))
    fresh = outward(component, sent)
    fresh.add(line("RECURRENCE-ID", spelling[1], spelling[0]))
    copy.add(rid, with_ending_of(copy, fresh))
    marks = ((organizer, None, sequence, sent), (organizer, rid, sequence, sent))
    text = CalendarText.of_tree(copy.root)
    return Applied(text, "rescheduled", asks_again=True, marks=marks, recurrence_ids=(rid,))

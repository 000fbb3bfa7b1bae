"""ADD in an attendee's copy: RFC 5546 §3.2.4."""

from __future__ import annotations

from datetime import datetime

from televent.ical.itip.message import Message, outward
from televent.ical.itip.overlay import adopted, line_for
from televent.ical.itip.parts import Parts, dtstamp_of, line, sequence_of, spelled
from televent.ical.itip.precedence import Ledger, Mark
from televent.ical.itip.results import Applied, nothing


def receive_add(
    stored: bytes | None, copy: Parts | None, letter: Message, mine: frozenset[str], now: datetime, known: Ledger
) -> Applied:
    """ADD: each component is one more instance of a known series (RFC 5546 §3.2.4), an RDATE with an override."""
    if copy is None or copy.master is None:
        return nothing(stored, "unknown-uid")
    organizer = letter.organizer
    assert organizer is not None
    component = letter.parts.master
    start = letter.parts.start(component) if component is not None else None
    if component is None or start is None:
        return nothing(stored, "no-such-occurrence")
    sequence = sequence_of(component)
    mark = known.get((None, organizer)) or Mark(sequence_of(copy.master), None)
    if sequence <= mark.sequence:
        return nothing(stored, "duplicate" if sequence == mark.sequence else "stale")
    rid = copy.known_as(start)
    spelling = spelled(copy, rid)
    if spelling is None:
        return nothing(stored, "no-such-occurrence")
    sent = dtstamp_of(component, letter.parts.zones) or now
    copy.master.add(line_for(copy.master, line("RDATE", spelling[1], spelling[0])))
    copy.master.put("SEQUENCE", str(sequence))
    fresh = outward(component, sent)
    fresh.add(line("RECURRENCE-ID", spelling[1], spelling[0]))
    copy.add(rid, adopted(copy, fresh))
    marks = ((organizer, None, sequence, sent), (organizer, rid, sequence, sent))
    return Applied(copy.root.to_bytes(), "rescheduled", asks_again=True, marks=marks, recurrence_ids=(rid,))

"""An iTIP message meets one person's copy (RFC 5546 §3, RFC 6638 §3.2)."""

from __future__ import annotations

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decision import Decision, outline_of
from televent.domain.calendar_object.events import (
    CalendarObjectEvent,
    CounterProposed,
    EventCancelled,
    InvitationReceived,
    Mark,
    RsvpGiven,
    Splice,
)
from televent.domain.calendar_object.state import CalendarObject, change_between
from televent.ical.itip import incoming, outgoing
from televent.ical.reading import read


def receive_message(state: CalendarObject, command: ReceiveMessage) -> Decision:
    """Idempotent by UID, RECURRENCE-ID, SEQUENCE and DTSTAMP: what was applied, or is older, changes nothing."""
    me = command.owner.addresses
    stored = state.text if state.exists else None
    ledger = incoming.ledger(
        (mark.address, mark.recurrence_id, mark.sequence, mark.dtstamp) for mark in state.marks.values()
    )
    applied = incoming.receive(stored, command.message, me=me, now=command.now, method=command.method, known=ledger)
    marks = tuple(Mark(*entry) for entry in applied.marks)
    if applied.change == "counter":
        facts: list[CalendarObjectEvent] = [
            CounterProposed(mark.address, mark.recurrence_id, command.message, mark) for mark in marks
        ]
        return Decision(facts, why=applied.reason)
    if applied.change == "nothing" or applied.text is None:
        return Decision(why=applied.reason)
    if applied.text == stored and not applied.answers:
        return Decision(why=applied.reason)
    reading = read(applied.text)
    outline = outline_of(reading, command.owner)
    # A copy that was deleted before still has its text in the state: the change is told from there.
    change = change_between(state.text, applied.text)
    if applied.change == "answered":
        facts = []
        for answer in applied.answers:
            mark = next(
                (m for m in marks if (m.address, m.recurrence_id) == (answer.address, answer.recurrence_id)), None
            )
            step = Splice(0, 0, b"") if facts else change
            facts.append(RsvpGiven(answer.address, answer.partstat, answer.recurrence_id, False, mark, outline, step))
        # The others' copies hear of it; the broker calls such letters "refresh".
        letters = [
            letter
            for letter in outgoing.organizer_letters(stored, applied.text, me=me, dtstamp=command.now)
            if letter.recipient not in {answer.address for answer in applied.answers}
        ]
        return Decision(facts, letters)
    if applied.change in ("cancelled", "occurrence-cancelled", "removed"):
        recurrence_id = next((mark.recurrence_id for mark in marks), None)
        return Decision([EventCancelled(recurrence_id, marks, outline, change)])
    received = InvitationReceived(
        calendar_id=state.calendar_id if state.exists and state.calendar_id else command.calendar_id,
        href=state.href if state.exists else command.href,
        uid=reading.uid,
        asks=applied.asks_again,
        organizer=reading.organizer.address if reading.organizer else "",
        marks=marks,
        outline=outline,
        change=change,
    )
    return Decision([received], asks=applied.asks_again)

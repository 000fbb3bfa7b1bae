"""The result of a decision, and the parts that decisions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from televent.domain.calendar_object.commands import Owner
from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.differences import MAX_TEXT, bounded
from televent.domain.calendar_object.events import CalendarObjectEvent, EventDeleted, Mark, MessagesWritten, Outline
from televent.domain.calendar_object.state import CalendarObject, evolve, knowing
from televent.ical.itip.precedence import Ledger
from televent.ical.itip.receiving import incoming
from televent.ical.itip.sending.outgoing import OutgoingMessage
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading


@dataclass(frozen=True, slots=True)
class Decision:
    """``facts`` to append and the iTIP ``messages`` that they cause. ``reason``: why nothing happens, for the log."""

    facts: Sequence[CalendarObjectEvent] = ()
    messages: Sequence[OutgoingMessage] = field(default=())
    reason: str | None = None
    text: CalendarText | None = None
    """The text that the facts make, with what the decision has read of it."""

    def after(self, state: CalendarObject) -> CalendarObject:
        """The state after the facts. It reuses ``text``, so the text is not parsed again."""
        for fact in self.facts:
            state = evolve(state, fact)
        return knowing(state, self.text)


def decided(
    facts: Sequence[CalendarObjectEvent],
    messages: Sequence[OutgoingMessage],
    dtstamp: datetime,
    marks: Iterable[Mark] = (),
    *,
    text: CalendarText | None = None,
) -> Decision:
    """The decision with these facts and messages. ``dtstamp``: the DTSTAMP of the messages; ``text``: the new text."""
    written = [MessagesWritten(dtstamp, tuple(marks))] if messages else []
    return Decision([*facts, *written], messages, text=text)


def deleted(state: CalendarObject) -> EventDeleted:
    """The fact that the resource is gone."""
    if state.details is not None or state.outline is None:
        return EventDeleted(state.details)
    # The text has only single occurrences. The outline has a title; the rest would need the parser.
    summary = bounded(state.outline.summary, MAX_TEXT)
    return EventDeleted(Details(None, None, None, summary, "", state.outline.status))


def known_of(state: CalendarObject) -> Ledger:
    """The marks of this copy, in the form that ical.itip reads."""
    return incoming.ledger(
        (mark.address, mark.recurrence_id, mark.sequence, mark.dtstamp, mark.trust) for mark in state.marks.values()
    )


def outline_of(reading: Reading, owner: Owner) -> Outline:
    """The outline of a text."""
    mine = reading.attendee(owner.addresses)
    organizer = reading.organizer.address if reading.organizer else None
    if organizer is not None and organizer in owner.addresses:
        role = "organizer"
    else:
        role = "attendee" if organizer is not None and mine is not None else "none"
    first = next(iter(reading.instances()), None)
    instances = reading.instances()
    return Outline(
        component=reading.component,
        span_start=reading.span[0],
        span_end=reading.span[1],
        recurs=reading.recurs,
        sequence=max((each.sequence for each in instances), default=0),
        role=role,
        organizer=organizer,
        partstat=mine.partstat if mine is not None and role == "attendee" else None,
        status=first.status if first else None,
        summary=first.summary if first else "",
    )

"""What a decision is made of."""

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
    """``facts`` to append, ``letters`` they cause. ``reason``: where nothing happens, the reason for the journal."""

    facts: Sequence[CalendarObjectEvent] = ()
    messages: Sequence[OutgoingMessage] = field(default=())
    reason: str | None = None
    text: CalendarText | None = None
    """The text that the facts make, with what the decision has read of it."""

    def after(self, state: CalendarObject) -> CalendarObject:
        """The state that was decided on, after the facts. Its text is read no more than it was."""
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
    """The facts with the messages that they cause, all of which carry ``dtstamp``; ``text`` is what the facts make."""
    written = [MessagesWritten(dtstamp, tuple(marks))] if messages else []
    return Decision([*facts, *written], messages, text=text)


def deleted(state: CalendarObject) -> EventDeleted:
    """The fact that the resource is gone."""
    if state.details is not None or state.outline is None:
        return EventDeleted(state.details)
    # Nothing but single occurrences: the title is what is known without reading the text.
    summary = bounded(state.outline.summary, MAX_TEXT)
    return EventDeleted(Details(None, None, None, summary, "", state.outline.status))


def known_of(state: CalendarObject) -> Ledger:
    """Which messages were applied to this copy, as the broker reads it."""
    return incoming.ledger(
        (mark.address, mark.recurrence_id, mark.sequence, mark.dtstamp) for mark in state.marks.values()
    )


def outline_of(reading: Reading, owner: Owner) -> Outline:
    """What the index and the policies need to know of a text."""
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

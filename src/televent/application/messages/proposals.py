"""Messages about proposals of another time, to a person in their own chat with the bot."""

from __future__ import annotations

from uuid import UUID

from televent.application.messages.chat import CalendarTime
from televent.application.messages.message import Message, Part


class Slot(Part, frozen=True):
    """When and where an event takes place. None: no such time, or no place."""

    start: CalendarTime | None
    end: CalendarTime | None
    place: str | None


class ProposalNotice(Message, frozen=True):
    """An attendee proposes another time; the organizer reads it. ``proposal``: its key (domain Proposed.key).

    ``was``: the event when the proposal came, ``now``: the proposed one.
    """

    stream_id: UUID
    proposal: str
    attendee: str
    attendee_name: str | None
    recurrence_id: str | None
    summary: str
    was: Slot
    now: Slot
    comment: str | None


class ProposalDeclinedNotice(Message, frozen=True):
    """The organizer declined a proposal; the attendee who made it reads it. ``proposed``: what was proposed."""

    stream_id: UUID
    organizer: str
    organizer_name: str | None
    recurrence_id: str | None
    summary: str
    proposed: Slot
    comment: str | None

"""The data of webhook events: the shapes that programs get, in the words of the REST door.

A field that is not known is left out. New fields may come; none changes its meaning.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Shape(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The parent class of every shape."""


class EventView(Shape, frozen=True, kw_only=True):
    """An event, or one occurrence, at one moment. A time is RFC 3339 in UTC ("2026-11-25T09:00:00Z"); a floating one
    has no Z, and an all-day event has dates. ``end_time`` is exclusive."""

    title: str = ""
    start_time: str | None = None
    end_time: str | None = None
    all_day: bool = False
    timezone: str | None = None
    location: str = ""
    recurrence_rule: str | None = None
    status: str | None = None


class OccurrenceView(Shape, frozen=True, kw_only=True):
    """Names one occurrence of a series by its RECURRENCE-ID. ``start_time``: the time before any reschedule."""

    recurrence_id: str
    start_time: str


class OccurrenceChange(Shape, frozen=True, kw_only=True):
    """One occurrence before and after. Without ``was`` it was added, without ``now`` removed."""

    occurrence: OccurrenceView
    was: EventView | None = None
    now: EventView | None = None


class GuestView(Shape, frozen=True, kw_only=True):
    """A person who was invited or removed. Without ``occurrences`` it is about the whole event."""

    email: str
    name: str | None = None
    occurrences: tuple[OccurrenceView, ...] = ()


class AnswerView(Shape, frozen=True, kw_only=True):
    """An attendee's answer before and after, such as "ACCEPTED"."""

    email: str
    name: str | None = None
    was: str | None = None
    now: str
    occurrence: OccurrenceView | None = None
    comment: str | None = None
    delegated_to: str | None = None
    guests: int = 0


class EventChanged(Shape, frozen=True, kw_only=True):
    """An event before and after. ``occurrences``: those that changed, at most 50. ``properties``: other iCalendar
    properties that changed. ``recurrence_id``: only this occurrence."""

    event_id: UUID
    calendar_id: UUID | None = None
    uid: str | None = None
    was: EventView | None = None
    now: EventView | None = None
    occurrences: tuple[OccurrenceChange, ...] = ()
    properties: tuple[str, ...] = ()
    recurrence_id: str | None = None
    organizer: str | None = None
    organizer_name: str | None = None


class EventPlaced(Shape, frozen=True, kw_only=True):
    """The event is in another calendar, or has another name in it."""

    event_id: UUID
    calendar_id: UUID
    name: str


class GuestChanged(Shape, frozen=True, kw_only=True):
    """An attendee was invited or removed. ``entirely``: they are invited to no occurrence any more."""

    event_id: UUID
    calendar_id: UUID | None = None
    guest: GuestView
    entirely: bool = False


class Answered(Shape, frozen=True, kw_only=True):
    """An attendee answered. ``own``: the owner of this calendar did."""

    event_id: UUID
    calendar_id: UUID | None = None
    answer: AnswerView
    own: bool = False


class Invited(Shape, frozen=True, kw_only=True):
    """An organizer invited the owner, or changed a meeting. ``asks``: the owner has to answer, perhaps again."""

    event_id: UUID
    calendar_id: UUID
    uid: str
    organizer: str
    organizer_name: str | None = None
    asks: bool
    was: EventView | None = None
    now: EventView | None = None
    occurrences: tuple[OccurrenceChange, ...] = ()
    invited: tuple[GuestView, ...] = ()
    removed: tuple[GuestView, ...] = ()
    answered: tuple[AnswerView, ...] = ()


class Proposed(Shape, frozen=True, kw_only=True):
    """Another time or place is proposed, or a proposal was answered."""

    event_id: UUID
    calendar_id: UUID | None = None
    email: str
    name: str | None = None
    occurrence: OccurrenceView | None = None
    was: EventView | None = None
    now: EventView | None = None
    comment: str | None = None


class Uninvited(Shape, frozen=True, kw_only=True):
    """People answered who were not invited."""

    event_id: UUID
    title: str = ""
    answers: tuple[AnswerView, ...] = ()
    refused: bool = False


class Parked(Shape, frozen=True, kw_only=True):
    """A mail waits for the person's decision."""

    event_id: UUID
    title: str
    sender: str
    reason: str


class CalendarChanged(Shape, frozen=True, kw_only=True):
    """A calendar. ``title`` and ``color`` are left out where they did not change or are not known."""

    calendar_id: UUID
    name: str | None = None
    title: str | None = None
    color: str | None = None


class ShareChanged(Shape, frozen=True, kw_only=True):
    """A share that the owner gave. ``access``: "busy", "read" or "read-write"."""

    calendar_id: UUID
    sharee: UUID
    access: str | None = None
    email: str | None = None
    name: str | None = None
    accepted: bool | None = None


class ShareTaken(Shape, frozen=True, kw_only=True):
    """A calendar of somebody else, as the sharee has it."""

    share_id: UUID
    owner_name: str | None = None
    title: str | None = None
    access: str | None = None


class AccountChanged(Shape, frozen=True, kw_only=True):
    """The person's own account. Only the field that the event is about is there."""

    email: str | None = None
    name: str | None = None
    device_id: UUID | None = None
    key_id: UUID | None = None
    final_at: datetime | None = None


class Tested(Shape, frozen=True, kw_only=True):
    """A test that the person asked for."""

    message: str

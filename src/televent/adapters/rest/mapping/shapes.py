"""The shapes of events in requests and answers (ADR 85). They know no domain."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Minutes = Annotated[int, Meta(ge=0, le=100_000_000)]
When = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=40,
        description="A date (whole days), a local time in `time_zone`, or a time with an offset or Z.",
        examples=["2026-11-30T10:00:00"],
    ),
]
ZoneName = Annotated[str, Meta(max_length=255, examples=["Europe/London"])]
Email = Annotated[str, Meta(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["bob@example.com"])]
Label = Annotated[str, Meta(min_length=1, max_length=256)]
Link = Annotated[str, Meta(max_length=2048, pattern=r"^[^\x00-\x20\x7f]*$")]
Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
Transparency = Literal["OPAQUE", "TRANSPARENT"]
MAX_DATES = 5_000
"""Max single dates of a series in one request."""


class Repetition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The repetition of a series. ``rule``: an RRULE (RFC 5545 §3.3.10). ``dates`` are added to it, and ``excluded``
    left out; both are in the zone of the event."""

    rule: Annotated[str, Meta(max_length=1000, examples=["FREQ=WEEKLY;BYDAY=MO"])] | None = None
    dates: Annotated[tuple[When, ...], Meta(max_length=MAX_DATES)] = ()
    excluded: Annotated[tuple[When, ...], Meta(max_length=MAX_DATES)] = ()


class Organizer(msgspec.Struct, frozen=True):
    """The organizer of a meeting."""

    email: str
    name: str | None


class Attendee(msgspec.Struct, frozen=True):
    """An attendee. ``answer``: the PARTSTAT. ``kind``: the CUTYPE."""

    email: str
    name: str | None
    answer: str
    role: str
    kind: str
    rsvp: bool


class Attachment(msgspec.Struct, frozen=True):
    """A file of the event, or a link. ``managed_id``: None where the file is elsewhere."""

    url: str
    name: str | None
    media_type: str | None
    size: int | None
    managed_id: str | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event, or one occurrence of a series (``occurrence_id``). ``end`` is exclusive.

    ``start_time`` and ``end_time`` are the instants; null for whole days and floating times. ``status`` is TENTATIVE
    while an invitation is not answered. ``version`` grows with every change. ``unknown_time_zone``: a zone that nobody
    knows, so the times are shown as floating.
    """

    id: UUID
    calendar_id: UUID
    uid: str
    occurrence_id: str | None
    etag: str
    version: int
    sequence: int
    created_at: datetime | None
    updated_at: datetime
    summary: str
    description: str
    location: str
    start: str
    end: str
    time_zone: str | None
    end_time_zone: str | None
    all_day: bool
    start_time: datetime | None
    end_time: datetime | None
    unknown_time_zone: str | None
    status: str
    answer: str | None
    role: str
    transparency: str
    privacy: str = msgspec.field(name="class")
    url: str
    conference_url: str
    categories: tuple[str, ...]
    reminders: tuple[int, ...]
    recurrence: Repetition | None
    organizer: Organizer | None
    attendees: tuple[Attendee, ...]
    attachments: tuple[Attachment, ...]


class Guest(msgspec.Struct, frozen=True):
    """An attendee in a request: only ``email`` and, for a new one, ``name`` count."""

    email: Email
    name: Annotated[str, Meta(max_length=256)] | None = None


class EventFields(msgspec.Struct, frozen=True, kw_only=True):
    """The values of an event in a request. A field that is not there stays as it is; null removes a value. Fields that
    are only read are ignored, so an answer can be sent back."""

    calendar_id: UUID | UnsetType = UNSET
    uid: Annotated[str, Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")] | UnsetType = UNSET
    summary: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET
    start: When | UnsetType = UNSET
    end: When | UnsetType = UNSET
    time_zone: ZoneName | UnsetType | None = UNSET
    end_time_zone: ZoneName | UnsetType | None = UNSET
    all_day: bool | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    transparency: Transparency | UnsetType = UNSET
    privacy: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9-]+$")] | UnsetType = msgspec.field(
        default=UNSET, name="class"
    )
    url: Link | UnsetType | None = UNSET
    conference_url: Link | UnsetType | None = UNSET
    categories: Annotated[tuple[Label, ...], Meta(max_length=100)] | UnsetType = UNSET
    reminders: Annotated[tuple[Minutes, ...], Meta(max_length=100)] | UnsetType = UNSET
    recurrence: Repetition | UnsetType | None = UNSET
    attendees: Annotated[tuple[Guest, ...], Meta(max_length=1000)] | UnsetType = UNSET


class NewEvent(EventFields, frozen=True, kw_only=True):
    """A new event. Without ``calendar_id`` it is in the default calendar; without ``end`` it has one hour, or one day;
    a local time without ``time_zone`` is in the person's zone."""

    start: When

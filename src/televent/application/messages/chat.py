"""Messages to a person in their own chat with the bot. The tenant of the outbox row is the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta

from televent.application.messages.message import Message, Part

MAX_CHANGES: Final = 20
"""Max changes on one card."""
MAX_TEXT: Final = 1024
"""Max characters of a place or a title in a change: a card shows fewer."""


class CalendarTime(Part, frozen=True):
    """A time as the event has it. ``local``: a DATE or DATE-TIME value of RFC 5545 §3.3.4 and §3.3.5 ("20261121",
    "20261121T100000"). ``zone``: the TZID, "UTC", or None for a floating time and a date. ``utc``: the same moment
    with tzinfo, None where there is no such moment."""

    local: str
    zone: str | None
    utc: Annotated[datetime, Meta(tz=True)] | None


class TimeChange(Part, frozen=True):
    """A time that moved. None: there is no such time, before or now."""

    was: CalendarTime | None
    now: CalendarTime | None


class TextChange(Part, frozen=True):
    """A text that changed. None: there is no such text, before or now. Raises ValueError for more than MAX_TEXT
    characters."""

    was: str | None
    now: str | None

    def __post_init__(self) -> None:
        if max(len(self.was or ""), len(self.now or "")) > MAX_TEXT:
            raise ValueError(f"a text in a change has more than {MAX_TEXT} characters")


class EventChange(Part, frozen=True):
    """The changes of one component of an event. ``recurrence_id``: RFC 5545 §3.8.4.4; None means the event or the
    whole series. A field that is None did not change."""

    recurrence_id: str | None = None
    start: TimeChange | None = None
    end: TimeChange | None = None
    place: TextChange | None = None
    title: TextChange | None = None


class InvitationCard(Message, frozen=True):
    """The card of an invitation, of its update or of its cancellation. ``stream_id``: the
    reader's copy of the event. ``recurrence_id``: the occurrence that was cancelled, None for the event.
    Raises ValueError for more than MAX_CHANGES changes."""

    stream_id: UUID
    what: Literal["invited", "revised", "cancelled"]
    organizer_name: str | None
    recurrence_id: str | None = None
    changes: tuple[EventChange, ...] = ()

    def __post_init__(self) -> None:
        if len(self.changes) > MAX_CHANGES:
            raise ValueError(f"a card has at most {MAX_CHANGES} changes")


class AnswerNotice(Message, frozen=True):
    """An attendee answered; the organizer reads it. ``summary``: the event's title, "" where it has none."""

    stream_id: UUID
    attendee: str
    attendee_name: str | None
    partstat: str
    recurrence_id: str | None
    summary: str


class ShareNotice(Message, frozen=True):
    """Somebody offers a calendar, changes what they offer, or takes it back; the sharee reads it. ``what``: the state
    of the share (domain.mount), ``name``: the owner's, ``title``: the calendar's."""

    share_id: UUID
    what: str
    name: str
    title: str
    access: str


class ChatText(Message, frozen=True):
    """A text from the catalogue of texts. ``text_key`` names it, ``values`` are its parameters."""

    text_key: str
    values: dict[str, str]

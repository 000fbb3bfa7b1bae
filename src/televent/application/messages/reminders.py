"""Reminders and the daily summary. The tenant of the outbox row is the reader.

None has a text: their senders read the event again when they deliver, so that nothing outdated is said. People with a
chat get the first three; each has a class for people who get it by mail.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from televent.application.messages.message import Message, Part

Instant = Annotated[datetime, Meta(tz=True)]


class DueOccurrence(Part, frozen=True):
    """One occurrence that a reminder is about. ``recurrence_id`` is canonical, None for an event that does not recur.

    ``start``: the start when the reminder was planned (RFC 5545 §3.3.4, §3.3.5; UTC has a Z). ``trigger``: the time of
    the alarm. Quiet hours and snooze make a reminder come later than that.
    """

    recurrence_id: str | None
    start: str
    trigger: Instant


class ReminderDue(Message, frozen=True):
    """A reminder of one event, due ``at``. ``stream_id``: the reader's copy. ``snoozed``: the reader asked for it."""

    stream_id: UUID
    at: Instant
    occurrences: tuple[DueOccurrence, ...]
    snoozed: bool = False


class DueCopy(Part, frozen=True):
    """A copy of an event whose reminders from ``since`` on are due."""

    stream_id: UUID
    since: Instant


class RemindersDue(Message, frozen=True):
    """Reminders that come together: those of these copies from their ``since`` to ``until``, and of ``more`` others.

    ``late``: they were due while no worker ran; otherwise they are many at once.
    """

    copies: tuple[DueCopy, ...]
    until: Instant
    late: bool
    more: int = 0


class DigestDue(Message, frozen=True):
    """The summary of one day in the reader's time zone."""

    day: date


class ReminderMail(ReminderDue, frozen=True):
    """A ReminderDue for a reader without a chat."""


class RemindersMail(RemindersDue, frozen=True):
    """A RemindersDue for a reader without a chat."""


class DigestMail(DigestDue, frozen=True):
    """A DigestDue for a reader without a chat."""

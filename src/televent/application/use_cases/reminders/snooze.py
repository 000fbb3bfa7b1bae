"""Snooze: a person wants to be reminded of an event once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.reminders import DueOccurrence, ReminderDue, ReminderMail
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.telling import occurrence_told
from televent.ical.text.values import written

START: Final = "start"
CHOICES: Final = ("5", "15", "60", START)
"""Minutes from now, or the start of the event."""


def moment_of_choice(choice: str, start: datetime, end: datetime, now: datetime) -> datetime | None:
    """When a choice reminds again; None for what is none, or where it would be after the event."""
    if choice not in CHOICES:
        return None
    at = start if choice == START else now + timedelta(minutes=int(choice))
    return at if now < at and (at < end or at <= start) else None


def snooze(
    backend: Backend, account: AccountRow, stream_id: UUID, recurrence_id: str | None, choice: str, source: str
) -> datetime | None:
    """Reminds the person again at the chosen time, and returns that time; None where the event does not take place, is
    over, or the choice is none.

    ``source`` names the reminder that is snoozed: however often it is, it comes again once, at the time chosen first.
    """
    now = backend.clock()
    found = occurrence_told(backend, account, stream_id, recurrence_id)
    at = moment_of_choice(choice, found.start, found.end, now) if found is not None else None
    if found is None or at is None:
        return None
    # An event that is moved later than the time of this reminder gets its own reminder again.
    occurrence = DueOccurrence(recurrence_id, written(found.entry.start), now)
    kind = ReminderDue if account.telegram_id is not None else ReminderMail
    message = kind(stream_id, at, (occurrence,), snoozed=True)
    key = f"snooze/{source}"
    return backend.snoozes.snooze(account.tenant, OutboxMessage(uuid5(account.tenant, key), key, message, at), now)

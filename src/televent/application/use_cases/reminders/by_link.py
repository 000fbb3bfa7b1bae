"""Snooze and "Done" by the link of a reminder's mail. The token stands for the person: it is for this event only."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import REMINDER, AnswerLink, AnswerLinks
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.acknowledge import acknowledge_reminder
from televent.application.use_cases.reminders.snooze import CHOICES, moment_of_choice, snooze
from televent.application.use_cases.reminders.telling import Told, occurrence_told
from televent.domain.refusal import Refusal

KEPT: Final = timedelta(days=1)
"""Time after the end of an event for which the link of its reminder is valid."""
DONE: Final = "done"


def issue_reminder_link(backend: Backend, links: AnswerLinks, account: AccountRow, told_of: Told) -> str:
    """The token by which this person snoozes or ends the reminder."""
    entry, expires = told_of.entry, max(told_of.end, backend.clock()) + KEPT
    return links.issue(account.tenant, entry.stream_id, entry.recurrence_id, expires, REMINDER)


def event_of_link(backend: Backend, account: AccountRow, link: AnswerLink) -> Told | None:
    """The occurrence that the reminder is about; None where it does not take place."""
    return occurrence_told(backend, account, link.stream_id, link.recurrence_id)


def choices_of(event: Told | None, now: datetime) -> list[str]:
    """The choices that still make sense: each that ends before the event does, and DONE; none after the event."""
    if event is None or event.end <= now:
        return []
    return [*(each for each in CHOICES if moment_of_choice(each, event.start, event.end, now) is not None), DONE]


def answer_reminder(
    backend: Backend, account: AccountRow, link: AnswerLink, *, choice: str, form: str
) -> datetime | None:
    """Queues the reminder again, and returns the time; ends it for DONE. None also where a choice came too late.

    ``form``: the id of the form; one that comes twice is one snooze.
    """
    if choice != DONE:
        return snooze(backend, account, link.stream_id, link.recurrence_id, choice, f"link/{link.token}/{form}")
    context = by_link(backend.ids(), link.tenant, backend.clock())
    with suppress(Refusal):  # the event may be gone: then no other device rings either
        acknowledge_reminder(backend, context, stream_id=link.stream_id, recurrence_id=link.recurrence_id)
    return None

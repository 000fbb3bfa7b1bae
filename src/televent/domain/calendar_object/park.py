"""Decides which mails are parked: those about a stored event, one per reason and hour (imip/SPEC B5)."""

from __future__ import annotations

from datetime import timedelta

from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.parked_mail import MailParked, ParkMail
from televent.domain.calendar_object.state import CalendarObject

PARKING_INTERVAL = timedelta(hours=1)
"""Min time between two parked mails about one event for one reason, because a stranger can send any number."""
MAX_SUMMARY = 200
"""Max characters of a title in the fact."""
MAX_SENDER = 320
"""Max characters of an address in the fact (RFC 5321 §4.5.3.1)."""
MAX_OCCURRENCES = 50
"""Max occurrences in the fact: a message of one megabyte can name thousands."""


def park_mail(state: CalendarObject, command: ParkMail) -> Decision:
    """One fact; none without such an event, and none within an hour after a mail parked for the same reason."""
    if not state.exists or state.outline is None:
        return Decision(reason="unknown-uid")
    last = state.parked.get(command.reason)
    if last is not None and command.now < last + PARKING_INTERVAL:
        return Decision(reason="parked-lately")
    parked = MailParked(
        reason=command.reason,
        method=command.method,
        sender=command.sender[:MAX_SENDER],
        mail_key=command.mail_key,
        summary=(state.outline.summary or state.uid)[:MAX_SUMMARY],
        recurrence_ids=command.recurrence_ids[:MAX_OCCURRENCES],
        at=command.now,
    )
    return Decision([parked])

"""Decides which mails are parked: those about a stored event, one per sender, reason and hour (imip/SPEC B5)."""

from __future__ import annotations

from datetime import timedelta

from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.parked_mail import MailParked, ParkMail
from televent.domain.calendar_object.state import CalendarObject

PARKING_INTERVAL = timedelta(hours=1)
"""Min time between two parked mails from one address about one event for one reason, because a stranger can send any
number."""
MAX_SENDERS = 10
"""Max mails parked about one event for one reason within PARKING_INTERVAL, because a stranger can forge any address.
With one alone, a forged mail each hour would hide those of everybody else."""
MAX_SUMMARY = 200
"""Max characters of a title in the fact."""
MAX_SENDER = 320
"""Max characters of an address in the fact (RFC 5321 §4.5.3.1)."""
MAX_OCCURRENCES = 50
"""Max occurrences in the fact: a message of one megabyte can name thousands."""


def park_mail(state: CalendarObject, command: ParkMail) -> Decision:
    """One fact; none without such an event, and none within an hour after the same sender's for the same reason, or
    after many senders'. An invitation of an unknown sender needs no event: it would make one."""
    new = command.reason == "sender-unknown"
    if not new and not state.exists:
        return Decision(reason="unknown-uid")
    sender = command.sender[:MAX_SENDER]
    lately = [
        address
        for (reason, address), at in state.parked.items()
        if reason == command.reason and command.now < at + PARKING_INTERVAL
    ]
    # Mails of one unknown sender are counted together, whatever they are about: application.parked_mails.
    if not new and (sender in lately or len(lately) >= MAX_SENDERS):
        return Decision(reason="parked-lately")
    parked = MailParked(
        reason=command.reason,
        method=command.method,
        sender=sender,
        mail_key=command.mail_key,
        summary=((state.outline.summary if state.outline is not None else command.title) or state.uid)[:MAX_SUMMARY],
        recurrence_ids=command.recurrence_ids[:MAX_OCCURRENCES],
        at=command.now,
    )
    return Decision([parked])

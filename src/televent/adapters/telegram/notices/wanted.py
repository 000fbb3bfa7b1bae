"""Whether a message of the outbox is still to be sent, and now: the person's choices, and what they were told since."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from televent.adapters.telegram.door import BotDoor, Person
from televent.application.accounts.account_news import ALWAYS
from televent.application.messages.chat import AnswerNotice, ChatText, InvitationCard
from televent.application.messages.erasure import ErasureNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import RetryLater
from televent.application.messages.reminders import DigestDue, ReminderDue, RemindersDue
from televent.domain.account.quiet_hours import quiet_until

TIMED: Final = (ReminderDue, RemindersDue, DigestDue)
"""Messages whose time was chosen with the quiet hours in mind: a reminder of an early flight must come."""


async def is_wanted(door: BotDoor, person: Person, message: Message) -> bool:
    """False where the person wants no messages, or has read the same in a newer one. Raises RetryLater in quiet
    hours."""
    chosen, now = person.account.preferences, person.display.now
    # Also people who want no messages must learn that their account will be gone, or that somebody may have got in.
    must = isinstance(message, ErasureNotice) or (isinstance(message, ChatText) and message.text_key in ALWAYS)
    if not chosen.notifications and not must:
        return False
    if await _is_told(door, person, message):
        return False
    until = quiet_until(chosen, now)
    if until is not None and not isinstance(message, TIMED):
        wait = until.astimezone(UTC) - now.astimezone(UTC)
        raise RetryLater(wait.total_seconds(), "the person has quiet hours")
    return True


async def _is_told(door: BotDoor, person: Person, message: Message) -> bool:
    if not isinstance(message, InvitationCard | AnswerNotice) or not message.version:
        return False
    kind = "card" if isinstance(message, InvitationCard) else "answers"
    living = await door.run(door.backend.living.living, person.account.tenant, message.stream_id, kind)
    return living.shown >= message.version

"""Keeps a mail for the person to decide, because nothing proves who sent it (imip/SPEC B5)."""

from __future__ import annotations

from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.parked_mail import MailParked, ParkMail
from televent.domain.ids import StreamKey


def park_mail(backend: Backend, context: Context, *, stream_id: UUID, command: ParkMail) -> bool:
    """Appends what was parked to the event's stream; the same mail twice is once. False: nothing was appended, because
    the event is gone or a mail was parked for the same reason within the last hour. Raises UnknownAccount."""
    key = StreamKey(context.tenant, stream_id)

    def step() -> bool:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        facts = decide(loaded.state, command).facts
        if not facts:
            return False
        parked = [fact for fact in facts if isinstance(fact, MailParked)]
        notices = [notice for fact in parked if (notice := _notice(backend, context, fact)) is not None]
        backend.store.append(context, [Change(loaded, facts)], notices, inbox_key=f"park/{command.mail_key}")
        return True

    try:
        return retrying(step)
    except AlreadyApplied:
        return False


# ---- until a follower of the log tells the person: the notice stands here, beside the fact, and goes with it.
def _notice(backend: Backend, context: Context, fact: MailParked) -> OutboxMessage | None:
    account = backend.people.account(context.tenant)
    if account.telegram_id is None:
        return None
    values = {"summary": fact.summary, "sender": fact.sender[:200]}
    notice_id = uuid5(context.command_id, f"notice/{fact.why}")
    message = ChatText(account.telegram_id, fact.why, values)
    return OutboxMessage(notice_id, f"mail/{notice_id}", message, context.now)


# ---- until here.

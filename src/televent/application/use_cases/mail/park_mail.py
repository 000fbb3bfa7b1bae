"""Parks a mail for the person to decide on, because nothing proves its sender (imip/SPEC B5)."""

from __future__ import annotations

from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.parked_mail import ParkMail
from televent.domain.ids import StreamKey


def park_mail(backend: Backend, context: Context, *, stream_id: UUID, command: ParkMail) -> bool:
    """Appends the parked mail to the event's stream. Idempotent by the mail's key. Raises UnknownAccount.

    False: nothing was appended, because the event was deleted or a mail was parked for the same reason within the last
    hour.
    """
    key = StreamKey(context.tenant, stream_id)

    def step() -> bool:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        facts = decide(loaded.state, command).facts
        if not facts:
            return False
        backend.store.append(context, [Change(loaded, facts)], inbox_keys=[f"park/{command.mail_key}"])
        return True

    try:
        return retrying(step)
    except AlreadyApplied:
        return False

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


def park_mail(backend: Backend, context: Context, *, stream_id: UUID, command: ParkMail) -> str | None:
    """Appends the parked mail to the event's stream. Idempotent by the mail's key. Raises UnknownAccount.

    None: it is parked, now or by an earlier attempt. Else the reason why not: "unknown-uid" where the event was
    deleted, "parked-lately" where there were such mails within the last hour.
    """
    key = StreamKey(context.tenant, stream_id)

    def step() -> str | None:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        decision = decide(loaded.state, command)
        if decision.facts:
            backend.store.append(context, [Change(loaded, decision.facts)], inbox_keys=[f"park/{command.mail_key}"])
        return decision.reason

    try:
        return retrying(step)
    except AlreadyApplied:
        return None

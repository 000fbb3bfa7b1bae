"""Done: a person has dealt with a reminder, so that their other devices need not ring for it."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.events.storing import run, store
from televent.application.use_cases.events.which import Changed, Located, Which
from televent.domain.calendar_object.state import etag_of
from televent.ical.editing.acknowledging import acknowledge_alarms


def acknowledge_reminder(backend: Backend, context: Context, *, stream_id: UUID, recurrence_id: str | None) -> None:
    """Writes ACKNOWLEDGED (RFC 9074 §6.1) into the rung alarms of the person's copy. Nobody else is told. Idempotent.

    An event without an alarm that has rung stays as it is. Raises UnknownResource, ReadOnlyShare, InvalidObject; then
    nothing has changed.
    """
    zone = ZoneInfo(backend.people.account(context.tenant).timezone)

    def step(found: Located) -> Changed:
        new = acknowledge_alarms(found.row.text, recurrence_id, now=context.now, zone=zone)
        if new is not None and etag_of(new) != found.row.etag:
            store(backend, context, found, new)
        return Changed(stream_id, recurrence_id)

    run(backend, context, Which(stream_id, recurrence_id), step)

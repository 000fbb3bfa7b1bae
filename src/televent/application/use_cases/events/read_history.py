"""Reads the newest facts of one event."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.envelope import Envelope, envelope_of
from televent.application.event_store.recorded import RecordedEvent
from televent.application.refusals import UnknownResource
from televent.application.use_cases.events.which import locate
from televent.domain.ids import AccountId, StreamKey

NEWEST: Final = 200
"""Max facts of an event that are read at once."""


def read_history(backend: Backend, tenant: AccountId, stream_id: UUID) -> list[tuple[Any, Envelope]]:
    """The newest facts of an event in the person's own calendar, each with its envelope, newest first, at most NEWEST.

    Raises UnknownResource; also for a shared calendar: the event may have been private before. The
    envelopes have no position in the log.
    """
    found = locate(backend, tenant, stream_id)
    if found.calendar.share is not None:
        raise UnknownResource()
    key = StreamKey(found.calendar.tenant, stream_id)
    events = backend.store.recorder.select_events(str(key), desc=True, limit=NEWEST)
    return [
        (backend.store.facts.to_fact(each), envelope_of(each)) for each in events if isinstance(each, RecordedEvent)
    ]

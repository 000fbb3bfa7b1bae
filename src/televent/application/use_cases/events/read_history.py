"""Reads the newest facts of one event."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.envelope import Envelope
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
        (backend.store.facts.to_fact(each), _envelope(key, each)) for each in events if isinstance(each, RecordedEvent)
    ]


def _envelope(key: StreamKey, event: RecordedEvent) -> Envelope:
    return Envelope(
        key=key,
        version=event.originator_version,
        position=0,
        topic=event.topic,
        actor=event.actor,
        door=event.door,
        now=event.recorded_at,
        command_id=event.command_id,
        correlation_id=event.correlation_id,
    )

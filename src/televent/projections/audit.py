"""Who changed what, when, through which door? (Asynchronous.)"""

from __future__ import annotations

from televent.application.event_store.recorded import RecordedNotification
from televent.domain.ids import StreamKey
from televent.projections.projection import Projection, Row

COLUMNS = (
    "tenant_id",
    "position",
    "stream_id",
    "version",
    "topic",
    "actor",
    "door",
    "command_id",
    "correlation_id",
    "recorded_at",
)


def audit_rows(event: RecordedNotification) -> list[Row]:
    """One row for each event: the envelope, never what is sealed in it, so that it outlives erasure."""
    key = StreamKey.parse(str(event.originator_id))
    return [
        (
            key.tenant,
            event.id,
            key.stream,
            event.originator_version,
            event.topic,
            event.actor,
            event.door,
            event.command_id,
            event.correlation_id,
            event.recorded_at,
        )
    ]


AUDIT = Projection(name="audit", table="audit", columns=COLUMNS, rows=audit_rows)

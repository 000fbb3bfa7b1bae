"""The audit projection: for each fact its stream, actor, door, time, and where its command came from."""

from __future__ import annotations

from typing import Any

from televent.application.event_store.envelope import Envelope
from televent.application.followers import Insert, Projection

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
    "origin",
)


def fold(_fact: Any, envelope: Envelope) -> list[Insert]:
    """One row for each fact, from the envelope alone. It has no personal data, so it may stay after an erasure."""
    values = (
        envelope.tenant,
        envelope.position,
        envelope.key.stream,
        envelope.version,
        envelope.topic,
        envelope.actor,
        envelope.door,
        envelope.command_id,
        envelope.correlation_id,
        envelope.now,
        envelope.origin,
    )
    return [Insert("audit", dict(zip(COLUMNS, values, strict=True)))]


AUDIT = Projection(
    name="audit",
    tables={"audit": ("tenant_id", "stream_id", "version")},
    fold=fold,
    envelope_only=True,
    # No reader waits for the audit, and large batches cost writers less.
    pause=1.0,
)

"""The leaves of the log's tree: what they say about an event. Pure.

A leaf is text, one field a line, so that anybody can read what a proof proves and hash it again. It has every column of
the event. Its state is there as its hash: that may be shown to strangers.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from televent.application.event_store.recorded import RecordedEvent
from televent.application.log_proof.merkle import leaf_hash

FORM = "televent event/1"


def leaf_text(event: RecordedEvent, position: int) -> str:
    """The text of the leaf of the event that is recorded at ``position``; each line ends with LF."""
    stream = event.originator_id
    return (
        f"{FORM}\n"
        f"position {position}\n"
        f"stream {stream}\n"
        f"version {event.originator_version}\n"
        f"topic {event.topic}\n"
        f"subject {event.subject_id}\n"
        f"recorded {event.recorded_at.astimezone(UTC).isoformat(timespec='microseconds')}\n"
        # JSON: a line break in a value must not look like another field.
        f"actor {json.dumps(event.actor)}\n"
        f"door {json.dumps(event.door)}\n"
        f"command {event.command_id}\n"
        f"correlation {json.dumps(event.correlation_id)}\n"
        f"chain {event.chain.hex()}\n"
        f"state sha256 {hashlib.sha256(event.state).hexdigest()}\n"
        # Last and only where there is one: leaves of earlier events stay as they are.
        + (f"origin {event.origin}\n" if event.origin is not None else "")
    )


def leaf_of(event: RecordedEvent, position: int) -> bytes:
    """The hash of the leaf of that event."""
    return leaf_hash(leaf_text(event, position).encode())

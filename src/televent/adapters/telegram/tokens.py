"""Short names of events and occurrences, for the callback data of buttons (Bot API: 1 to 64 bytes)."""

from __future__ import annotations

import base64
import binascii
from typing import Final
from uuid import UUID

_ID: Final = 22
"""Characters of an id."""
MAX_TOKEN: Final = _ID + 17
"""Max characters of a token."""


def token_of(stream_id: UUID, recurrence_id: str | None = None) -> str:
    """The token of an event, or of one occurrence of it. ``recurrence_id`` is canonical, as that of an Instance."""
    event = base64.urlsafe_b64encode(stream_id.bytes).rstrip(b"=").decode()
    return event if recurrence_id is None else f"{event}.{recurrence_id}"


def read_token(token: str) -> tuple[UUID, str | None] | None:
    """The event and occurrence of a token; None for a text that is none: anybody can send any callback data."""
    event, dot, recurrence_id = token.partition(".")
    if len(event) != _ID or len(token) > MAX_TOKEN or bool(dot) != bool(recurrence_id) or not token.isascii():
        return None
    try:
        named = UUID(bytes=base64.b64decode(event + "==", altchars=b"-_", validate=True)), recurrence_id or None
    except (binascii.Error, ValueError):
        return None
    return named if token_of(*named) == token else None

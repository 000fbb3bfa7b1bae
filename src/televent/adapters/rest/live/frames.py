"""Frames as JSON: the same on the stream of events, on the WebSocket and in GET /api/changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from televent.application.use_cases.live.frames import Frame

RETRY: Final = 1000
"""Milliseconds after which a client connects again. Those of a browser's own EventSource would be three seconds."""

Reason = Literal[
    "token-expired",
    "session-ended",
    "too-many-connections",
    "restart",
    "unavailable",
    "not-signed-in",
    "wrong-scope",
    "failed",
]


class Change(msgspec.Struct, frozen=True):
    """One change.

    ``id`` is the place to go on from. ``position`` grows; it is a text, because JavaScript rounds large numbers.
    ``calendar``: the id of the own calendar, or of the share. ``event``: null where a calendar or share changed.
    ``etag``: the event's present one, as in its ETag header; null where it is gone. ``from_calendar``: set where the
    event was moved. ``actor``: an account's id, or a word such as `operator`; ``actor`` and ``door`` are null where a
    share does not show them.
    """

    id: str
    position: str
    type: str
    calendar: UUID | None
    event: UUID | None
    etag: str | None
    from_calendar: UUID | None
    actor: str | None
    door: str | None
    at: datetime


class Ready(msgspec.Struct, frozen=True):
    """The stream is open. ``id``: all changes after it will come."""

    id: str
    type: Literal["ready"] = "ready"


class Reset(msgspec.Struct, frozen=True):
    """The place that the client named does not exist (any more): read everything again. ``id``: the place to go on from
    after that; all changes after it come on this stream."""

    id: str
    type: Literal["reset"] = "reset"


class Beat(msgspec.Struct, frozen=True):
    """Nothing happened; the connection is alive."""

    type: Literal["beat"] = "beat"


class End(msgspec.Struct, frozen=True):
    """The stream ends, and why."""

    reason: Reason
    type: Literal["end"] = "end"


@dataclass(frozen=True, slots=True)
class Item:
    """A frame that waits to be sent. It is encoded once for all streams of an account."""

    position: int
    cursor: str
    data: bytes
    share: UUID | None


def change_of(frame: Frame) -> Change:
    """The frame's JSON."""
    etag = None if frame.etag is None else f'"{frame.etag}"'
    place = frame.calendar, frame.event, etag, frame.origin
    return Change(frame.cursor, str(frame.position), frame.kind, *place, frame.actor, frame.door, frame.at)


def item_of(frame: Frame) -> Item:
    """The frame, encoded."""
    return Item(frame.position, frame.cursor, msgspec.json.encode(change_of(frame)), frame.share)


def event(name: str, data: bytes, cursor: str = "") -> bytes:
    """A server-sent event (HTML §9.2.5). JSON has no line break, so one line is enough."""
    place = b"id: %b\n" % cursor.encode() if cursor else b""
    return b"%bevent: %b\ndata: %b\n\n" % (place, name.encode(), data)

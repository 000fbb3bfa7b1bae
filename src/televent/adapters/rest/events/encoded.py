"""Events that were encoded before: one version of an event is parsed and encoded once in a process."""

from __future__ import annotations

from collections import Counter, OrderedDict
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

import msgspec

from televent.adapters.rest.mapping.shapes import Event
from televent.adapters.rest.mapping.showing import event_of
from televent.adapters.rest.mapping.showing_plain import event_of_plain
from televent.application.read_models.resources import ResourceRow
from televent.ical.objects.plain_event import PlainEvent, plain_event
from televent.ical.text.values import Moment

MAX_BYTES: Final = 32 * 1024 * 1024
"""Max bytes of encoded events that a process keeps."""
OVERHEAD: Final = 700
"""Bytes that an entry takes beside its JSON, about."""

Occurrence = tuple[str | None, Moment, Moment]
Key = tuple[int, str, int, int, frozenset[str], Occurrence | None]


class Encoded(msgspec.Struct, frozen=True):
    """An event as JSON, and the values by which lists are sorted. ``takes_place``: neither cancelled nor declined."""

    body: bytes
    start: Moment
    end: Moment
    title: str
    created_at: datetime
    takes_place: bool


class EncodedEvents:
    """Encodes events, and keeps the ones used last. A key contains all that an event's JSON is made of, so an entry
    never becomes wrong. Thread-safe."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Encoded] = OrderedDict()
        self._size = 0
        self._calendars: Counter[int] = Counter()
        self._lock = Lock()

    def known(self, row: ResourceRow, me: frozenset[str], at: Occurrence | None) -> Encoded | None:
        """The event, if it was encoded before. ``row`` may be without its text."""
        key = _key(row, me, at)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def has_some_of(self, calendar_id: UUID) -> bool:
        """Whether it has encoded some event of that calendar: then a list of it needs few texts, or none."""
        return calendar_id.int in self._calendars

    def encode_plain(self, row: ResourceRow, me: frozenset[str]) -> Encoded | None:
        """The event of a row with a plain text, which is shown in no time; None for any other text."""
        plain = plain_event(row.ics or b"")
        return None if plain is None else self._keep(row, me, None, _of_plain(row, plain, me, None))

    def encode(self, row: ResourceRow, me: frozenset[str], at: Occurrence | None) -> Encoded:
        """The event of a row with its text. Raises IcalError."""
        return self.known(row, me, at) or self.make(row, me, at)

    def make(self, row: ResourceRow, me: frozenset[str], at: Occurrence | None) -> Encoded:
        """The same for an event that is not known."""
        return self._keep(row, me, at, _made(row, me, at))

    def _keep(self, row: ResourceRow, me: frozenset[str], at: Occurrence | None, made: Encoded) -> Encoded:
        key = _key(row, me, at)
        with self._lock:
            if key not in self._kept:
                self._size += len(made.body) + OVERHEAD
                self._calendars[key[3]] += 1
            self._kept[key] = made
            while self._size > self._most and self._kept:
                old, gone = self._kept.popitem(last=False)
                self._size -= len(gone.body) + OVERHEAD
                self._calendars[old[3]] -= 1
                if not self._calendars[old[3]]:
                    del self._calendars[old[3]]
        return made


def _made(row: ResourceRow, me: frozenset[str], at: Occurrence | None) -> Encoded:
    # A text that is parsed already is shown from its tree.
    plain = plain_event(row.ics or b"") if row.known is None else None
    if plain is not None:
        return _of_plain(row, plain, me, at)
    event = event_of(row, me, at)
    first = row.text.reading.instances()[0]
    assert first.start is not None
    return _of(event, at, first.start, first.end if first.end is not None else first.start)


def _of_plain(row: ResourceRow, plain: PlainEvent, me: frozenset[str], at: Occurrence | None) -> Encoded:
    return _of(event_of_plain(row, plain, me, at), at, plain.start, plain.end)


def _of(event: Event, at: Occurrence | None, start: Moment, end: Moment) -> Encoded:
    return Encoded(
        msgspec.json.encode(event),
        start if at is None else at[1],
        end if at is None else at[2],
        event.summary,
        event.created_at or event.updated_at,
        event.status != "CANCELLED" and event.answer != "DECLINED",
    )


def _key(row: ResourceRow, me: frozenset[str], at: Occurrence | None) -> Key:
    # The hash of a UUID is computed in Python each time, that of its number is not.
    return row.stream_id.int, row.etag, row.seq, row.calendar_id.int, me, at


ENCODED: Final = EncodedEvents()
"""The events that this process has encoded."""

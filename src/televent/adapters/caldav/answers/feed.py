"""Joins many calendar objects into one iCalendar stream (RFC 5545 §3.4): each time zone once, components unchanged,
with the name of the calendar (RFC 7986 §5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from televent.ical.editing.compose import PRODID
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.characters import servable
from televent.ical.text.errors import IcalError
from televent.ical.text.property import Property
from televent.ical.text.values import escape

CHUNK: Final = 32 * 1024
"""Min bytes of a chunk, except for the last one."""


def feed(texts: Iterable[CalendarText], name: str) -> Iterator[bytes]:
    """The stream in chunks. If two objects have a VTIMEZONE with the same TZID, the stream has the first one. Objects
    that cannot be parsed are left out. ``name`` is that of the calendar, for programs that subscribe to the stream."""
    parts = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" + PRODID.encode() + b"\r\n"]
    # RFC 7986 §5.1 has NAME. Older programs read the property that Apple's calendar introduced.
    parts += [Property.of(each, escape(name)).raw for each in ("NAME", "X-WR-CALNAME")]
    size = 0
    zones: set[str] = set()
    for text in texts:
        try:
            root = text.tree
        except IcalError:
            continue
        for component in root.components():
            if component.name == "VTIMEZONE":
                tzid = component.value("TZID") or ""
                if tzid in zones:
                    continue
                zones.add(tzid)
            written = servable(component.to_bytes())
            parts.append(written if written.endswith(b"\n") else written + b"\r\n")
            size += len(written)
        if size >= CHUNK:
            yield b"".join(parts)
            parts, size = [], 0
    parts.append(b"END:VCALENDAR\r\n")
    yield b"".join(parts)

"""Joins many calendar objects into one iCalendar stream (RFC 5545 §3.4): each time zone once, components unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from televent.ical.editing.compose import PRODID
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

CHUNK: Final = 32 * 1024
"""Min bytes of a chunk, except for the last one."""


def feed(texts: Iterable[CalendarText]) -> Iterator[bytes]:
    """The stream in chunks. If two objects have a VTIMEZONE with the same TZID, the stream has the first one. Objects
    that cannot be parsed are left out."""
    parts = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" + PRODID.encode() + b"\r\n"]
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
            written = component.to_bytes()
            parts.append(written if written.endswith(b"\n") else written + b"\r\n")
            size += len(written)
        if size >= CHUNK:
            yield b"".join(parts)
            parts, size = [], 0
    parts.append(b"END:VCALENDAR\r\n")
    yield b"".join(parts)

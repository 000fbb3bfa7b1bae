"""Checks alarms outside of any event, as Apple's default-alarm properties have them."""

from __future__ import annotations

from typing import Final

from televent.ical.text.errors import InvalidCalendarData, TooLarge
from televent.ical.text.tree import parse

MAX_BYTES: Final = 16 * 1024
"""Max bytes of the text."""


def check_alarms(data: bytes) -> None:
    """Accepts an empty text or VALARM components (RFC 5545 §3.6.6). Raises InvalidCalendarData, TooLarge."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"more than {MAX_BYTES} bytes")
    if not data:
        return
    root = parse(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + data + b"\nEND:VEVENT\nEND:VCALENDAR\n")
    events = root.components()
    inside = events[0].entries if len(events) == 1 and len(root.entries) == 1 else []
    alarms = events[0].components("VALARM") if inside else []
    if not alarms or len(alarms) != len(inside):
        raise InvalidCalendarData("only VALARM components are allowed here")
    for alarm in alarms:
        for name in ("ACTION", "TRIGGER"):
            if len(alarm.all(name)) != 1:
                raise InvalidCalendarData(f"an alarm needs one {name} (RFC 5545 §3.6.6)")

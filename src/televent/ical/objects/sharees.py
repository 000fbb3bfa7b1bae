"""Limits an event to the part that a calendar's sharees may see (RFC 5545 §3.8.1.3).

Sharees do not see a PRIVATE event. They see a CONFIDENTIAL event only as busy time. An unknown classification counts as
PRIVATE, as the RFC says. Where one object has several, the strictest counts for all its occurrences.
"""

from __future__ import annotations

import re
from typing import Final

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property

PUBLIC: Final = "PUBLIC"
PRIVATE: Final = "PRIVATE"
CONFIDENTIAL: Final = "CONFIDENTIAL"

# Folding (§3.1) may cut a line anywhere.
_FOLD = re.compile(rb"\r?\n[ \t]")
_CLASS = re.compile(rb"^CLASS(?:;[^:\r\n]*)?:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_HINT = re.compile(rb"c(?:\r?\n[ \t])*l(?:\r?\n[ \t])*a(?:\r?\n[ \t])*s(?:\r?\n[ \t])*s", re.IGNORECASE)

_TIME: Final = frozenset(
    (
        "UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID",
        "SEQUENCE", "STATUS", "TRANSP", "CLASS",
    )
)  # fmt: skip
_HEAD: Final = frozenset(("VERSION", "PRODID", "CALSCALE"))
BUSY: Final = "Busy"


def visibility(text: CalendarText) -> str:
    """PUBLIC, CONFIDENTIAL or PRIVATE, found without parsing the text."""
    if _HINT.search(text.raw) is None:
        return PUBLIC
    classes = {found[1].strip().upper() for found in _CLASS.finditer(_FOLD.sub(b"", text.raw))}
    if classes <= {b"PUBLIC", b""}:
        return PUBLIC
    return CONFIDENTIAL if classes <= {b"PUBLIC", b"", b"CONFIDENTIAL"} else PRIVATE


def stricter(first: str, second: str) -> str:
    """The stricter of two classifications."""
    return max(first, second, key=(PUBLIC, CONFIDENTIAL, PRIVATE).index)


def as_busy(text: CalendarText) -> CalendarText | None:
    """The event as busy time: its times without title, place and people.

    None for to-dos and journals, which take no time, and for a text that cannot be read.
    """
    try:
        root = text.copy()
    except IcalError:
        return None
    root.remove_if(lambda each: isinstance(each, Property) and each.name not in _HEAD)
    root.remove_if(lambda each: isinstance(each, Component) and each.name not in ("VEVENT", "VTIMEZONE"))
    events = root.components("VEVENT")
    for event in events:
        event.remove_if(lambda each: isinstance(each, Component) or each.name not in _TIME)
        for prop in event.properties:
            # Only these parameters belong to the time; any other may reveal something.
            kept = [(name, values) for name, values in prop.params if name in ("TZID", "VALUE", "RANGE")]
            if len(kept) != len(prop.params):
                event.replace(prop, event.make(prop.name, prop.value, kept))
        event.add(event.make("SUMMARY", BUSY))
    return CalendarText.of_tree(root) if events else None

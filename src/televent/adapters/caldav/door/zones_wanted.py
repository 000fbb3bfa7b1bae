"""The CalDAV-Timezones header, by which a client asks for texts with or without VTIMEZONE (RFC 7809 §7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.caldav.http import Header, Request
from televent.ical.objects.zone_references import by_reference, in_full
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, parse

VARY: Final[Header] = (b"vary", b"CalDAV-Timezones")

Turn = Callable[[Component], bool]


def zones_wanted(request: Request) -> Turn | None:
    """What is done to each tree that is given; None: nothing, the text goes as it was stored."""
    return {"T": in_full, "F": by_reference}.get(request.headers.get("caldav-timezones", "").strip().upper())


def turned(text: bytes, turn: Turn | None) -> bytes:
    """The text as it is wanted, octet for octet the same where nothing is to be done."""
    if turn is None:
        return text
    try:
        root = parse(text)
    except IcalError:
        return text
    return root.to_bytes() if turn(root) else text

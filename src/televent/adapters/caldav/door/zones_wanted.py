"""The CalDAV-Timezones header, by which a client asks for texts with or without VTIMEZONE (RFC 7809 §7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.caldav.http import Header, Request
from televent.ical.objects.zone_references import by_reference, in_full
from televent.ical.text.tree import Component

VARY: Final[Header] = (b"vary", b"CalDAV-Timezones")

ZoneEdit = Callable[[Component], bool]
"""Adds or removes the VTIMEZONEs of a tree. Returns True if it has changed the tree."""


def zones_wanted(request: Request) -> ZoneEdit | None:
    """The function that adds or removes VTIMEZONEs as the client asks; None: the stored text is sent unchanged."""
    return {"T": in_full, "F": by_reference}.get(request.headers.get("caldav-timezones", "").strip().upper())

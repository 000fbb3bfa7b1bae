"""The CalDAV-Timezones header, by which a client asks for texts with or without VTIMEZONE (RFC 7809 §7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.caldav.http import Header, Request
from televent.application.read_models.resources import ResourceRow
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.zone_references import by_reference, in_full
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component

VARY: Final[Header] = (b"vary", b"CalDAV-Timezones")

ZoneEdit = Callable[[Component], bool]
"""Adds or removes the VTIMEZONEs of a tree. Returns True if it has changed the tree."""


def zones_wanted(request: Request) -> ZoneEdit | None:
    """The function that adds or removes VTIMEZONEs as the client asks; None: the stored text is sent unchanged."""
    return {"T": in_full, "F": by_reference}.get(request.headers.get("caldav-timezones", "").strip().upper())


def zones_edited(row: ResourceRow, zone_edit: ZoneEdit | None) -> CalendarText:
    """The row's text with ``zone_edit`` applied. The bytes are the stored ones if it is None, if it changes nothing, or
    if the text cannot be parsed."""
    if zone_edit is None:
        return row.text
    try:
        root = row.text.copy()
    except IcalError:
        return row.text
    return CalendarText.of_tree(root) if zone_edit(root) else row.text

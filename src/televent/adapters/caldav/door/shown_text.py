"""Stored texts as the client of one request sees them."""

from __future__ import annotations

from collections.abc import Sequence

from televent.adapters.caldav.door.zones_wanted import zones_wanted
from televent.adapters.caldav.http import Request
from televent.application.attachments import at_base
from televent.ical.editing.attachments import may_have_managed_ids
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError


class ShownText:
    """Shows texts with or without VTIMEZONEs, as the client asks, and managed attachments at the origin that it used:
    another origin may be out of its reach, and is another client's word (ADR 38)."""

    def __init__(self, request: Request) -> None:
        self._zone_edit = zones_wanted(request)
        self._base = request.base

    @property
    def keeps_zones(self) -> bool:
        """True if the client asks for no other VTIMEZONEs than those that are stored."""
        return self._zone_edit is None

    def of(self, text: CalendarText) -> CalendarText:
        """The text for this client; the same object if nothing changes, or if the text cannot be parsed."""
        attached = may_have_managed_ids(text.raw)
        if self._zone_edit is None and not attached:
            return text
        try:
            root = text.copy()
        except IcalError:
            return text
        changed = self._zone_edit is not None and self._zone_edit(root)
        moved = attached and at_base(root, self._base)
        return CalendarText.of_tree(root) if changed or moved else text

    def raw(self, raw: bytes) -> bytes:
        """The bytes of a text for a client that keeps zones."""
        return self.of(CalendarText(raw)).raw if may_have_managed_ids(raw) else raw

    def raws(self, raws: Sequence[bytes]) -> Sequence[bytes]:
        """The bytes of many texts."""
        return [self.raw(each) for each in raws] if may_have_managed_ids(b"\0".join(raws)) else raws

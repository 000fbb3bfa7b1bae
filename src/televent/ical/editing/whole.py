"""Writes many calendar objects as one file (RFC 5545 §3.4), piece by piece: a large calendar needs little memory.

Every line of an object stays as it came. A VTIMEZONE stands before the first object that names it; two different ones
with the same TZID, as programs other than ours make them, are kept apart by another TZID for the second (§3.2.19).
"""

from __future__ import annotations

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component
from televent.ical.text.values import escape
from televent.ical.zones.tzid import known, spelled, tzid_of


class WholeCalendar:
    """One file. Write ``head``, then each of ``add``, then ``tail``."""

    def __init__(self, prodid: str) -> None:
        self._prodid = prodid
        self._zones: dict[str, bytes] = {}
        """The VTIMEZONEs that are written, by their TZID there."""

    def head(self, name: str) -> bytes:
        """The start of the file. *name*: that of the calendar, for programs that show it; "" for none."""
        root = Component.new("VCALENDAR")
        for key, value in (("VERSION", "2.0"), ("PRODID", self._prodid), ("CALSCALE", "GREGORIAN")):
            root.put(key, value)
        if name:
            root.put("X-WR-CALNAME", escape(name))
        return root.to_bytes().removesuffix(b"END:VCALENDAR\r\n")

    def add(self, text: CalendarText) -> bytes:
        """The components of an object, with the zones that the file does not have yet. Raises IcalError."""
        root = text.copy()
        pieces = [piece for zone in root.components("VTIMEZONE") if (piece := self._zone(root, zone))]
        pieces += [part.to_bytes() for part in root.components() if part.name != "VTIMEZONE"]
        return b"".join(piece if piece.endswith(b"\n") else piece + b"\r\n" for piece in pieces)

    def tail(self) -> bytes:
        """The end of the file."""
        return b"END:VCALENDAR\r\n"

    def _zone(self, root: Component, zone: Component) -> bytes:
        """The zone where it is new, else nothing. One that is named like another is renamed in the whole object."""
        tzid = was = tzid_of(zone)
        number = 1
        # Where the name itself says which zone it is, its definition does not count.
        while known(was) is None and self._zones.get(tzid, zone.to_bytes()) != zone.to_bytes():
            number += 1
            tzid = f"{was} {number}"
            zone.put("TZID", escape(tzid))
        if tzid != was:
            for part in root.walk():
                for prop in part.properties:
                    if spelled(prop.param("TZID") or "") == was:
                        part.replace(prop, prop.with_param("TZID", tzid))
        if tzid in self._zones:
            return b""
        self._zones[tzid] = zone.to_bytes()
        return self._zones[tzid]

"""Time zones by TZID: RFC 5545 §3.2.19, §3.6.5; SPEC B4."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from televent.ical.tree import Component


def resolve(tzid: str, root: Component | None = None) -> tzinfo | None:
    """The zone a TZID names: an IANA name, a Windows name; None for one that nobody knows."""
    name = WINDOWS_TO_OLSON.get(tzid, tzid)
    if name in ("UTC", "Etc/UTC", "GMT", "tzone://Microsoft/Utc"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def vtimezone(tzid: str, first: datetime, last: datetime | None) -> bytes:
    """A VTIMEZONE for an IANA zone, CRLF."""
    return bytes(Timezone.from_tzid(tzid, first_date=first.date()).to_ical())

"""Time zones by TZID: RFC 5545 §3.2.19, §3.6.5; SPEC B4."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from televent.ical.text.tree import Component
from televent.ical.text.values import unescape
from televent.ical.zones.observances import ObservedZone, observed
from televent.ical.zones.vtimezone import vtimezone

__all__ = ["ObservedZone", "known", "resolve", "standard", "vtimezone"]

_UTC: Final = frozenset({"UTC", "ETC/UTC", "GMT", "Z", "TZONE://MICROSOFT/UTC"})
_MACHINE_DEPENDENT: Final = ("localtime", "posixrules", "right/", "posix/")
"""Names that a zone database may have but whose zone depends on the machine."""
_MAX_NAME: Final = 255
"""Max characters of a TZID; a longer one is unknown."""
MAX_OWN: Final = 16
"""Max own zones of an object that are evaluated: each may cost some milliseconds."""
_EVALUATED: Final[WeakKeyDictionary[Component, ObservedZone | None]] = WeakKeyDictionary()
"""A cache of evaluated VTIMEZONEs for as long as their trees exist: each of a thousand dates needs its zone."""


def resolve(tzid: str, root: Component | None = None) -> tzinfo | None:
    """The zone that a TZID names; None for an unknown one, whose times are floating.

    In this order: the IANA name, also against a VTIMEZONE of that name, which is often older than the database; the
    Windows name; an IANA name after a vendor's prefix (``/example.org/2020_1/Europe/Berlin``); the VTIMEZONE of
    ``root``, evaluated.
    """
    name = unescape(tzid).strip().strip('"')
    if len(name) > _MAX_NAME:
        return None
    return known(name) or (_own(name, root) if root is not None else None)


@lru_cache(maxsize=2048)
def known(name: str) -> tzinfo | None:
    """The database's zone for an IANA name, a Windows name or a vendor's name; None where there is none."""
    if name.upper() in _UTC:
        return UTC
    zone = _iana(WINDOWS_TO_OLSON.get(name, name))
    if zone is not None or not name.startswith("/"):
        return zone
    parts = name.split("/")
    return next((found for count in (3, 2, 1) if (found := _iana("/".join(parts[-count:]))) is not None), None)


def standard(tzid: str) -> bool:
    """True for a name of the IANA database, which every client knows without a VTIMEZONE."""
    return tzid in ("UTC", "Etc/UTC") or (len(tzid) <= _MAX_NAME and _iana(tzid) is not None)


def _iana(name: str) -> tzinfo | None:
    if not name or name.startswith(_MACHINE_DEPENDENT):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _own(name: str, root: Component) -> tzinfo | None:
    for part in root.components("VTIMEZONE")[:MAX_OWN]:
        if unescape(part.value("TZID") or "").strip().strip('"') == name:
            if part not in _EVALUATED:
                _EVALUATED[part] = observed(part)
            return _EVALUATED[part]
    return None

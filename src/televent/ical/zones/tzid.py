"""Time zones by TZID: RFC 5545 §3.2.19, §3.6.5; SPEC B4.

Programs spell one TZID in several ways: a parameter has no TEXT escapes, the property has (``Chennai\\, Kolkata``), and
both may have blanks or quotation marks around them. So TZIDs are compared as ``spelled`` writes them.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from typing import Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from televent.ical.text.tree import Component
from televent.ical.text.values import unescape
from televent.ical.zones.display_names import windows_name
from televent.ical.zones.observances import ObservedZone, observed
from televent.ical.zones.vtimezone import written

__all__ = ["ObservedZone", "iana_name", "known", "resolve", "spelled", "standard", "tzid_of", "vtimezone"]

_UTC: Final = frozenset({"utc", "etc/utc", "gmt", "z", "tzone://microsoft/utc"})
_MACHINE_DEPENDENT: Final = ("localtime", "posixrules", "right/", "posix/")
"""Names that a zone database may have but whose zone depends on the machine."""
_MAX_NAME: Final = 255
"""Max characters of a TZID; a longer one is unknown."""
MAX_OWN: Final = 16
"""Max own zones of an object that are evaluated: each may cost some milliseconds."""
_BLANKS: Final = " \t\r\n\"'"
"""Characters around a TZID that are no part of it."""
_EVALUATED: Final[WeakKeyDictionary[Component, ObservedZone | None]] = WeakKeyDictionary()
"""A cache of evaluated VTIMEZONEs for as long as their trees exist: each of a thousand dates needs its zone."""


def spelled(tzid: str) -> str:
    """A TZID in the form that is compared: without TEXT escapes, and without blanks or quotation marks around it."""
    return unescape(tzid).strip(_BLANKS)


def tzid_of(zone: Component) -> str:
    """The TZID of a VTIMEZONE as ``spelled`` writes it; "" without one."""
    return spelled(zone.value("TZID") or "")


def resolve(tzid: str, root: Component | None = None) -> tzinfo | None:
    """The zone that a TZID names; None for an unknown one, whose times are floating.

    In this order: the IANA name, also against a VTIMEZONE of that name, which is often older than the database; the
    Windows name; an IANA name after a vendor's prefix (``/example.org/2020_1/Europe/Berlin``); the VTIMEZONE of
    ``root``, evaluated; the display name of a Windows zone.
    """
    name = spelled(tzid)
    if len(name) > _MAX_NAME:
        return None
    own = None if (found := known(name)) is not None or root is None else _own(name, root)
    return found or own or _zone(_displayed(name))


def known(name: str) -> tzinfo | None:
    """The database's zone for an IANA name, a Windows name or a vendor's name, in any case; None where there is none.

    ``name`` is a result of ``spelled``.
    """
    return _known_once(name) if len(name) <= _MAX_NAME else None


@lru_cache(maxsize=2048)
def _known_once(name: str) -> tzinfo | None:
    return _zone(_named(name))


def standard(tzid: str) -> bool:
    """True for a name of the IANA database, which every client knows without a VTIMEZONE."""
    return tzid in ("UTC", "Etc/UTC") or (len(tzid) <= _MAX_NAME and _iana(tzid) is not None)


def iana_name(tzid: str) -> str | None:
    """The name in the IANA database of the zone that a TZID names by itself, without a VTIMEZONE; None for none."""
    name = spelled(tzid)
    return _iana_name(name) if len(name) <= _MAX_NAME else None


@lru_cache(maxsize=2048)
def _iana_name(name: str) -> str | None:
    return _named(name) or _displayed(name)


def vtimezone(tzid: str, first: datetime, last: datetime | None) -> bytes:
    """A VTIMEZONE with that TZID, valid for times from ``first`` to ``last`` (None: without end), with CRLF.

    Raises ZoneInfoNotFoundError (a KeyError) where ``tzid`` names no zone by itself.
    """
    name = iana_name(tzid)
    if name is None:
        raise ZoneInfoNotFoundError(f"no time zone is called {tzid[:80]!r}")
    return written(spelled(tzid), name, first, last)


def _named(name: str) -> str | None:
    """The IANA name for an IANA, Windows or vendor's name."""
    folded = name.casefold()
    if folded in _UTC:
        return "UTC"
    windows = _windows().get(folded)
    if windows is not None:
        return windows
    if _iana(name) is not None:
        return name
    if folded.startswith(_MACHINE_DEPENDENT):
        return None
    if not name.startswith("/"):
        return _by_folded_name().get(folded)
    parts = folded.split("/")
    ends = ("/".join(parts[-count:]) for count in (3, 2, 1))
    return next((found for end in ends if (found := _by_folded_name().get(end)) is not None), None)


@lru_cache(maxsize=2048)
def _displayed(name: str) -> str | None:
    windows = windows_name(name)
    return _windows()[windows.casefold()] if windows is not None else None


def _zone(iana: str | None) -> tzinfo | None:
    return UTC if iana == "UTC" else _iana(iana) if iana is not None else None


@cache
def _windows() -> dict[str, str]:
    return {windows.casefold(): "UTC" if windows == "UTC" else iana for windows, iana in WINDOWS_TO_OLSON.items()}


@cache
def _by_folded_name() -> dict[str, str]:
    """The names of the IANA database, by their spelling without case: "europe/berlin"."""
    return {name.casefold(): name for name in sorted(available_timezones())}


def _iana(name: str) -> tzinfo | None:
    if not name or name.casefold().startswith(_MACHINE_DEPENDENT):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _own(name: str, root: Component) -> tzinfo | None:
    folded = name.casefold()
    zones = root.components("VTIMEZONE")[:MAX_OWN]
    for part in [each for each in zones if tzid_of(each) == name] or zones:
        if tzid_of(part).casefold() == folded:
            if part not in _EVALUATED:
                _EVALUATED[part] = observed(part)
            return _EVALUATED[part]
    return None

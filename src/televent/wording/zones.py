"""Names of time zones for people: a city and the offset from UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import get_global

from televent.wording.display import Display
from televent.wording.texts import text_of

MAX_TZID: Final = 60
"""Max characters of an unknown zone's name in a sentence."""


def zone_of(display: Display, event_zone: tzinfo | str, at: datetime) -> str:
    """The reader's zone, such as "London, UTC+1"; "" where the clocks of the event's zone show the same at that time.

    For times that are shown in the reader's zone and could be taken for those of the event's place. ``event_zone`` is a
    zone or its IANA name; "UTC" says nothing about the place: programs write it for events of any. A floating time is
    the same everywhere.
    """
    there = _known(event_zone) if isinstance(event_zone, str) else event_zone
    if at.tzinfo is None or there is None or getattr(there, "key", str(there)) in ("UTC", "Etc/UTC", "GMT", "Etc/GMT"):
        return ""
    same = at.astimezone(there).utcoffset() == at.astimezone(display.zone).utcoffset()
    return "" if same else zone_label(display.zone, at, display.language)


def zone_label(zone: ZoneInfo, at: datetime, language: str) -> str:
    """A zone at a moment, such as "London, UTC+1" or "Лондон, UTC+1"; only the offset for a zone without a place."""
    offset = offset_of(zone, at)
    city = city_of(zone.key, language)
    return f"{city}, {offset}" if city else offset


def offset_of(zone: tzinfo, at: datetime) -> str:
    """The offset from UTC at an aware moment, such as "UTC+5:30"; "UTC" for none."""
    seconds = int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return "UTC" if not hours and not minutes else f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def city_of(zone: str, language: str) -> str:
    """The name of a zone's city in that language; "" for a zone without a place, such as "UTC" or "Etc/GMT-3"."""
    zone = _canonical().get(zone, zone)
    if "/" not in zone or zone.startswith("Etc/"):
        return ""
    return _cities(language).get(zone) or zone.rpartition("/")[2].replace("_", " ")


def unknown_zone_of(tzid: str | None, language: str) -> str:
    """A sentence about the zone of an event that nobody knows (``Entry.unknown_zone``); "" for None. Not escaped."""
    if tzid is None:
        return ""
    name = " ".join(tzid.split())
    short = name if len(name) <= MAX_TZID else name[: MAX_TZID - 1] + "…"
    return text_of("televent.wording", language, "zone-unknown", zone=short)


@cache
def _canonical() -> Mapping[str, str]:
    """The zone that stands for each alias, such as "Asia/Kolkata" for "Asia/Calcutta"."""
    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases


@cache
def _cities(language: str) -> Mapping[str, str]:
    """The names that CLDR has for the cities of zones. It keeps some under the names that zones had before."""
    found = {name: each.get("city") for name, each in Locale.parse(language).time_zones.items()}
    return {_canonical().get(name, name): city for name, city in found.items() if city}


def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

"""Finds the time zone that a person names: "Moscow", "питер", "NYC", "PST", "UTC+5:30", "Europe/Berlin", "Германия"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from televent.wording.places.abbreviations import ABBREVIATIONS, EVERYWHERE, HOMES
from televent.wording.places.place import Place, by_name, cities, country_zones, folded, zone_names
from televent.wording.zones import city_of, offset_of

MAX_TEXT: Final = 64
"""Max characters of a text that is searched for."""
MAX_CHOICES: Final = 6
"""Max places that one search finds."""
_OFFSET: Final = re.compile(r"(?:(utc|gmt|msk|мск)\s*)?([+\-−–])\s*(\d{1,2})(?:[:.]?([0-5]\d))?\Z")
_NUMBER: Final = re.compile(r"utc\s*(\d{1,2})\Z")
_AROUND: Final = frozenset(
    [
        *("time", "timezone", "zone", "in", "im", "i", "am", "is", "my", "the", "it", "city", "town", "live", "время"),
        *("времени", "пояс", "часовои", "по", "в", "во", "я", "мы", "живу", "нахожусь", "город", "городе", "г", "мои"),
    ]
)
"""Words that people write around the name of their place, folded."""
_LIKENESS: Final = 0.75
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The places that a text may mean. ``certain``: it means exactly the one that is there; else the person is asked.
    None at all: the text names no place that is known."""

    places: tuple[Place, ...] = ()
    certain: bool = False


def find_place(text: str, language: str, now: datetime) -> Found:
    """The places of a text of at most MAX_TEXT characters, under their names in that language. Raises nothing.

    ``now`` is aware: an offset means the zones that have it at present.
    """
    text = " ".join(text.split())
    if not text or len(text) > MAX_TEXT:
        return Found()
    offset = _offset(text.casefold())
    if offset is not None:
        return _with_offset(offset, language, now)
    name = folded(text)
    bare = " ".join(each for each in name.split() if each not in _AROUND)
    # "Moscow, Russia" is the city.
    for each in dict.fromkeys((name, bare, folded(text.partition(",")[0]))):
        found = _named(each, language, now)
        if found.places:
            return found
    return _alike(bare, language)


def guess_place(language_code: str | None, language: str) -> Place:
    """The place where most people live whose phone speaks that language (IETF tag), under its name in ``language``."""
    tag = (language_code or "").replace("_", "-").lower()
    return zone_place(HOMES.get(tag) or HOMES.get(tag.split("-")[0], EVERYWHERE), language)


def zone_place(zone: str, language: str) -> Place:
    """The city of a zone; the offset of a zone without one, such as "UTC+3"."""
    return Place(
        zone, city_of(zone, language) or offset_of(ZoneInfo(zone), datetime(2000, 1, 1, tzinfo=ZoneInfo(zone)))
    )


def _named(name: str, language: str, now: datetime) -> Found:
    zones = ABBREVIATIONS.get(name)
    if zones is not None:
        return _choice((zone_place(zone, language) for zone in zones), certain=len(zones) == 1)
    city = by_name().get(name)
    if city is not None:
        return Found((city.place(language),), True)
    countries = country_zones()
    if name in countries:
        return _in_country(countries[name], language, now)
    zone = zone_names().get(name)
    return Found((zone_place(zone, language),), True) if zone is not None and _exists(zone) else Found()


def _in_country(zones: Iterable[str], language: str, now: datetime) -> Found:
    """The zones of a country whose clocks differ now or half a year from now."""
    moments = (now, now + timedelta(days=182))
    different: dict[tuple[str, ...], str] = {}
    for zone in filter(_exists, zones):
        different.setdefault(tuple(offset_of(ZoneInfo(zone), each) for each in moments), zone)
    return _choice((zone_place(zone, language) for zone in different.values()), certain=len(different) == 1)


def _offset(text: str) -> int | None:
    """The minutes of an offset such as "+3", "UTC+5:30" or "мск+2"; None where the text is none."""
    found = _OFFSET.match(text)
    if found is None:
        number = _NUMBER.match(text)
        return int(number[1]) * 60 if number is not None else None
    base = 180 if found[1] in ("msk", "мск") else 0
    minutes = int(found[3]) * 60 + int(found[4] or 0)
    return base + (minutes if found[2] == "+" else -minutes)


def _with_offset(minutes: int, language: str, now: datetime) -> Found:
    """The best known cities whose clocks have that offset now, and the offset itself, which never changes."""
    wanted = timedelta(minutes=minutes)
    if not timedelta(hours=-12) <= wanted <= timedelta(hours=14):
        return Found()
    found: dict[str, Place] = {}
    for city in cities():
        if city.zone not in found and now.astimezone(ZoneInfo(city.zone)).utcoffset() == wanted:
            found[city.zone] = city.place(language)
            if len(found) == MAX_CHOICES - 1:
                break
    places = [*found.values()]
    if minutes % 60 == 0:
        # POSIX: Etc/GMT-3 is three hours ahead of UTC.
        zone = f"Etc/GMT{-minutes // 60:+d}" if minutes else "UTC"
        places.append(Place(zone, offset_of(ZoneInfo(zone), now)))
    return _choice(places, certain=len(places) == 1)


def _alike(name: str, language: str) -> Found:
    """Places whose names begin in this way, or are spelled nearly so; the person is asked about them."""
    if len(name) < _SHORTEST:
        return Found()
    known = by_name()
    keys = [each for each in known if each.startswith(name)][:MAX_CHOICES]
    keys += get_close_matches(name, known, MAX_CHOICES, _LIKENESS)
    return _choice((known[key].place(language) for key in keys), certain=False)


def _choice(places: Iterable[Place], *, certain: bool) -> Found:
    return Found(tuple(dict.fromkeys(places))[:MAX_CHOICES], certain)


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

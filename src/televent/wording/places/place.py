"""A place that stands for a time zone, and the places that are known by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.core import get_global

from televent.wording.texts import LANGUAGES
from televent.wording.zones import city_of


@dataclass(frozen=True, slots=True)
class Place:
    """``zone``: an IANA name. ``name``: that of the city in the reader's language, or of the offset for a zone without
    a place ("UTC+3")."""

    zone: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    """A row of cities.tsv, or the city of a zone. ``names``: for each language the name that is shown."""

    zone: str
    names: Mapping[str, str]

    def place(self, language: str) -> Place:
        """The city under its name in that language."""
        return Place(self.zone, self.names[language])


_JOINTS: Final = re.compile(r"[\s\-–—_.,'’`/()]+")


def folded(text: str) -> str:
    """A name without case, accents and punctuation: "St. John’s" and "st johns " are the same."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return _JOINTS.sub(" ", "".join(each for each in bare if not unicodedata.combining(each))).strip()


@cache
def cities() -> tuple[City, ...]:
    """The large cities of the world and of the Russian-speaking countries; the best known one of each offset first."""
    return tuple(city for city, _ in _rows())


@cache
def by_name() -> Mapping[str, City]:
    """The city of each folded name: those of cities.tsv, and the cities of all zones in all languages."""
    found: dict[str, City] = {}
    for city, names in _rows():
        found |= {folded(name): city for name in names}
    for zone in get_global("zone_territories"):
        city = City(zone, {language: city_of(zone, language) for language in LANGUAGES})
        for name in (*city.names.values(), zone.rpartition("/")[2]):
            found.setdefault(folded(name), city)
    found.pop("", None)
    return found


@cache
def zone_names() -> Mapping[str, str]:
    """The IANA name of each zone and of its former names, by the folded name."""
    known = [*get_global("zone_territories"), *get_global("zone_aliases"), *get_global("zone_aliases").values()]
    return {folded(name): name for name in known if "/" in name}


@cache
def country_zones() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country, by its folded name in any language; zones with the best known cities first."""
    order = {city.zone: number for number, city in reversed(list(enumerate(cities())))}
    zones: dict[str, list[str]] = {}
    for zone, territory in get_global("zone_territories").items():
        zones.setdefault(territory, []).append(zone)
    codes = {folded(name): code for name, code in _COUNTRIES.items()}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in zones:
                codes.setdefault(folded(name), code)
    last = len(cities())
    return {name: tuple(sorted(zones[code], key=lambda each: order.get(each, last))) for name, code in codes.items()}


_COUNTRIES: Final[Mapping[str, str]] = {
    "usa": "US", "us": "US", "america": "US", "сша": "US", "америка": "US", "uk": "GB", "england": "GB",
    "britain": "GB", "great britain": "GB", "scotland": "GB", "англия": "GB", "британия": "GB", "шотландия": "GB",
    "uae": "AE", "оаэ": "AE", "рф": "RU", "holland": "NL", "голландия": "NL", "korea": "KR", "корея": "KR",
    "czechia": "CZ", "чехия": "CZ", "белоруссия": "BY", "киргизия": "KG", "молдавия": "MD", "туркмения": "TM",
}  # fmt: skip


def _rows() -> Iterator[tuple[City, list[str]]]:
    text = files(__package__).joinpath("cities.tsv").read_text("utf-8")
    for line in text.splitlines():
        zone, *columns = line.split("\t")
        names = [column.split(", ") for column in columns]
        shown = {language: own[0] for language, own in zip(LANGUAGES, names, strict=True)}
        yield City(zone, shown), [name for own in names for name in own]

"""Reads time zones: "London time", "по Москве", "15:00 MSK", "UTC+3"."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Item, Zone
from televent.phrases.words.zone_names import ABBREVIATIONS, ADJECTIVES, AMBIGUOUS, CITIES, REGIONS, RUSSIAN_CITIES

_SHORT = frozenset(["z", "et", "ct", "pt", "mst", "wet", "ist"])
"""Abbreviations that are also words; they are zones only right behind a time."""


def zone_at(text: Sentence, place: int) -> Item | None:
    """The time zone at a place."""
    return _offset(text, place) or _russian(text, place) or _city(text, place) or _abbreviation(text, place)


def _abbreviation(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("(", "in", "по"), 2)
    token = text.token(at)
    name = ABBREVIATIONS.get(token.low)
    if name is None and token.low in REGIONS and token.text[:1].isupper() and text.low(at - 1) in ("am", "pm"):
        return Item(Zone((REGIONS[token.low],)), place, at + 1)
    if name is None:
        return None
    if token.low in _SHORT and not (token.text.isupper() and text.token(at - 1).kind in ("colon", "number", "word")):
        return None
    after = text.skip(at + 1, ("time", "времени", "время"))
    return Item(Zone(AMBIGUOUS.get(token.low, (name,))), place, text.skip(after, (")",)))


def _offset(text: Sentence, place: int) -> Item | None:
    """ "UTC+3", "GMT +05:30", "мск+2"."""
    at = text.skip(place, ("(", "in", "по"), 2)
    behind = text.low(at) in ("+", "-") and text.token(at - 1).kind == "colon" and text.token(at).glued
    if behind:
        at -= 1
    base = 0 if behind else {"utc": 0, "gmt": 0, "мск": 180, "msk": 180, "москва": 180}.get(text.low(at))
    sign = {"+": 1, "-": -1, "−": -1, "–": -1}.get(text.low(at + 1))
    if base is None or sign is None:
        return None
    token = text.token(at + 2)
    if token.kind == "colon":
        hours, minutes = int(token.low.split(":")[0]), int(token.low.split(":")[1])
    elif token.number is not None and len(token.low) <= 2:
        hours, minutes = token.number, 0
    else:
        return None
    total = base + sign * (60 * hours + minutes)
    if not -12 * 60 <= total <= 14 * 60 or total % 60:
        return None
    # POSIX: Etc/GMT-3 is three hours ahead of UTC.
    name = "UTC" if not total else f"Etc/GMT{-total // 60:+d}"
    return Item(Zone((name,)), place, text.skip(at + 3, (")",)))


def _russian(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("(",))
    if text.follows(at, "по", "местному", "времени"):
        return Item(Zone(("",)), place, at + 3)
    if text.follows(at, "по", "времени"):
        stem = text.low(at + 2)[:5]
        found = next((zone for name, zone in RUSSIAN_CITIES.items() if len(stem) > 3 and name.startswith(stem)), None)
        return Item(Zone((found,)), place, at + 3) if found else None
    if text.low(at) == "по":
        after = at + 1
        if text.low(after) in ("нью", "тель") and text.low(after + 1) in ("-", "йорку"):
            after = text.skip(after + 1, ("-",))
            name = "America/New_York" if text.low(after) == "йорку" else "Asia/Jerusalem"
        else:
            found = text.look_up(after, RUSSIAN_CITIES)
            if found is None:
                return None
            name = found
        return Item(Zone((name,)), place, text.skip(after + 1, ("времени", "время", ")"), 2))
    if text.low(at + 1) in ("времени", "время"):
        for stem, zone in ADJECTIVES.items():
            if text.low(at).startswith(stem) and len(text.low(at)) < len(stem) + 4:
                return Item(Zone((zone,)), place, text.skip(at + 2, (")",)))
    return None


def _city(text: Sentence, place: int) -> Item | None:
    at = text.skip(place, ("(", "in"), 2)
    if text.low(at) in ("local", "my", "our") and text.low(at + 1) == "time":
        return Item(Zone(("",)), place, at + 2)
    for words in (2, 1):
        name = " ".join(text.low(at + ahead) for ahead in range(words))
        after = at + words
        zone = CITIES.get(name)
        if zone is not None and text.low(after) in ("time", "tz"):
            return Item(Zone((zone,)), place, text.skip(after + 1, (")",)))
    return _iana(text, place)


def _iana(text: Sentence, place: int) -> Item | None:
    """ "Europe/Berlin"."""
    if text.low(place + 1) != "/" or not text.token(place + 1).glued or len(text.low(place)) > 12:
        return None
    after = place + 3
    name = f"{text.token(place).text}/{text.token(place + 2).text}"
    if text.low(after) == "_":
        name, after = f"{name}_{text.token(after + 1).text}", after + 2
    if text.low(place) not in ("europe", "asia", "america", "africa", "australia", "pacific", "atlantic", "indian"):
        return None
    try:
        return Item(Zone((ZoneInfo(name).key,)), place, after)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name; None where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

"""Values of an event that are one line each, and its categories: RFC 5545 §3.8.1, RFC 7986 §5.11."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from televent.ical.text.characters import clean_line
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import escape, unescape

VALUES: Final = {"STATUS": "status", "CLASS": "privacy", "URL": "url", "CONFERENCE": "conference"}
"""The properties whose value is no TEXT with escapes, and the field of an EventChange for each."""
_TYPED: Final = {"CONFERENCE": (("VALUE", ("URI",)), ("FEATURE", ("VIDEO",)))}
_PART: Final = re.compile(r"(?:\\.|[^\\,])+", re.DOTALL)


def write_value(part: Component, name: str, value: str) -> None:
    """Sets the first line of one of VALUES, and keeps its parameters and the other lines; "" removes them all."""
    value = clean_line(value)
    line = part.get(name)
    if not value:
        part.drop(name)
    elif line is None:
        part.put(name, value, _TYPED.get(name, ()))
    elif line.value != value:
        part.replace(line, line.with_value(value))


def categories_of(part: Component) -> tuple[str, ...]:
    """The categories of all CATEGORIES lines, each once."""
    return categories_in(part.all("CATEGORIES"))


def categories_in(lines: Iterable[Property]) -> tuple[str, ...]:
    """The categories of these CATEGORIES lines, each once."""
    found = (unescape(each).strip() for line in lines for each in _PART.findall(line.value))
    return tuple(dict.fromkeys(each for each in found if each))


def write_categories(part: Component, wanted: Sequence[str]) -> None:
    """Sets the categories; () removes them. Lines that say the same stay."""
    if categories_of(part) == tuple(wanted):
        return
    part.drop("CATEGORIES")
    if wanted:
        part.put("CATEGORIES", ",".join(map(escape, wanted)))

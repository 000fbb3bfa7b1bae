"""A person of a meeting becomes a placeholder: their account was erased (ADR 78)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from televent.ical.itip.people import address_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import normalise_address

NAME: Final = "Deleted user"
"""The display name of the placeholder. It is stored, so it has one language."""

_PEOPLE: Final = frozenset({"ORGANIZER", "ATTENDEE"})
_KEPT: Final = frozenset({"CUTYPE", "ROLE", "PARTSTAT"})
"""The parameters that say nothing of who it was, and on which the meeting depends."""
_NAMING: Final = frozenset({"SENT-BY", "DELEGATED-TO", "DELEGATED-FROM", "MEMBER"})
"""Parameters of other people's lines that hold addresses (RFC 5545 §3.2.4, §3.2.5, §3.2.11, §3.2.18)."""
# Only from the beginning of a word: a long one, such as data in base64, would be searched from each character.
_ADDRESS: Final = re.compile(r"(?<![^\s\"'<>;,:=()])[^\s\"'<>;,:=()]+@[^\s\"'<>;,:=()]+")


def named_in(text: CalendarText) -> frozenset[str]:
    """Every address of a calendar user in a text, normalised. Raises IcalError."""
    return frozenset(each for component in text.tree.walk() for prop in component.properties for each in _named(prop))


def with_placeholder(text: CalendarText, gone: Collection[str], address: str) -> CalendarText:
    """The text with a placeholder instead of each person with one of the addresses ``gone``; the same object where none
    of them stands in it.

    ``address``: that of the placeholder. The server sends nothing to it (SCHEDULE-AGENT=NONE, RFC 6638 §7.1). Titles
    and notes stay as they are. Raises IcalError.
    """
    wanted = frozenset(gone)
    if wanted.isdisjoint(named_in(text)):
        return text
    root = text.copy()
    for component in root.walk():
        for prop in component.properties:
            if not wanted.isdisjoint(_named(prop)):
                component.replace(prop, _replaced(component, prop, wanted.__contains__, f"mailto:{address}"))
    return CalendarText.of_tree(root)


def _named(prop: Property) -> Iterator[str]:
    if prop.name in _PEOPLE:
        yield address_of(prop)
        for name, values in prop.params:
            if name in _NAMING:
                yield from map(normalise_address, values)
    elif _is_private(prop):
        yield from (each.lower() for each in _ADDRESS.findall(prop.value))


def _is_private(prop: Property) -> bool:
    """Whether a property repeats calendar users for one program, or says what became of a message to one."""
    return prop.name.startswith("X-") or prop.name == "REQUEST-STATUS"


def _replaced(component: Component, prop: Property, gone: Callable[[str], bool], value: str) -> Property:
    if prop.name not in _PEOPLE:
        bare = value.removeprefix("mailto:")
        return prop.with_value(_ADDRESS.sub(lambda each: bare if gone(each[0].lower()) else each[0], prop.value))
    if gone(address_of(prop)):
        kept = [(name, values) for name, values in prop.params if name in _KEPT]
        return component.make(prop.name, value, [("CN", (NAME,)), *kept, ("SCHEDULE-AGENT", ("NONE",))])
    for name in _NAMING:
        values = prop.param_values(name)
        if any(gone(normalise_address(each)) for each in values):
            prop = prop.with_param(name, *(value if gone(normalise_address(each)) else each for each in values))
    return prop

"""Composes properties of another reader again with the icalendar library: RFC 5545 §3.2, §3.3."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import icalendar
from icalendar.prop import vCategory, vText, vUnknown

from televent.ical.editing.compose import plain
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import unescape

_VERBATIM: Final = frozenset({"UID", "REQUEST-STATUS", "RELATED-TO"})
"""Properties that are not escaped as TEXT. Programs compare a UID as written, and most write it unescaped."""
_COMMA: Final = re.compile(r"(?<!\\),")


def component(name: str) -> icalendar.Component:
    """An empty component of that name.

    Use this and never ``from_ical``. That function keeps each VTIMEZONE in a cache of the process, so a sender's zone
    would apply to the texts of other people.
    """
    made = icalendar.Component()
    setattr(made, "name", name.upper())  # noqa: B010 (typed as a constant of the class, but read from the instance)
    return made


def add(part: icalendar.Component, name: str, raw: str, params: Mapping[str, Sequence[str]] | None = None) -> None:
    """Adds a property whose value is written as in a content line.

    Raises InvalidCalendarData where the value is not of the type that the property has.
    """
    parameters = icalendar.Parameters()
    for key, values in (params or {}).items():
        cleaned = [plain(each) for each in values]
        if cleaned:
            parameters[key.upper()] = cleaned[0] if len(cleaned) == 1 else cleaned
    raw = plain(raw).replace("\n", "\\n")
    try:
        value = _value(part, name.upper(), raw, parameters)
    except Exception as error:  # the library's value types raise more than ValueError for a bad value
        raise InvalidCalendarData(f"{name[:40]} has no value of its type: {raw[:40]!r}") from error
    value.params = parameters
    part.add(name, value, encode=False)


def _value(part: icalendar.Component, name: str, raw: str, params: icalendar.Parameters) -> Any:
    if name in _VERBATIM:
        return vUnknown(raw)
    if name == "CATEGORIES":
        return vCategory([unescape(each) for each in _COMMA.split(raw)])
    factory: Any = part.types_factory.for_property(name, params.get("VALUE"))
    if issubclass(factory, vText) and not issubclass(factory, vUnknown):
        return factory(unescape(raw))
    return factory(factory.from_ical(raw))

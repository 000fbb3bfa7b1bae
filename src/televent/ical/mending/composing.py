"""Properties that another reader found, composed again by the icalendar library: RFC 5545 §3.2, §3.3."""

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
"""The library would escape these as TEXT. Programs compare a UID as it is written, and most write it unescaped."""
_COMMA: Final = re.compile(r"(?<!\\),")


def component(name: str) -> icalendar.Component:
    """An empty component of that name.

    Built part by part and never read with ``from_ical``, which keeps each VTIMEZONE that it meets in a cache of the
    process: a stranger's zone would then apply to other people's texts.
    """
    made = icalendar.Component()
    setattr(made, "name", name.upper())  # noqa: B010 (typed as a constant of the class, but read from the instance)
    return made


def add(part: icalendar.Component, name: str, raw: str, params: Mapping[str, Sequence[str]] | None = None) -> None:
    """Adds a property whose value is written as in a content line.

    Raises InvalidCalendarData where the value is not of the type that the property has.
    """
    said = icalendar.Parameters()
    for key, values in (params or {}).items():
        cleaned = [plain(each) for each in values]
        if cleaned:
            said[key.upper()] = cleaned[0] if len(cleaned) == 1 else cleaned
    raw = plain(raw).replace("\n", "\\n")
    try:
        value = _value(part, name.upper(), raw, said)
    except Exception as error:  # the library's values raise more than ValueError for what is not theirs
        raise InvalidCalendarData(f"{name[:40]} has no value of its type: {raw[:40]!r}") from error
    value.params = said
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

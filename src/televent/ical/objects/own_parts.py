"""Separates the parts of an event that each reader has alone: alarms and TRANSP (CalendarServer sharing §5.5.4).

They are taken from the text that a reader sends and stored beside it. When that reader asks for the event, they are
added to the text that all readers share. All other parts are shared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property, parse

ALARM: Final = "VALARM"
TRANSP: Final = "TRANSP"
_KINDS: Final = frozenset(("VEVENT", "VTODO", "VJOURNAL"))
# Properties that a client writes again whenever it stores an object.
_PASSING: Final = frozenset(("DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "X-MOZ-GENERATION", "X-LIC-ERROR"))
_NOTED: Final = ("X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME")
"""Name prefixes of the properties in which Thunderbird notes seen and snoozed alarms."""
_MASTER: Final = ""
# Folding (RFC 5545 §3.1) may cut the word anywhere.
_HINT = re.compile(rb"v(?:\r?\n[ \t])*a(?:\r?\n[ \t])*l(?:\r?\n[ \t])*a(?:\r?\n[ \t])*r(?:\r?\n[ \t])*m", re.IGNORECASE)

Own = Mapping[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]]
"""By RECURRENCE-ID ("" for the series itself): the TRANSP line, the alarms and the notes about them, as written."""


@dataclass(frozen=True, slots=True)
class OwnParts:
    """One reader's alarms, TRANSP and notes in one event. Equal where their texts are equal."""

    by_occurrence: Own
    _parsed: dict[str, Component] = field(default_factory=dict, compare=False, repr=False)
    """A cache of parsed alarms and lines by their text."""

    def kept(self) -> bytes:
        """The bytes that are stored; :func:`kept_parts` reads them."""
        # Without notes the third field is left out, as in the first stored form.
        rows = {
            key: [transp, list(alarms), *([list(notes)] if notes else [])]
            for key, (transp, alarms, notes) in self.by_occurrence.items()
        }
        return json.dumps(rows).encode()

    def alarm(self, written: str) -> Component:
        """One of the alarms as a component for another text. Raises IcalError."""
        if written not in self._parsed:
            self._parsed[written] = _component(written)
        return self._parsed[written].copy()


def own_parts(text: CalendarText) -> OwnParts:
    """The alarms and TRANSP in a text. Raises IcalError."""
    by_occurrence: dict[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]] = {}
    parsed: dict[str, Component] = {}
    for part in text.tree.components():
        if part.name in _KINDS:
            alarms = [(each.to_bytes().decode("utf-8", "surrogateescape"), each) for each in part.components(ALARM)]
            notes = tuple(line for prop in part.properties if _is_note(prop) and (line := _text(prop)) is not None)
            by_occurrence[_key(part)] = (_text(part.get(TRANSP)), tuple(written for written, _ in alarms), notes)
            parsed |= dict(alarms)
    return OwnParts(by_occurrence, parsed)


def kept_parts(kept: bytes) -> OwnParts:
    """Reads the bytes of :meth:`OwnParts.kept`. Raises IcalError where they cannot be read."""
    try:
        return OwnParts(
            {
                key: (transp, tuple(alarms), tuple(notes[0]) if notes else ())
                for key, (transp, alarms, *notes) in json.loads(kept).items()
            }
        )
    except (ValueError, TypeError, AttributeError):
        raise IcalError("the stored alarms and TRANSP cannot be read") from None


def with_own_parts(text: CalendarText, own: OwnParts | None) -> CalendarText:
    """*text* with the alarms and TRANSP of *own* instead of its own.

    None: the reader has stored none yet, so the result has no alarms and the TRANSP of *text*. Raises IcalError.
    """
    if own is None and _HINT.search(text.raw) is None:
        return text
    if own is not None and own == own_parts(text):
        return text
    root = text.copy()
    for component in root.components():
        if component.name in _KINDS:
            _lay(component, own)
    return CalendarText.of_tree(root)


def same_event(one: CalendarText, other: CalendarText) -> bool:
    """True where the two are equal except for a reader's own parts and for properties that clients rewrite each time.

    Raises IcalError.
    """
    return _contents(one.tree) == _contents(other.tree)


def _lay(component: Component, own: OwnParts | None) -> None:
    component.remove_if(lambda each: isinstance(each, Component) and each.name == ALARM)
    if own is None:
        return
    # An override that was added since then gets the parts of the series.
    transp, alarms, notes = own.by_occurrence.get(_key(component)) or own.by_occurrence.get(_MASTER) or (None, (), ())
    standing = component.get(TRANSP)
    if _text(standing) != transp:
        new = None if transp is None else _line(own, component, transp)
        if standing is not None and new is not None:
            component.replace(standing, new)
        elif new is not None:
            component.add(new)
        else:
            component.drop(TRANSP)
    if tuple(map(_text, filter(_is_note, component.properties))) != notes:
        component.remove_if(lambda each: isinstance(each, Property) and _is_note(each))
        for note in notes:
            component.add(_line(own, component, note))
    for alarm in alarms:
        component.add(own.alarm(alarm))


def _line(own: OwnParts, component: Component, written: str) -> Property:
    (prop,) = own.alarm(f"BEGIN:{ALARM}\r\n{written}END:{ALARM}\r\n").properties
    return prop if prop.ending == component.ending else component.make(prop.name, prop.value, prop.params)


def _component(written: str) -> Component:
    ending = "\r\n" if written.partition("\n")[0].endswith("\r") else "\n"
    whole = f"BEGIN:VCALENDAR{ending}{written}END:VCALENDAR{ending}"
    return parse(whole.encode("utf-8", "surrogateescape")).components()[0]


def _key(component: Component) -> str:
    return (component.value("RECURRENCE-ID") or _MASTER).strip().upper()


def _is_note(prop: Property) -> bool:
    return prop.name.startswith(_NOTED)


def _text(prop: Property | None) -> str | None:
    return None if prop is None else prop.raw.decode("utf-8", "surrogateescape")


def _contents(root: Component) -> list[object]:
    """The content to compare. Time zones and PRODID are left out: the times of the events show a difference."""
    return sorted((_content(each) for each in root.components() if each.name in _KINDS), key=repr)


def _content(component: Component) -> tuple[object, ...]:
    lines = sorted(
        (prop.name, tuple(sorted((name, tuple(values)) for name, values in prop.params)), prop.value)
        for prop in component.properties
        if prop.name not in _PASSING and prop.name != TRANSP and not _is_note(prop)
    )
    inner = sorted((_content(each) for each in component.components() if each.name != ALARM), key=repr)
    return (component.name, tuple(lines), tuple(inner))

"""What of an event is each reader's own: alarms and transparency (CalendarServer sharing §5.5.4).

They are taken out of the text that one reader sends, kept beside it, and laid over the text that all share when that
reader looks. Everything else is everybody's.
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
# What a program writes anew whenever it stores something.
_PASSING: Final = frozenset(("DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "X-MOZ-GENERATION", "X-LIC-ERROR"))
_NOTED: Final = ("X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME")
"""How names begin under which Thunderbird notes which alarms were seen or put off."""
_MASTER: Final = ""
# Folding (RFC 5545 §3.1) may cut the word anywhere.
_HINT = re.compile(rb"v(?:\r?\n[ \t])*a(?:\r?\n[ \t])*l(?:\r?\n[ \t])*a(?:\r?\n[ \t])*r(?:\r?\n[ \t])*m", re.IGNORECASE)

Own = Mapping[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]]
"""By RECURRENCE-ID ("" for the series itself): the TRANSP line, the alarms and what is noted of them, as written."""


@dataclass(frozen=True, slots=True)
class OwnParts:
    """One reader's alarms, transparency and notes in one event. Equal where they are written alike."""

    said: Own
    _parsed: dict[str, Component] = field(default_factory=dict, compare=False, repr=False)
    """Alarms, and lines inside one, by how they are written: each is parsed once."""

    def kept(self) -> bytes:
        """The form in which they are stored: :func:`kept_parts` reads it."""
        # Where nothing is noted, nothing is written of it: so was all that was kept at first.
        rows = {
            key: [transp, list(alarms), *([list(notes)] if notes else [])]
            for key, (transp, alarms, notes) in self.said.items()
        }
        return json.dumps(rows).encode()

    def alarm(self, written: str) -> Component:
        """One of the alarms, as a component to be added to another text. Raises IcalError."""
        if written not in self._parsed:
            self._parsed[written] = _component(written)
        return self._parsed[written].copy()


def own_parts(text: CalendarText) -> OwnParts:
    """The alarms and the transparency in a text. Raises IcalError."""
    said: dict[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]] = {}
    parsed: dict[str, Component] = {}
    for part in text.tree.components():
        if part.name in _KINDS:
            alarms = [(each.to_bytes().decode("utf-8", "surrogateescape"), each) for each in part.components(ALARM)]
            notes = tuple(line for prop in part.properties if _is_note(prop) and (line := _text(prop)) is not None)
            said[_key(part)] = (_text(part.get(TRANSP)), tuple(written for written, _ in alarms), notes)
            parsed |= dict(alarms)
    return OwnParts(said, parsed)


def kept_parts(kept: bytes) -> OwnParts:
    """Reads what :meth:`OwnParts.kept` wrote. Raises IcalError where it cannot be read."""
    try:
        return OwnParts(
            {
                key: (transp, tuple(alarms), tuple(notes[0]) if notes else ())
                for key, (transp, alarms, *notes) in json.loads(kept).items()
            }
        )
    except (ValueError, TypeError, AttributeError):
        raise IcalError("what was kept cannot be read") from None


def laid(text: CalendarText, own: OwnParts | None) -> CalendarText:
    """*text* with those alarms and that transparency instead of its own. None: this reader has none yet, so there are
    no alarms, and it is busy or free as the text says. Raises IcalError."""
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
    """True where they say the same but for what is each reader's own, and for what programs write in passing. Raises
    IcalError."""
    return _said(one.tree) == _said(other.tree)


def _lay(component: Component, own: OwnParts | None) -> None:
    component.remove_if(lambda each: isinstance(each, Component) and each.name == ALARM)
    if own is None:
        return
    # An occurrence that was set apart since then is like the series.
    transp, alarms, notes = own.said.get(_key(component)) or own.said.get(_MASTER) or (None, (), ())
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


def _said(root: Component) -> list[object]:
    """Time zones and the program's name are left out: what they mean stands in the events."""
    return sorted((_content(each) for each in root.components() if each.name in _KINDS), key=repr)


def _content(component: Component) -> tuple[object, ...]:
    lines = sorted(
        (prop.name, tuple(sorted((name, tuple(values)) for name, values in prop.params)), prop.value)
        for prop in component.properties
        if prop.name not in _PASSING and prop.name != TRANSP and not _is_note(prop)
    )
    inner = sorted((_content(each) for each in component.components() if each.name != ALARM), key=repr)
    return (component.name, tuple(lines), tuple(inner))

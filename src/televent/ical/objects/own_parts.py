"""What of an event is each reader's own: alarms and transparency (CalendarServer sharing §5.5.4).

They are taken out of the text that one reader sends, kept beside it, and laid over the text that all share when that
reader looks. Everything else is everybody's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

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


def own_parts(text: bytes) -> bytes:
    """The alarms and the transparency in a text, in the form in which they are kept. Raises IcalError."""
    return _written(_own_of(parse(text)))


def laid(text: bytes, kept: bytes | None) -> bytes:
    """*text* with those alarms and that transparency instead of its own. None: this reader has none of his own yet, so
    he has no alarms, and it is busy or free as the text says. Raises IcalError."""
    if kept is None and _HINT.search(text) is None:
        return text
    root = parse(text)
    own = _read(kept) if kept is not None else None
    if own is not None and own == _own_of(root):
        return text
    for component in root.components():
        if component.name in _KINDS:
            _lay(component, own)
    return root.to_bytes()


def same_event(one: bytes, other: bytes) -> bool:
    """True where they say the same but for what is each reader's own, and for what programs write in passing. Raises
    IcalError."""
    return _said(parse(one)) == _said(parse(other))


def _own_of(root: Component) -> Own:
    return {
        _key(each): (
            _text(each.get(TRANSP)),
            tuple(alarm.to_bytes().decode("utf-8", "surrogateescape") for alarm in each.components(ALARM)),
            tuple(line for prop in each.properties if _is_note(prop) and (line := _text(prop)) is not None),
        )
        for each in root.components()
        if each.name in _KINDS
    }


def _lay(component: Component, own: Own | None) -> None:
    component.remove_if(lambda each: isinstance(each, Component) and each.name == ALARM)
    if own is None:
        return
    # An occurrence that was set apart since then is like the series.
    transp, alarms, notes = own.get(_key(component)) or own.get(_MASTER) or (None, (), ())
    standing = component.get(TRANSP)
    if _text(standing) != transp:
        new = None if transp is None else _line(component, transp)
        if standing is not None and new is not None:
            component.replace(standing, new)
        elif new is not None:
            component.add(new)
        else:
            component.drop(TRANSP)
    if tuple(map(_text, filter(_is_note, component.properties))) != notes:
        component.remove_if(lambda each: isinstance(each, Property) and _is_note(each))
        for note in notes:
            component.add(_line(component, note))
    for alarm in alarms:
        component.add(_component(alarm))


def _line(component: Component, written: str) -> Property:
    (prop,) = _component(f"BEGIN:{ALARM}\r\n{written}END:{ALARM}\r\n").properties
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


def _written(own: Own) -> bytes:
    # Where nothing is noted, nothing is written of it: so was all that was kept at first.
    return json.dumps(
        {key: [transp, list(alarms), *([list(notes)] if notes else [])] for key, (transp, alarms, notes) in own.items()}
    ).encode()


def _read(kept: bytes) -> Own:
    try:
        return {
            key: (transp, tuple(alarms), tuple(notes[0]) if notes else ())
            for key, (transp, alarms, *notes) in json.loads(kept).items()
        }
    except (ValueError, TypeError, AttributeError):
        raise IcalError("what was kept cannot be read") from None

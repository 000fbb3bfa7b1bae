"""Properties that a client sets: read from XML into what is stored (RFC 4918 §4.3, §9.2)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field

from televent.adapters.caldav.properties.live import attributes_key
from televent.adapters.caldav.properties.table import PROTECTED
from televent.adapters.caldav.webdav.names import c, d, empty
from televent.adapters.caldav.webdav.xml_in import Element, attributes, child, children, inner, name_of
from televent.ical.errors import IcalError
from televent.ical.tree import parse

_TRANSP = c("schedule-calendar-transp")
_TIMEZONE = c("calendar-timezone")


@dataclass(slots=True)
class Changes:
    """``put`` and ``gone`` as the calendar keeps them. ``refused`` maps a name to the precondition it fails, as XML;
    ``names`` are all names, in the order of the request."""

    put: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)

    def set(self, element: Element) -> None:
        """One property to be set."""
        name = name_of(element)
        self.names[name] = None
        if name in PROTECTED:
            self.refused[name] = empty(d("cannot-modify-protected-property"))
            return
        fault = _fault(name, element)
        if fault is not None:
            self.refused[name] = fault
            return
        self.put[name] = inner(element)
        self.gone.discard(name)
        written = attributes(element)
        key = attributes_key(name)
        if written:
            self.put[key] = written
            self.gone.discard(key)
        else:
            self.put.pop(key, None)
            self.gone.add(key)

    def remove(self, element: Element) -> None:
        """One property to be removed; what is not there is no error."""
        name = name_of(element)
        self.names[name] = None
        if name in PROTECTED:
            self.refused[name] = empty(d("cannot-modify-protected-property"))
            return
        for key in (name, attributes_key(name)):
            self.put.pop(key, None)
            self.gone.add(key)


def instructions(root: Element) -> Iterator[tuple[bool, Element]]:
    """Each property of a propertyupdate, mkcalendar or mkcol, in document order; True: to be set (RFC 4918 §9.2)."""
    for instruction in children(root):
        name = name_of(instruction)
        if name in (d("set"), d("remove")):
            prop = child(instruction, d("prop"))
            for each in children(prop) if prop is not None else ():
                yield name == d("set"), each


def timezone_text(stored: str) -> str:
    """A stored calendar-timezone as the iCalendar text that it is."""
    return html.unescape(stored)


def _fault(name: str, element: Element) -> str | None:
    """The precondition that a value fails."""
    if name == _TIMEZONE:
        # RFC 4791 §5.2.2: an iCalendar object with exactly one VTIMEZONE.
        try:
            zones = parse((element.text or "").strip().encode()).components("VTIMEZONE")
        except IcalError:
            zones = []
        return None if len(zones) == 1 else empty(c("valid-calendar-data"))
    if name == _TRANSP:
        wanted = [name_of(each) for each in children(element)]
        return None if wanted in ([c("opaque")], [c("transparent")]) else empty(d("cannot-modify-protected-property"))
    return None

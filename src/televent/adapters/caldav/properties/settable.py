"""Reads the properties that a client sets, from XML into the stored form (RFC 4918 §4.3, §9.2)."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from televent.adapters.caldav.properties.extensions.default_alarms import DEFAULT_ALARMS
from televent.adapters.caldav.properties.live import attributes_key
from televent.adapters.caldav.properties.rfc6638 import DEFAULT_CALENDAR
from televent.adapters.caldav.properties.rfc7809 import TIMEZONE, TIMEZONE_ID
from televent.adapters.caldav.properties.rfc7953 import APPLE_AVAILABILITY, AVAILABILITY
from televent.adapters.caldav.properties.table import PROTECTED
from televent.adapters.caldav.webdav.names import c, d, empty
from televent.adapters.caldav.webdav.xml_in import Element, attributes, child, children, inner, name_of, text_of
from televent.ical.objects.default_alarms import check_alarms
from televent.ical.objects.zone_references import check_zone, tzid_of, zone_text
from televent.ical.queries.availability import check_availability
from televent.ical.text.characters import check_characters
from televent.ical.text.errors import IcalError

_TRANSP = c("schedule-calendar-transp")


_OTHER = {TIMEZONE: TIMEZONE_ID, TIMEZONE_ID: TIMEZONE}
"""Two properties for the same zone (RFC 7809 §3.1.5). The server stores the one that was set last and computes the
other."""


@dataclass(slots=True)
class Changes:
    """The changes that one request asks for.

    ``put`` has the values to store and ``gone`` the keys to remove, both in the calendar's stored form. ``refused``
    maps a name to the precondition that it fails, as XML. ``names`` are all names in the order of the request."""

    put: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    inbox: bool = False
    """True if the request changes the inbox."""
    default_calendar: str | None = None
    """The requested URL of the default calendar (RFC 6638 §9.2); None: no change."""

    def set(self, element: Element) -> None:
        """Adds a property to set."""
        name = name_of(element)
        self.names[name] = None
        if name == DEFAULT_CALENDAR and self.inbox:
            self.default_calendar = text_of(child(element, d("href"))).strip()
            self._check_default_calendar()
            return
        if name in PROTECTED:
            self.refused[name] = empty(d("cannot-modify-protected-property"))
            return
        fault = _fault(name, element)
        if fault is not None:
            self.refused[name] = fault
            return
        other = _OTHER.get(name)
        if other is not None:
            if name == TIMEZONE_ID and tzid_of(property_text(self.put.get(TIMEZONE, "")).encode()) == _text(element):
                return  # the same request sets the same zone as a VTIMEZONE
            self._drop(other)
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
        """Adds a property to remove. A property that does not exist is no error."""
        name = name_of(element)
        self.names[name] = None
        if name == DEFAULT_CALENDAR and self.inbox:
            self.default_calendar = ""
            self._check_default_calendar()
            return
        if name in PROTECTED:
            self.refused[name] = empty(d("cannot-modify-protected-property"))
            return
        self._drop(name)
        if name in _OTHER:
            self._drop(_OTHER[name])

    def _check_default_calendar(self) -> None:
        """Refuses to remove the default calendar: there is always one (RFC 6638 §4.3.1.1)."""
        if self.default_calendar:
            self.refused.pop(DEFAULT_CALENDAR, None)
        else:
            self.refused[DEFAULT_CALENDAR] = empty(c("default-calendar-needed"))

    def _drop(self, name: str) -> None:
        for key in (name, attributes_key(name)):
            self.put.pop(key, None)
            self.gone.add(key)


def instructions(root: Element) -> Iterator[tuple[bool, Element]]:
    """Each property of a propertyupdate, mkcalendar or mkcol in document order, with True to set it and False to remove
    it (RFC 4918 §9.2)."""
    for instruction in children(root):
        name = name_of(instruction)
        if name in (d("set"), d("remove")):
            prop = child(instruction, d("prop"))
            for each in children(prop) if prop is not None else ():
                yield name == d("set"), each


def property_text(stored: str) -> str:
    """The plain text of a stored property that contains iCalendar, such as calendar-timezone."""
    return html.unescape(stored)


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _fault(name: str, element: Element) -> str | None:
    """The precondition that a value fails, as XML; None if the value is valid."""
    if name == TIMEZONE:
        return _ical_fault(check_zone, element)
    if name == TIMEZONE_ID:
        # RFC 7809 §3.1.5: the id of a time zone that the server knows.
        return None if zone_text(_text(element)) is not None else empty(c("valid-timezone"))
    if name == _TRANSP:
        wanted = [name_of(each) for each in children(element)]
        return None if wanted in ([c("opaque")], [c("transparent")]) else empty(d("cannot-modify-protected-property"))
    if name in (AVAILABILITY, APPLE_AVAILABILITY):
        return _ical_fault(check_availability, element)
    if name in DEFAULT_ALARMS:
        return _ical_fault(check_alarms, element)
    return None


def _ical_fault(check: Callable[[bytes], None], element: Element) -> str | None:
    if len(element):
        return empty(c("valid-calendar-data"))
    text = (element.text or "").strip().encode()
    try:
        check_characters(text)
        check(text)
    except IcalError as error:
        return empty(c(error.precondition))
    return None

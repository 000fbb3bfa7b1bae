"""The time zone in which a report reads floating times (RFC 4791 §7.3, RFC 7809 §5.2)."""

from __future__ import annotations

from datetime import UTC, tzinfo

from televent.adapters.caldav.errors import precondition
from televent.adapters.caldav.properties.settable import property_text
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.xml_in import Element, child, text_of
from televent.application.read_models.calendars import CalendarRow
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import parse
from televent.ical.zones.tzid import resolve

_TIMEZONE, _TIMEZONE_ID = c("calendar-timezone"), c("calendar-timezone-id")


def asked_zone(root: Element) -> tzinfo | None:
    """The zone that a query names; None if it names none. Raises DavError 403 valid-timezone, valid-calendar-data."""
    named = child(root, c("timezone-id"))
    if named is not None:
        zone = resolve(text_of(named).strip())
        if zone is None:
            raise precondition("valid-timezone")
        return zone
    given = child(root, c("timezone"))
    if given is None:
        return None
    zone = _of_text(text_of(given))
    if zone is None:
        raise precondition("valid-calendar-data")
    return zone


def floating_zone(asked: tzinfo | None, row: CalendarRow | None, person: Person) -> tzinfo:
    """The query's zone, else the calendar's, else the person's, else UTC."""
    if asked is not None:
        return asked
    props = row.props if row is not None else {}
    if _TIMEZONE_ID in props:
        zone = resolve(props[_TIMEZONE_ID].strip())
        if zone is not None:
            return zone
    if _TIMEZONE in props:
        zone = _of_text(property_text(props[_TIMEZONE]))
        if zone is not None:
            return zone
    return resolve(person.account.timezone) or UTC


def _of_text(text: str) -> tzinfo | None:
    try:
        root = parse(text.strip().encode())
    except IcalError:
        return None
    zones = root.components("VTIMEZONE")
    tzid = zones[0].value("TZID") if len(zones) == 1 else None
    return resolve(tzid.strip(), root) if tzid else None

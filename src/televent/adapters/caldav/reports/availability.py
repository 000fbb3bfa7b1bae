"""Adds a person's availability to free/busy answers (RFC 7953 §5, §7.2.5)."""

from __future__ import annotations

from datetime import datetime

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.properties.rfc7953 import KEPT_AS
from televent.adapters.caldav.properties.settable import property_text
from televent.adapters.caldav.properties.view import Person
from televent.ical.queries.availability import apply_availability
from televent.ical.queries.freebusy import Period
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import parse


def with_availability(
    door: Door, person: Person, periods: list[Period], start: datetime, end: datetime
) -> list[Period]:
    """The busy ``periods`` and the times in [start, end) when the person is not available. The only source is the
    inbox's property, because no calendar stores VAVAILABILITY."""
    stored = door.backend.reads.principal_props(person.account.tenant).get(KEPT_AS)
    if stored is None:
        return periods
    try:
        return apply_availability(periods, [parse(property_text(stored).encode())], start, end)
    except IcalError:
        return periods

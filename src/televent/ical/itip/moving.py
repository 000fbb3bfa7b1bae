"""Gives an event, or one occurrence of a series, another time and place: RFC 5546 §3.2.2.1, RFC 5545 §3.8.2."""

from __future__ import annotations

from datetime import UTC, datetime

from televent.ical.itip.message import stamp
from televent.ical.itip.moments import moment_of
from televent.ical.itip.overlay import include, line_for
from televent.ical.itip.parts import Parts, line, occurrence, parts_to_edit
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, canonical, escape, written
from televent.ical.zones.moments import utc_of


def moved(
    stored: CalendarText,
    recurrence_id: str | None,
    *,
    start: Moment,
    end: Moment,
    place: str | None = None,
    dtstamp: datetime,
) -> CalendarText:
    """*stored* with another time, and with another place unless that is None.

    *recurrence_id* None: the single event; else an occurrence, which gets an override where it has none. A time is
    written in the zone of the event. The same object where it has no such event or occurrence. SEQUENCE stays, for the
    caller's PUT raises it. *dtstamp* is aware. Raises IcalError.
    """
    parts = parts_to_edit(stored)
    component = parts.get(recurrence_id)
    if component is None and recurrence_id is not None:
        component = occurrence(parts, recurrence_id)
        if component is not None:
            include(parts, [recurrence_id])
            parts.add(recurrence_id, component)
    if component is None:
        return stored
    put_times(component, parts, start, end)
    if place is not None:
        component.put("LOCATION", escape(place))
    component.put("DTSTAMP", stamp(dtstamp))
    return CalendarText.of_tree(parts.root)


def put_times(component: Component, parts: Parts, start: Moment, end: Moment) -> None:
    """Writes DTSTART and DTEND of *component*, which *parts* has or describes. No DTEND where *end* is *start*."""
    head = component.get("DTSTART")
    if head is None:
        component.add(line_for(component, line("DTSTART", written(start), _params(start))))
    elif parts.moment(head) != start:
        component.replace(head, line_for(component, at_time("DTSTART", start, parts, head)))
    component.drop("DURATION")
    tail = component.get("DTEND")
    if canonical(end) == canonical(start):
        component.drop("DTEND")
    elif tail is None or parts.moment(tail) != end:
        fresh = line_for(component, at_time("DTEND", end, parts, tail or head))
        if tail is None:
            component.add(fresh)
        else:
            component.replace(tail, fresh)


def at_time(name: str, moment: Moment, parts: Parts, like: Property | None) -> Property:
    """The property *name* with the value *moment*, in the zone of *like*; in UTC where that zone cannot say it.

    The hour that a clock change repeats has one name for two instants, and RFC 5545 §3.3.5 means the first.
    """
    tzid = like.param("TZID") if like is not None else None
    zone = parts.zones.get(tzid) if tzid else None
    if isinstance(moment, datetime) and moment.tzinfo is not None and tzid and zone is not None:
        local = moment.astimezone(zone)
        value = written(local.replace(tzinfo=None, fold=0))
        found = line(name, value, {"TZID": tzid})
        read = moment_of(found, parts.zones)
        if isinstance(read, datetime) and utc_of(read) == moment.astimezone(UTC):
            return found
    return line(name, written(moment), _params(moment))


def _params(moment: Moment) -> dict[str, str]:
    return {} if isinstance(moment, datetime) else {"VALUE": "DATE"}

"""calendar-query (RFC 4791 §7.8): the index preselects members by time span and component, then the filter decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from itertools import islice
from typing import Final

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.shown_text import ShownText
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.asked import Asked, asked_in
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.reports import calendar_data
from televent.adapters.caldav.reports.filter_xml import parse_filter
from televent.adapters.caldav.reports.zone import asked_zone, floating_zone
from televent.adapters.caldav.tree import Kind, encode
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import Element, child, text_of
from televent.adapters.caldav.webdav.xml_out import multistatus, status_response, streamed
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.ical.queries.query import (
    CompFilter,
    matches,
    only_component,
    only_time,
    required_component,
    required_span,
)
from televent.ical.text.errors import IcalError

_OBJECTS: Final = (Kind.OBJECT, Kind.INBOX_ITEM)


async def calendar_query(door: Door, request: Request, person: Person, root: Element) -> Response:
    """207 with the matching members of a calendar, or of all calendars for the home at Depth infinity. A missing Depth
    means 1 and not 0 as in §7.8, because clients that omit it want the members. Raises DavError."""
    wanted = parse_filter(root)
    zone = asked_zone(root)
    data = calendar_data.requested(root)
    target = request.target
    depth, most = request.depth("1"), _limit(root)
    # The answer only has calendar objects. A calendar at Depth 0 and the home at Depth 1 contain none.
    none = depth != "infinity" if target.kind is Kind.HOME else depth == "0" and target.kind not in _OBJECTS
    if none:
        return xml_response(207, multistatus(()), request)
    if target.kind is Kind.HOME:
        calendars = await door.home_calendars(person)
    else:
        calendars = [await door.calendar(request, person)]

    def responses() -> Iterator[str]:
        for calendar in calendars:
            floating = floating_zone(zone, calendar, person)
            asked = asked_of(root, request, data, floating)
            path = person.collection(calendar.name)
            if most is None and calendar.share is None and only_component(wanted) and target.kind not in _OBJECTS:
                # The fast path has no limit: with DAV:limit each match is counted, one by one.
                listing = asked.listing(path, person)
                for page in door.listed(calendar, listing.columns, required_component(wanted)):
                    yield from listing.written(page)
                continue
            for member in _candidates(door, calendar, wanted, data is not None, request, floating):
                if _fits(member, wanted, floating):
                    yield asked.response(ObjectView(path + encode(member.href), person, member))

    found = responses()
    return xml_response(207, streamed(found if most is None else _first(most, found, target.path)), request)


def _limit(root: Element) -> int | None:
    """The number in DAV:limit (RFC 5323 §5.17, RFC 6352 §10.6); None if there is none. Raises DavError 400."""
    element = child(root, d("limit"))
    if element is None:
        return None
    number = text_of(child(element, d("nresults"))).strip()
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 10 and int(number) > 0):
        raise DavError(400, text="DAV:nresults must be a positive number.")
    return int(number)


def _first(most: int, found: Iterator[str], path: str) -> Iterator[str]:
    """At most ``most`` responses, and a 507 for the request's URL if there are more."""
    yield from islice(found, most)
    if next(found, None) is not None:
        yield status_response(path, 507, "<D:number-of-matches-within-limits/>")


def asked_of(root: Element, request: Request, data: Element | None, floating: tzinfo) -> Asked:
    """The properties that a calendar report asks for. If it names none, they are the ETag and, with a calendar-data
    outside of DAV:prop, the data."""
    extra = {calendar_data.NAME: calendar_data.getter(data, floating, ShownText(request))} if data is not None else {}
    if any(child(root, d(each)) is not None for each in ("prop", "allprop", "propname")):
        asked = asked_in(root, minimal=request.minimal, extra=extra)
        if data is None or calendar_data.NAME in (asked.names or ()):
            return asked
    names = (calendar_data.NAME,) if data is not None else ()
    return Asked((d("getetag"), *names), minimal=request.minimal, extra=extra)


def _candidates(
    door: Door, calendar: CalendarRow, wanted: CompFilter, with_text: bool, request: Request, floating: tzinfo
) -> Iterator[ResourceRow]:
    if request.target.kind in _OBJECTS:
        found = door.some(calendar, [request.target.name])
        if not found:
            raise DavError(404)
        yield found[0]
        return
    component = required_component(wanted)
    start, end = required_span(wanted)
    if not with_text and only_component(wanted):
        for row in door.members(calendar, with_text=False):
            if component is None or row.component == component:
                yield row
        return
    # If the index is certain about a member, its text is only read for the answer or for other conditions.
    text = with_text or not only_time(wanted)
    yield from door.overlapping(calendar, start, end, component, zone=floating, with_text=text)


def _fits(member: ResourceRow, wanted: CompFilter, floating: tzinfo) -> bool:
    if only_component(wanted):
        component = required_component(wanted)
        return component is None or member.component == component
    if member.certain and only_time(wanted):
        return True
    try:
        return matches(member.text.tree, wanted, floating)
    except IcalError:
        # The series has more instances than the server expands, so the index's answer is the best one.
        return True

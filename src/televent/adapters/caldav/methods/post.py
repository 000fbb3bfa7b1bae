"""POST: free/busy of others to the scheduling outbox (RFC 6638 §5); to a calendar, a new member (RFC 5995) or
sharing; to the home, sharing; to all of them, subscriptions (WebDAV-Push)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from televent.adapters.caldav.discovery import PUSHING
from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.methods.add_member import add_member
from televent.adapters.caldav.methods.push_register import is_push_register, register
from televent.adapters.caldav.methods.put import media_type
from televent.adapters.caldav.methods.share import invite_reply, share
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports.availability import with_availability
from televent.adapters.caldav.reports.free_busy import busy_in, check_span, opaque
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.text import octets
from televent.adapters.caldav.webdav.xml_out import document, href
from televent.ical.errors import IcalError
from televent.ical.freebusy import compose_freebusy
from televent.ical.reading import address_of, moment_of, utc_of
from televent.ical.tree import Component, Property, parse

MAX_RECIPIENTS: Final = 100


KINDS: Final = frozenset({Kind.OUTBOX}) | PUSHING


async def post(door: Door, request: Request, person: Person) -> Response:
    """What is posted depends on where, and a subscription to what changes is the same everywhere."""
    if request.target.kind is Kind.CALENDAR and media_type(request) == "text/calendar":
        return await add_member(door, request, person)
    if is_push_register(request):
        return await register(door, request, person)
    if request.target.kind is Kind.CALENDAR:
        return await share(door, request, person)
    if request.target.kind is Kind.HOME:
        return await invite_reply(door, request, person)
    if request.target.kind is Kind.OUTBOX:
        return await _outbox(door, request, person)
    raise DavError(415, text="Nothing of that kind can be posted here.")


async def _outbox(door: Door, request: Request, person: Person) -> Response:
    """200 with a schedule-response: one answer for each attendee (§10)."""
    return await door.run(_post, door, request, person)


def _post(door: Door, request: Request, person: Person) -> Response:
    root, part = _request(request.body)
    start, end = _bound(root, part, "DTSTART", person), _bound(root, part, "DTEND", person)
    organizer, attendees = part.get("ORGANIZER"), part.all("ATTENDEE")
    if start is None or end is None or end <= start or organizer is None or not attendees:
        raise precondition("valid-scheduling-message", 400)
    if address_of(organizer) not in person.addresses and not organizer.value.endswith(person.principal):
        raise precondition("organizer-allowed")
    if len(attendees) > MAX_RECIPIENTS:
        raise precondition("max-attendees-per-instance")
    check_span(start, end)
    rows = "".join(_answer(door, part, organizer, each, start, end) for each in attendees)
    return xml_response(200, document("C:schedule-response", rows))


def _bound(root: Component, part: Component, name: str, person: Person) -> datetime | None:
    """A bound of the time asked about. It must be in UTC (RFC 5545 §3.6.4); some clients write local times, which mean
    the person's own."""
    given = part.get(name)
    value = moment_of(given, root, {}) if given is not None else None
    return utc_of(value, floating_zone(None, None, person)) if value is not None else None


def _request(body: bytes) -> tuple[Component, Component]:
    """The object, and the VFREEBUSY of a REQUEST in it (RFC 5546 §3.3.2)."""
    try:
        root = parse(body)
    except IcalError:
        raise precondition("valid-calendar-data") from None
    parts = root.components("VFREEBUSY")
    if (root.value("METHOD") or "").strip().upper() != "REQUEST" or len(parts) != 1:
        raise precondition("valid-scheduling-message", 400)
    return root, parts[0]


def _answer(
    door: Door, part: Component, organizer: Property, attendee: Property, start: datetime, end: datetime
) -> str:
    recipient = f"<C:recipient>{href(attendee.value)}</C:recipient>"
    account = door.office.account_of_address(address_of(attendee))
    if account is None:
        # RFC 5546 §3.6: not a calendar user here. Whose calendar is elsewhere cannot be asked.
        return f"<C:response>{recipient}<C:request-status>3.7;Invalid calendar user</C:request-status></C:response>"
    there = Person(account, door.office.addresses_of(account), "")
    periods = busy_in(door, there, opaque(door.calendars(there)), start, end)
    periods = with_availability(door, there, periods, start, end)
    text = compose_freebusy(
        periods,
        start,
        end,
        dtstamp=door.office.clock(),
        uid=part.value("UID") or str(door.office.ids()),
        method="REPLY",
        organizer=organizer.value,
        attendee=attendee.value,
    )
    return (
        f"<C:response>{recipient}<C:request-status>2.0;Success</C:request-status>"
        f"<C:calendar-data>{octets(text)}</C:calendar-data></C:response>"
    )

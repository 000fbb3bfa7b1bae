"""POST to the scheduling outbox: a request for the free/busy times of others (RFC 6638 §5, RFC 5546 §3.3.2).

The body names the attendees. Older clients also send the headers Originator and Recipient of the drafts before the RFC;
the server ignores them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from televent.adapters.caldav.door.calendar_body import calendar_data
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import precondition, sentence
from televent.adapters.caldav.http import Request, Response, xml_response
from televent.adapters.caldav.properties.rfc4791 import MAX_ASKED
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports.availability import with_availability
from televent.adapters.caldav.reports.free_busy import busy_in, check_span, opaque
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.webdav.text import escape_bytes
from televent.adapters.caldav.webdav.xml_out import document, verbatim_href
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.free_busy import may_be_asked
from televent.ical.objects.reading import address_of
from televent.ical.queries.freebusy import compose_freebusy
from televent.ical.text.characters import check_characters
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property, parse
from televent.ical.text.values import unescape
from televent.ical.zones.moments import moment_of, utc_of

MASK: Final = "X-CALENDARSERVER-MASK-UID"
"""The property with which Apple's clients name the event that is being edited; that event does not count as busy."""
SUCCESS: Final = "2.0;Success"
INVALID_USER: Final = "3.7;Invalid calendar user"
"""RFC 5546 §3.6.20: the status for an unknown address. Attendees of other servers get it too, because this server
cannot ask them."""


NO_AUTHORITY: Final = "3.8;No authority"
"""RFC 5546 §3.6.21, RFC 6638 §11.3: the status if the attendee does not allow the request. Only clients that know
already that the account exists get it (application.use_cases.free_busy)."""


async def ask_free_busy(door: Door, request: Request, person: Person) -> Response:
    """200 with a schedule-response that has one entry for each attendee (§10)."""
    return await door.run(_ask, door, request, person)


def _ask(door: Door, request: Request, person: Person) -> Response:
    root, part = _message(calendar_data(request))
    start, end = _bound(root, part, "DTSTART", person), _bound(root, part, "DTEND", person)
    organizers, attendees = part.all("ORGANIZER"), part.all("ATTENDEE")
    if len(organizers) != 1 or not attendees:
        raise precondition("valid-scheduling-message", 400)
    # §11.4: the organizer must be the signed-in person. This is checked before the times and the attendees.
    organizer = organizers[0]
    if _address(door, request, organizer) not in person.addresses:
        raise precondition("valid-organizer")
    if start is None or end is None or end <= start:
        raise precondition("valid-scheduling-message", 400)
    asked: dict[str, Property] = {}
    for each in attendees:
        asked.setdefault(_address(door, request, each), each)
    if len(asked) > MAX_ASKED:
        raise precondition("max-attendees-per-instance")
    check_span(start, end)
    accounts = door.backend.people.accounts_of_addresses(asked)
    answering = may_be_asked(door.backend, person.account, accounts)
    masked_uid = unescape(part.value(MASK) or "").strip() or None
    question = _Question(door, part, organizer.value, start, end, masked_uid)
    rows = [question.answer(each, accounts.get(address), answering.get(address)) for address, each in asked.items()]
    return xml_response(200, document("C:schedule-response", "".join(rows)))


def _message(body: bytes) -> tuple[Component, Component]:
    """The parsed body and its single VFREEBUSY (RFC 5546 §3.3.2). Raises DavError if the body is not such a REQUEST."""
    try:
        check_characters(body)
        root = parse(body)
    except IcalError as error:
        raise precondition("valid-calendar-data", text=sentence(str(error))) from None
    parts = root.components("VFREEBUSY")
    others = any(root.components(name) for name in ("VEVENT", "VTODO", "VJOURNAL"))
    if (root.value("METHOD") or "").strip().upper() != "REQUEST" or len(parts) != 1 or others:
        raise precondition("valid-scheduling-message", 400)
    return root, parts[0]


def _bound(root: Component, part: Component, name: str, person: Person) -> datetime | None:
    """The start or end of the requested time; None if it is missing. It should be in UTC (RFC 5545 §3.6.4); a local
    time is read in the person's own zone, because some clients send that."""
    given = part.get(name)
    value = moment_of(given, root, {}) if given is not None else None
    return utc_of(value, floating_zone(None, None, person)) if value is not None else None


def _address(door: Door, request: Request, prop: Property) -> str:
    """The address in the form that is compared; for a principal's URL on this server its path (§2.4.1)."""
    address = address_of(prop)
    if not address.startswith(("http://", "https://")):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    ours = {request.headers.get("host", "").lower(), urlsplit(door.public_url or "").netloc.lower()}
    return parts.path if parts.netloc in ours else address


class _Question:
    """The part of the request that is the same for all attendees."""

    def __init__(
        self, door: Door, part: Component, organizer: str, start: datetime, end: datetime, masked_uid: str | None
    ) -> None:
        self._door, self._organizer, self._masked_uid = door, organizer, masked_uid
        self._start, self._end = start, end
        self._uid = part.value("UID") or str(door.backend.ids())

    def answer(self, attendee: Property, account: AccountRow | None, answers: bool | None) -> str:
        """The CALDAV:response for one attendee (§10.2). ``answers`` True: the attendee allows the request; False: the
        attendee does not; None: the client must not learn that the account exists."""
        if account is None or answers is None:
            return _response(attendee, INVALID_USER)
        if not answers:
            return _response(attendee, NO_AUTHORITY)
        return _response(attendee, SUCCESS, self._busy(attendee, account))

    def _busy(self, attendee: Property, account: AccountRow) -> bytes:
        door, start, end = self._door, self._start, self._end
        there = Person(account, door.backend.people.addresses_of, "")
        periods = busy_in(door, there, opaque(door.calendars(there)), start, end, self._masked_uid)
        return compose_freebusy(
            with_availability(door, there, periods, start, end),
            start,
            end,
            dtstamp=door.backend.clock(),
            uid=self._uid,
            method="REPLY",
            organizer=self._organizer,
            attendee=attendee.value,
        )


def _response(attendee: Property, status: str, data: bytes | None = None) -> str:
    """A CALDAV:response. The recipient has the same spelling as in the request, because clients match by it."""
    content = f"<C:calendar-data>{escape_bytes(data)}</C:calendar-data>" if data is not None else ""
    recipient = f"<C:recipient>{verbatim_href(attendee.value)}</C:recipient>"
    return f"<C:response>{recipient}<C:request-status>{status}</C:request-status>{content}</C:response>"

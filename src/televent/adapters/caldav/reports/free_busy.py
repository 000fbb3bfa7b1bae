"""free-busy-query (RFC 4791 §7.10), and the busy times of a person's calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError
from televent.adapters.caldav.http import Request, Response
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.reports.filter_xml import time_range
from televent.adapters.caldav.reports.zone import floating_zone
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.xml_in import Element, child
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import ResourceRow
from televent.domain.sharing.access import BUSY
from televent.ical.queries.freebusy import Period, busy_periods, compose_freebusy, merged
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.zones.moments import utc_of

MAX_SPAN: Final = timedelta(days=3 * 366)
"""Max time between start and end of a free/busy request."""
PAGE: Final = 200
"""Max texts that are read at once."""
_TRANSP: Final = c("schedule-calendar-transp")


async def free_busy_query(door: Door, request: Request, person: Person, root: Element) -> Response:
    """200 with one VFREEBUSY for a calendar, or for all calendars of a home that count as busy. Raises DavError."""
    span = time_range(child(root, c("time-range")))
    if span is None or span.start is None or span.end is None:
        raise DavError(400, text="free-busy-query needs a time-range with start and end.")
    check_span(span.start, span.end)
    if request.target.kind is Kind.HOME:
        calendars: list[CalendarRow] = opaque(await door.home_calendars(person))
    else:
        calendars = [await door.calendar(request, person, privilege=BUSY)]
    text = await door.run(_answer, door, person, calendars, span.start, span.end)
    return Response(200, text, [(b"content-type", b"text/calendar; charset=utf-8; component=VFREEBUSY")])


def check_span(start: datetime, end: datetime) -> None:
    """Raises DavError 403 for a span of more than MAX_SPAN."""
    if end - start > MAX_SPAN:
        raise DavError(403, "<D:number-of-matches-within-limits/>")


def _answer(door: Door, person: Person, calendars: list[CalendarRow], start: datetime, end: datetime) -> bytes:
    periods = busy_in(door, person, calendars, start, end)
    return compose_freebusy(periods, start, end, dtstamp=door.backend.clock(), uid=str(door.backend.ids()))


def opaque(calendars: Iterable[CalendarRow]) -> list[CalendarRow]:
    """The calendars whose events count as busy (RFC 6638 §9.1)."""
    return [row for row in calendars if "transparent" not in row.props.get(_TRANSP, "")]


def busy_in(
    door: Door,
    person: Person,
    calendars: Iterable[CalendarRow],
    start: datetime,
    end: datetime,
    without: str | None = None,
) -> list[Period]:
    """The busy periods of a person in [start, end) in these calendars, merged. Events with the UID ``without`` do not
    count. The index has most periods; only the texts of events about which it is not certain are read."""
    found: list[Period] = []
    for row in calendars:
        me = _addresses(door, person, row)
        zone = floating_zone(None, row, person)
        if isinstance(row, PastCalendar) or (row.share is not None and row.share.seq):
            # The index has the owner's transparency only. The sharee may have set another one for an event. And it has
            # no past.
            texts = _parsed(each for each in door.timed(row, start, end, zone) if each.uid != without)
            found += busy_periods(texts, start, end, me=me, floating_zone=zone)
            continue
        known = door.backend.reads.busy(row.tenant, row.calendar_id, start, end, zone, without=without)
        found += [Period(*each) for each in known.periods]
        for first, last, kind in known.floats:
            begin, finish = utc_of(first.replace(tzinfo=None), zone), utc_of(last.replace(tzinfo=None), zone)
            found.append(Period(max(begin, start), min(finish, end), kind))
        if known.unclear:
            found += busy_periods(_events(door, row, known.unclear), start, end, me=me, floating_zone=zone)
    return merged(found)


def _addresses(door: Door, person: Person, row: CalendarRow) -> frozenset[str]:
    """The addresses whose PARTSTAT counts: the person's, or the owner's for a shared calendar."""
    if row.share is None:
        return frozenset(person.addresses)
    owner = door.backend.reads.account(row.tenant)
    return frozenset(door.backend.people.addresses_of(owner)) if owner is not None else frozenset()


def _events(door: Door, row: CalendarRow, names: Sequence[str]) -> Iterator[Component]:
    for page in range(0, len(names), PAGE):
        yield from _parsed(door.whole(row, names[page : page + PAGE]))


def _parsed(rows: Iterable[ResourceRow]) -> Iterator[Component]:
    for row in rows:
        try:
            yield row.text.tree
        except IcalError:
            continue

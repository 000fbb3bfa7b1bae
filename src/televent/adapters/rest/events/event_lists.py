"""Lists of events as answers: found, sorted, cut into pages, encoded, in one hop to a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from televent.adapters.rest.events.encoded import ENCODED, Encoded, EncodedEvents
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.fields import only
from televent.adapters.rest.mapping.times import instant_in
from televent.adapters.rest.mapping.wrong import wrong
from televent.adapters.rest.paging import Key, page_of
from televent.application.backend import Backend
from televent.application.past.names import PastName
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import UnknownCalendar
from televent.application.use_cases.calendars.events_in import FoundEvent, events_in, with_texts
from televent.application.use_cases.calendars.past_calendar import calendar_at
from televent.application.use_cases.calendars.shared_past import shared_calendar_at
from televent.application.use_cases.calendars.which_calendar import calendar_seen, calendars_seen
from televent.domain.ids import AccountId
from televent.ical.text.errors import IcalError
from televent.ical.zones.moments import utc_of

MAX_RANGE: Final = timedelta(days=400)
"""Max length of the time that a list is about."""
USUAL_RANGE: Final = timedelta(days=31)
SORTS: Final[dict[str, Callable[[Encoded, ZoneInfo], str]]] = {
    "start_time": lambda each, zone: utc_of(each.start, zone).isoformat(),
    "end_time": lambda each, zone: utc_of(each.end, zone).isoformat(),
    "title": lambda each, _: each.title.casefold(),
    "created_at": lambda each, _: each.created_at.isoformat(),
}


@dataclass(frozen=True, slots=True)
class Query:
    """The question of a request. ``sort``: one of SORTS, with "-" before it for the last first. ``coming``: only events
    that take place and begin in that time. ``as_of``: the calendar as it stood then."""

    start: datetime
    end: datetime
    calendar_id: UUID | None = None
    expand: bool = False
    sort: str = "start_time"
    limit: int = 100
    cursor: str | None = None
    fields: Collection[str] | None = None
    coming: bool = False
    as_of: datetime | None = None


def range_of(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The time of a list: from now on for a month, where a request does not say it. Raises ValidationException."""
    start = None if start is None else instant_in(start, "start")
    end = None if end is None else instant_in(end, "end")
    first = start if start is not None else now if end is None else end - USUAL_RANGE
    last = end if end is not None else first + USUAL_RANGE
    if not first < last:
        raise wrong("end", "The end is after the start.")
    if last - first > MAX_RANGE:
        raise wrong("end", f"At most {MAX_RANGE.days} days.")
    return first, last


def list_events(backend: Backend, tenant: AccountId, query: Query) -> Answer:
    """The page of events that a request asks for. Raises UnknownCalendar, TooManyEvents, ValidationException."""
    account = backend.people.account(tenant)
    if query.as_of is not None:
        calendars: list[CalendarRow] = [_as_it_stood(backend, tenant, query.calendar_id, query.as_of)]
    elif query.calendar_id is not None:
        calendars = [calendar_seen(backend, tenant, query.calendar_id)]
    else:
        calendars = calendars_seen(backend, tenant)
    # The numbers of versions in the past are others.
    memory = ENCODED if query.as_of is None else EncodedEvents()
    found = events_in(
        backend,
        account,
        calendars,
        start=query.start,
        end=query.end,
        expand=query.expand,
        with_text=lambda calendar: not memory.has_some_of(calendar.calendar_id),
    )
    zone = ZoneInfo(account.timezone)
    value = SORTS[query.sort.removeprefix("-")]
    items: list[tuple[Key, Encoded]] = []
    for each, encoded in _encoded(backend, calendars, found, memory):
        if query.coming and not (encoded.takes_place and utc_of(encoded.start, zone) >= query.start):
            continue
        rid = each.at[0] if each.at is not None else None
        items.append(((value(encoded, zone), f"{each.row.stream_id}/{rid or ''}"), encoded))
    page = page_of(items, order=query.sort, limit=query.limit, cursor=query.cursor)
    answer = page_answer([only(each.body, query.fields) for each in page.items], page.cursor)
    # A shared calendar's events depend on rows of others, too.
    own = query.as_of is None and all(each.share is None for each in calendars)
    return replace(answer, lasting=own)


def page_answer(bodies: list[bytes], cursor: str | None) -> Answer:
    """A page of encoded events as an answer."""
    body = b'{"events":[' + b",".join(bodies) + b'],"next_cursor":' + msgspec.json.encode(cursor) + b"}"
    return Answer(200, body)


def _encoded(
    backend: Backend, calendars: list[CalendarRow], found: list[FoundEvent], memory: EncodedEvents
) -> Iterator[tuple[FoundEvent, Encoded]]:
    """The events as JSON. One that cannot be read any more is left out."""
    missing: dict[UUID, dict[UUID, FoundEvent]] = {}
    for each in found:
        known = memory.known(each.row, each.me, each.at)
        if known is not None:
            yield each, known
        elif each.row.ics is None:
            missing.setdefault(each.row.calendar_id, {})[each.row.stream_id] = each
        elif (made := _made(each, memory)) is not None:
            yield each, made
    for calendar in calendars:
        asked = missing.get(calendar.calendar_id, {})
        for row in with_texts(backend, calendar, [each.row for each in asked.values()]):
            whole = FoundEvent(row, asked[row.stream_id].me) if row.stream_id in asked else None
            if whole is not None and (made := _made(whole, memory)) is not None:
                yield whole, made


def _made(each: FoundEvent, memory: EncodedEvents) -> Encoded | None:
    try:
        return memory.make(each.row, each.me, each.at)
    except IcalError:
        return None


def _as_it_stood(backend: Backend, tenant: AccountId, calendar_id: UUID | None, at: datetime) -> CalendarRow:
    """The calendar as it stood, an own one or a shared one. Raises UnknownCalendar, NotYetPast, PastTooLarge,
    ValidationException."""
    if calendar_id is None:
        raise wrong("calendar_id", "The past is read one calendar at a time.")
    now = calendar_seen(backend, tenant, calendar_id)
    if now.share is not None:
        found = shared_calendar_at(backend, now, at.astimezone(UTC))
    else:
        named = PastName(f"{now.name}@{at.isoformat()}", now.name, at.astimezone(UTC))
        found = calendar_at(backend.store, tenant, named, backend.clock())
    if found is None:
        raise UnknownCalendar()
    return found

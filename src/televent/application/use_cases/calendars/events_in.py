"""Finds the events in a time, in own and shared calendars, for a list of them: each once, or each occurrence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.past import PastCalendar
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import TooManyEvents
from televent.application.shared_view import seen
from televent.application.use_cases.calendars.shared_past import shown_then
from televent.domain.sharing.access import BUSY
from televent.ical.recurrence.occurrences import each_occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment

MAX_FOUND: Final = 10_000
"""Max events, or occurrences, that one list is made of."""
MAX_TEXTS: Final = 16 * 1024 * 1024
"""Max bytes of texts that a list holds at once."""
PAGE: Final = 200
"""Max texts that are read at once."""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event in the time that was asked for. ``row`` may be without its text. ``me``: the addresses of the calendar's
    owner. ``at``: id, start and end of an occurrence; None: the whole event."""

    row: ResourceRow
    me: frozenset[str]
    at: tuple[str | None, Moment, Moment] | None = None


def events_in(
    backend: Backend,
    account: AccountRow,
    calendars: Sequence[CalendarRow],
    *,
    start: datetime,
    end: datetime,
    expand: bool,
    with_text: Callable[[CalendarRow], bool] = lambda _: False,
    texts: int = MAX_TEXTS,
) -> list[FoundEvent]:
    """The events with an occurrence in [start, end), in no order; with ``expand`` each occurrence of a series.
    ``with_text``: whether the events of a calendar are to have their texts, which one statement reads with the rows.
    ``texts``: max bytes of all texts that are held.

    A series that costs too much to expand is there as a whole. Raises TooManyEvents, UnknownAccount.
    """
    zone = ZoneInfo(account.timezone)
    found: list[FoundEvent] = []
    held = 0
    for calendar in calendars:
        if calendar.share is not None and calendar.share.access == BUSY:
            # Its times count as busy time, and none of its events is shown.
            continue
        owner = account if calendar.tenant == account.tenant else backend.people.account(calendar.tenant)
        me = frozenset(backend.people.addresses_of(owner))
        for row in _rows(backend, calendar, start, end, zone, expand, with_text(calendar)):
            left = MAX_FOUND - len(found)
            events = islice(_of_row(row, me, start, end, zone, expand), left + 1)
            held += row.size if row.ics is not None else 0
            # With own times an event needs the text of the series for each; those are few.
            found += events if held <= texts else map(_without_text, events)
            if len(found) > MAX_FOUND:
                raise TooManyEvents()
    return found


def with_texts(backend: Backend, calendar: CalendarRow, rows: Sequence[ResourceRow]) -> Iterator[ResourceRow]:
    """The rows of an own calendar with their texts, in no order. One that was deleted meanwhile is left out."""
    for first in range(0, len(rows), PAGE):
        names = [row.href for row in rows[first : first + PAGE]]
        yield from backend.reads.resources(calendar.tenant, calendar.calendar_id, names)


def _rows(
    backend: Backend,
    calendar: CalendarRow,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    expand: bool,
    with_text: bool,
) -> Iterator[ResourceRow]:
    """The rows that may happen then. Without ``with_text`` one that is certainly there once has no text."""
    if isinstance(calendar, PastCalendar):
        then = calendar.overlapping(start, end, "VEVENT")
        yield from then if calendar.share is None else shown_then(backend, calendar.share, then)
        return
    tenant, calendar_id, share = calendar.tenant, calendar.calendar_id, calendar.share
    rows = backend.reads.overlapping(
        tenant, calendar_id, start, end, "VEVENT", zone=zone, with_text=with_text or share is not None
    )
    if share is not None:
        yield from seen(backend.reads, share, rows)
        return
    bare: list[ResourceRow] = []
    for row in rows:
        if row.ics is None and expand and row.recurs:
            bare.append(row)
        else:
            yield row
        if len(bare) == PAGE:
            yield from with_texts(backend, calendar, bare)
            bare.clear()
    yield from with_texts(backend, calendar, bare)


def _without_text(event: FoundEvent) -> FoundEvent:
    """The event as it is found without its text, which is read when it is needed. An occurrence, and an event of a
    shared calendar, keep theirs."""
    row = event.row
    plain = event.at is None and row.share is None
    return FoundEvent(replace(row, ics=None, known=None), event.me) if plain else event


def _of_row(
    row: ResourceRow, me: frozenset[str], start: datetime, end: datetime, zone: ZoneInfo, expand: bool
) -> Iterator[FoundEvent]:
    if row.ics is None or (row.certain and not (expand and row.recurs)):
        yield FoundEvent(row, me)
        return
    try:
        tree = row.text.tree
        if not (expand and row.text.reading.recurs):
            if next(each_occurrence(tree, start, end, floating_zone=zone), None) is not None:
                yield FoundEvent(row, me)
            return
        # All at once: where the expansion fails in its middle, the series is there as a whole.
        times = list(islice(each_occurrence(tree, start, end, floating_zone=zone), MAX_FOUND + 1))
    except IcalError:
        yield FoundEvent(row, me)
        return
    for each in times:
        yield FoundEvent(row, me, (each.recurrence_id, each.start, each.end))

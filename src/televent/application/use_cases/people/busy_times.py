"""When people are busy, for those who may know it, and when all of them are free. Nothing of their events is told."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.free_busy import may_be_asked
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.availability import apply_availability
from televent.ical.queries.freebusy import Period, busy_periods, merged
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.zones.moments import utc_of

MAX_ASKED: Final = 10
"""Max people of one question."""
_TRANSPARENT: Final = "{urn:ietf:params:xml:ns:caldav}schedule-calendar-transp"
_AVAILABILITY: Final = "inbox {urn:ietf:params:xml:ns:caldav}calendar-availability"

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Busy:
    """One of the people of a question. ``periods`` None: the asker may not know, or there is no such person here; which
    of the two is not told."""

    given: str
    name: str
    periods: Sequence[Period] | None


def people_named(backend: Backend, names: Sequence[str]) -> list[tuple[str, AccountRow | None]]:
    """The accounts of people by address or ``@username``, each with its name as it was given; None where there is no
    such account."""
    given = [each.strip() for each in names]
    rows = backend.people.accounts_of_addresses([each.lower() for each in given if not each.startswith("@")])
    known = backend.usernames.tenants([each[1:] for each in given if each.startswith("@")])
    by_id = {row.tenant: row for row in backend.reads.accounts_with([*known.values()])} if known else {}
    found: list[tuple[str, AccountRow | None]] = []
    for each in given:
        tenant = known.get(each[1:].lower()) if each.startswith("@") else None
        found.append((each, by_id.get(tenant) if tenant is not None else rows.get(each.lower())))
    return found


def busy_of(
    backend: Backend, asker: AccountRow, asked: Sequence[tuple[str, AccountRow | None]], start: datetime, end: datetime
) -> list[Busy]:
    """The busy times of people in [start, end), aware. ``asked``: each as the asker named them, with the account."""
    known = {backend.people.own_address(row): row for _, row in asked if row is not None}
    allowed = may_be_asked(backend, asker, known)
    found = []
    for given, row in asked[:MAX_ASKED]:
        if row is None or not allowed.get(backend.people.own_address(row), False):
            found.append(Busy(given, given, None))
        else:
            found.append(Busy(given, row.name, busy_times(backend, row, start, end)))
    return found


def busy_times(backend: Backend, account: AccountRow, start: datetime, end: datetime) -> list[Period]:
    """The busy times of one person in their own calendars, and the times when they are not available, merged."""
    me = frozenset(backend.people.addresses_of(account))
    zone = ZoneInfo(account.timezone)
    found: list[Period] = []
    for calendar in backend.reads.calendars(account.tenant):
        if "transparent" in calendar.props.get(_TRANSPARENT, ""):
            continue
        known = backend.reads.busy(account.tenant, calendar.calendar_id, start, end, zone)
        found += [Period(*each) for each in known.periods]
        for first, last, kind in known.floats:
            begin, finish = (utc_of(each.replace(tzinfo=None), zone) for each in (first, last))
            found.append(Period(max(begin, start), min(finish, end), kind))
        if known.unclear:
            rows = backend.reads.resources(account.tenant, calendar.calendar_id, known.unclear)
            texts = (tree for row in rows if (tree := _tree(row.text)) is not None)
            found += busy_periods(texts, start, end, me=me, floating_zone=zone)
    stored = backend.reads.principal_props(account.tenant).get(_AVAILABILITY)
    tree = _tree(CalendarText(html.unescape(stored).encode())) if stored is not None else None
    try:
        return apply_availability(merged(found), [tree], start, end) if tree is not None else merged(found)
    except IcalError:
        return merged(found)


def free_spans(busy: Iterable[Sequence[Period]], window: Span, length: timedelta) -> list[Span]:
    """The spans of at least ``length`` in the window in which nobody is busy, not even tentatively."""
    spans: list[Span] = []
    free_from = window[0]
    for period in sorted(period for periods in busy for period in periods):
        begin = min(period.start, window[1])
        if begin - free_from >= length:
            spans.append((free_from, begin))
        free_from = max(free_from, period.end)
    if window[1] - free_from >= length:
        spans.append((free_from, window[1]))
    return spans


def _tree(text: CalendarText) -> Component | None:
    try:
        return text.tree
    except IcalError:
        return None

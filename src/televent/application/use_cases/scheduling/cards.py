"""Reads what the card of a meeting shows: the event as it is now, whether it can be answered, and which dates wait for
an answer of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars.agenda import Entry, entry_of
from televent.application.use_cases.scheduling.removal import is_removed
from televent.domain.ids import AccountId
from televent.ical.itip.people import UNANSWERED
from televent.ical.objects.reading import Instance, Reading
from televent.ical.recurrence.occurrences import each_occurrence, next_occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment, moment
from televent.ical.zones.moments import utc_of

MAX_CANCELLED: Final = 50
"""Max cancelled occurrences that the search for the next occurrence skips."""
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a card: the copy of its owner, and the owner."""

    row: ResourceRow
    account: AccountRow


def rows_of(backend: Backend, tenant: AccountId, stream_id: UUID, account: AccountRow | None = None) -> Rows | None:
    """The rows of a card; None where there is no such event. ``account``: the owner's row, where the caller has read
    it. Raises UnknownAccount."""
    row = backend.reads.by_stream(tenant, stream_id)
    return Rows(row, account or backend.people.account(tenant)) if row is not None else None


@dataclass(frozen=True, slots=True)
class Card:
    """A meeting, or one occurrence of it, as its card shows it.

    ``entry`` has the times of ``recurrence_id``; where that is None, of the event, or of the next occurrence of a
    series. ``rule``: RRULE of the series, which begins at ``first``. ``waiting``: the coming occurrences with a
    question of their own, by time. ``removed``: of a cancelled one, it takes place without the reader.
    """

    entry: Entry
    recurrence_id: str | None
    state: Literal["open", "over", "cancelled"]
    rule: str | None
    waiting: tuple[str, ...]
    removed: bool = False
    first: Moment | None = None

    @property
    def open(self) -> bool:
        """Whether the reader was asked, and can still answer."""
        return self.state == "open" and self.entry.role == "attendee"

    @property
    def unanswered(self) -> bool:
        """Whether the organizer waits for an answer."""
        return self.open and (self.entry.partstat == UNANSWERED or bool(self.waiting))

    @property
    def recurs(self) -> bool:
        """Whether the event has several dates that can be answered one by one."""
        return self.entry.recurs


def card_of(
    backend: Backend,
    tenant: AccountId,
    stream_id: UUID,
    recurrence_id: str | None = None,
    *,
    now: datetime,
    read: Rows | None = None,
) -> Card | None:
    """The card of an event, or of one occurrence of it; None where there is no such event or occurrence. ``read``: the
    rows, where the caller has read them."""
    read = read or rows_of(backend, tenant, stream_id)
    if read is None or read.row.ics is None:
        return None
    row, account = read.row, read.account
    me, zone = frozenset(backend.people.addresses_of(account)), ZoneInfo(account.timezone)
    reading = row.text.reading
    part = _whole(row, now, zone) if recurrence_id is None else _occurrence(row, recurrence_id, now, zone)
    if part is None:
        return None
    entry = replace(
        entry_of(row.stream_id, reading, part.instance, me),
        recurrence_id=part.recurrence_id,
        start=part.start,
        end=part.end,
    )
    if part.recurrence_id is None and reading.master is not None:
        # The times are those of the next occurrence, which may have another answer than the series.
        entry = replace(entry, partstat=entry_of(row.stream_id, reading, reading.master, me).partstat)
    state: Literal["open", "over", "cancelled"] = "cancelled" if part.cancelled else "over" if part.over else "open"
    rule, first = (reading.master.rrule, reading.master.start) if reading.master is not None else (None, None)
    waiting = tuple(each for each in _waiting(reading, me, now, zone) if each != part.recurrence_id)
    removed = state == "cancelled" and is_removed(backend, tenant, stream_id)
    return Card(entry, part.recurrence_id, state, rule, waiting, removed, first)


def open_question(
    backend: Backend, tenant: AccountId, stream_id: UUID, *, now: datetime, read: Rows | None = None
) -> Card | None:
    """The card that a person has to answer first: of the event where that is unanswered, else of the first date that
    waits. None where there is no such event. ``read``: as in card_of."""
    read = read or rows_of(backend, tenant, stream_id)
    card = card_of(backend, tenant, stream_id, now=now, read=read) if read is not None else None
    if card is None or card.entry.partstat == UNANSWERED or not card.waiting:
        return card
    return card_of(backend, tenant, stream_id, card.waiting[0], now=now, read=read) or card


def dates_of(
    backend: Backend, tenant: AccountId, stream_id: UUID, *, now: datetime, limit: int
) -> list[tuple[str, Moment]]:
    """RECURRENCE-ID and start of the next occurrences of a series that are not cancelled, at most ``limit``."""
    row = backend.reads.by_stream(tenant, stream_id)
    if row is None or row.ics is None:
        return []
    zone = ZoneInfo(backend.people.account(tenant).timezone)
    return [(rid, start) for rid, _, start, _ in islice(_comings(row, now, zone), limit) if rid is not None]


def occurrence_on(backend: Backend, tenant: AccountId, stream_id: UUID, day: datetime, *, now: datetime) -> str | None:
    """The RECURRENCE-ID of the occurrence that starts within the 24 hours from ``day`` on; None where there is none."""
    for rid, start in dates_of(backend, tenant, stream_id, now=max(now, day - _SECOND), limit=1):
        zone = ZoneInfo(backend.people.account(tenant).timezone)
        if day <= utc_of(start, zone) < day + timedelta(days=1):
            return rid
    return None


def _waiting(reading: Reading, me: Collection[str], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """The coming overrides that the person has not answered, by time."""
    found = []
    for each in reading.overrides:
        mine = next((attendee for attendee in each.attendees if attendee.address in me), None)
        if mine is None or mine.partstat != UNANSWERED or each.status == "CANCELLED" or each.recurrence_id is None:
            continue
        if each.end is not None and each.start is not None and utc_of(each.end, zone) > now:
            found.append((utc_of(each.start, zone), each.recurrence_id))
    return (rid for _, rid in sorted(found))


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of an event that a card shows. ``recurrence_id`` None: the whole event."""

    recurrence_id: str | None
    instance: Instance
    start: Moment
    end: Moment
    cancelled: bool
    over: bool


def _whole(row: ResourceRow, now: datetime, zone: ZoneInfo) -> _Part:
    """The event, with the times of the next occurrence; of the first one where there is no next."""
    reading = row.text.reading
    instance = next(iter(reading.instances()))
    start, end = _times(instance)
    if len(reading.instances()) > 1 or reading.recurs:
        coming = next(_comings(row, now, zone), None)
        _, instance, start, end = coming if coming is not None else (None, instance, start, end)
    over = utc_of(end, zone) <= now
    if reading.recurs:
        last = reading.span[1]
        over = over and last is not None and last <= now
    return _Part(
        recurrence_id=None if reading.master is not None else instance.recurrence_id,
        instance=instance,
        start=start,
        end=end,
        cancelled=all(each.status == "CANCELLED" for each in reading.instances()),
        over=over and reading.component == "VEVENT",
    )


def _times(instance: Instance) -> tuple[Moment, Moment]:
    """Start and end of an instance. A to-do may have only one of them, or none, which is shown as 1970."""
    start = instance.start if instance.start is not None else instance.end
    start = start if start is not None else datetime(1970, 1, 1, tzinfo=UTC)
    return start, instance.end if instance.end is not None else start


def _comings(row: ResourceRow, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str | None, Instance, Moment, Moment]]:
    """The occurrences that start after ``now`` and are not cancelled, by time."""
    reading = row.text.reading
    by_id = {each.recurrence_id: each for each in reading.instances()}
    after, skipped = now, 0
    while skipped <= MAX_CANCELLED:
        try:
            found = next_occurrence(row.text.tree, after, floating_zone=zone)
        except IcalError:
            return  # a hostile series is shown with its first date
        if found is None:
            return
        after = utc_of(found.start, zone)
        instance = by_id.get(found.recurrence_id) or by_id.get(None)
        if instance is None or instance.status == "CANCELLED":
            skipped += 1
            continue
        yield found.recurrence_id, instance, found.start, found.end


def _occurrence(row: ResourceRow, rid: str, now: datetime, zone: ZoneInfo) -> _Part | None:
    """The occurrence of that RECURRENCE-ID; None where the event has none."""
    reading = row.text.reading
    instance = next((each for each in reading.overrides if each.recurrence_id == rid), None)
    times = _times(instance) if instance is not None else _planned(row, rid, zone)
    instance = instance or reading.master
    if times is None or instance is None:
        return None
    over = utc_of(times[1], zone) <= now and reading.component == "VEVENT"
    return _Part(rid, instance, *times, cancelled=instance.status == "CANCELLED", over=over)


def _planned(row: ResourceRow, rid: str, zone: ZoneInfo) -> tuple[Moment, Moment] | None:
    """The times of an occurrence without a component of its own; None where the series has none."""
    at = moment(rid)
    if at is None:
        return None
    first = utc_of(at, zone)
    try:
        found = each_occurrence(row.text.tree, first, first + _SECOND, floating_zone=zone)
        return next(((each.start, each.end) for each in found if each.recurrence_id == rid), None)
    except IcalError:
        return None

"""Searches a person's calendars, and those that others share with them, for events (ADR 86)."""

from __future__ import annotations

import base64
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.search import Rank, Wanted
from televent.application.shared_view import seen
from televent.application.use_cases.calendars.agenda import Entry, entry_of, occurrences_of, with_codes
from televent.application.use_cases.calendars.search_query import Question, Understood, understand
from televent.domain.ids import AccountId
from televent.domain.sharing.access import BUSY
from televent.ical.objects.sharees import PUBLIC, visibility
from televent.ical.recurrence.occurrences import next_occurrence
from televent.ical.search.texts import instance_words
from televent.ical.text.errors import IcalError
from televent.ical.zones.moments import utc_of

MAX_RESULTS: Final = 100
"""Max events of a page."""
MAX_OWNERS: Final = 20
"""Max people whose shared calendars are searched."""
ROUNDS: Final = 3
"""Max times that a page without events is followed by the next one: events may have changed since their words were
read."""
_FIRST, _LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The end of a page. ``now``: the time of the first page, which all later ones take for the present."""

    now: datetime
    after: Rank

    def __str__(self) -> str:
        """The cursor as clients keep it: 48 characters."""
        rank = self.after
        numbers = (int(self.now.timestamp()), 8), (rank.phase, 1), (rank.segment, 1), (rank.key, 8)
        packed = b"".join(number.to_bytes(size, signed=True) for number, size in numbers) + rank.stream_id.bytes
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor of a page; None for what is none."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(packed) != 34:
            return None
        now, phase, segment, key = (
            int.from_bytes(packed[a:b], signed=True) for a, b in ((0, 8), (8, 9), (9, 10), (10, 18))
        )
        if not (0 <= phase < 6 and 0 <= segment < 3 and abs(key) < 2**38):
            return None
        return Cursor(datetime.fromtimestamp(now, UTC), Rank(phase, segment, key, UUID(bytes=packed[18:])))
    except (ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that was found, and the calendar that has it."""

    entry: Entry
    calendar: CalendarRow


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results, the best first. ``next``: the cursor of the next page; None: this is the last one."""

    hits: tuple[Hit, ...]
    next: Cursor | None
    understood: Understood


@dataclass(frozen=True, slots=True)
class _Source:
    """An account whose calendars are searched. ``calendars``: by id; with a share where it is another's account."""

    tenant: AccountId
    calendars: Mapping[UUID, CalendarRow]


def search_events(
    backend: Backend, tenant: AccountId, question: Question, *, now: datetime, after: Cursor | None, limit: int
) -> Results:
    """The events that have all words of the question, in any order, ``limit`` of them at most. Raises UnknownAccount.

    Words in the title come before words in the place or of people, those before words of the description, and all
    before words with an error; among them, what is ahead comes before what is over, the nearest first. A series is one
    result.
    A change of a moment ago is found.
    """
    account = backend.people.account(tenant)
    zone = ZoneInfo(account.timezone)
    present = after.now if after is not None else now.replace(microsecond=0)
    understood = understand(question, present, zone)
    limit = min(limit, MAX_RESULTS)
    if understood.empty:
        return Results((), None, understood)
    sources = _sources(backend, tenant)
    for source in sources:
        backend.search.freshen(source.tenant)
    place, hits = after, tuple[Hit, ...]()
    for _ in range(ROUNDS):
        found = _ranked(backend, tenant, sources, understood, present, place.after if place else None, limit + 1, zone)
        page, more = found[:limit], len(found) > limit
        hits = _shown(backend, tenant, page, understood, present, zone)
        place = Cursor(present, page[-1][0]) if page and more else None
        if hits or place is None:
            break
    coded = with_codes(backend, tenant, [each.entry for each in hits])
    return Results(tuple(replace(hit, entry=entry) for hit, entry in zip(hits, coded, strict=True)), place, understood)


def _sources(backend: Backend, tenant: AccountId) -> list[_Source]:
    """The person's account, and those of the people who share calendars with them in full."""
    own = _Source(tenant, {each.calendar_id: each for each in backend.reads.calendars(tenant)})
    owners: dict[AccountId, dict[UUID, CalendarRow]] = {}
    for mount in backend.reads.mounts(tenant):
        if mount.share is None or mount.share.access == BUSY:
            continue
        if mount.tenant in owners or len(owners) < MAX_OWNERS:
            owners.setdefault(mount.tenant, {})[mount.calendar_id] = mount
    return [own, *(_Source(owner, calendars) for owner, calendars in owners.items())]


def _ranked(
    backend: Backend,
    tenant: AccountId,
    sources: Sequence[_Source],
    understood: Understood,
    now: datetime,
    after: Rank | None,
    limit: int,
    zone: ZoneInfo,
) -> list[tuple[Rank, _Source]]:
    found: list[tuple[Rank, _Source]] = []
    for source in sources:
        wanted = Wanted(
            tenant=source.tenant,
            calendars=tuple(source.calendars),
            terms=understood.terms,
            now=now,
            # A sharee must not learn by a search that a hidden event has a word.
            visible=source.tenant != tenant,
            start=understood.start,
            end=understood.end,
            zone=zone,
        )
        found += [(rank, source) for rank in backend.search.ranked(wanted, after, limit)]
    return heapq.nsmallest(limit, found, key=lambda each: each[0])


def _shown(
    backend: Backend,
    tenant: AccountId,
    page: Sequence[tuple[Rank, _Source]],
    understood: Understood,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Hit, ...]:
    """The events of a page as the person may see them now."""
    rows = backend.search.texts([(source.tenant, rank.stream_id) for rank, source in page], tenant)
    addresses: dict[AccountId, frozenset[str]] = {}
    hits = []
    for rank, source in page:
        row = rows.get((source.tenant, rank.stream_id))
        calendar = source.calendars.get(row.calendar_id) if row is not None else None
        if row is None or calendar is None or (shown := _visible(backend, row, calendar)) is None:
            continue
        if source.tenant not in addresses:
            account = backend.reads.account(source.tenant)
            addresses[source.tenant] = frozenset(backend.people.addresses_of(account) if account is not None else ())
        entry = _entry(shown, addresses[source.tenant], understood, now, zone)
        if entry is not None:
            hits.append(Hit(_others(entry, calendar), calendar))
    return tuple(hits)


def _visible(backend: Backend, row: ResourceRow, calendar: CalendarRow) -> ResourceRow | None:
    """The event; None where a sharee may not see all of it."""
    if calendar.share is None:
        return row
    # It may have become private since its words were read.
    if visibility(row.text) != PUBLIC:
        return None
    return next(seen(backend.reads, calendar.share, [row]), None)


def _others(entry: Entry, calendar: CalendarRow) -> Entry:
    """The entry as a sharee has it: they are not invited, so no answer is asked of them."""
    share = calendar.share
    if share is None:
        return entry
    return replace(entry, partstat=None, role="none", shared_by=share.owner_name or share.calendar)


def _entry(row: ResourceRow, me: frozenset[str], understood: Understood, now: datetime, zone: ZoneInfo) -> Entry | None:
    """The event, or the occurrence of a series to show: the first one in the range that was asked for, else the next
    one. None: nothing of it is in that range."""
    reading = row.text.reading
    instances = reading.instances()
    start, end = understood.start or _FIRST, understood.end or _LAST
    dated = understood.start is not None or understood.end is not None
    if dated and (not reading.recurs or (understood.start is not None and understood.end is not None)):
        within = occurrences_of(row, me, start, end, zone)
        return within[0] if within else None
    best = instances[0]
    if len(instances) > 1:
        best = next((each for each in instances if instance_words(each).has(understood.words)), best)
    entry = entry_of(row.stream_id, reading, best, me)
    if not reading.recurs or (best.recurrence_id is not None and not dated):
        return replace(entry, recurrence_id=best.recurrence_id)
    try:
        coming = next_occurrence(row.text.tree, (start if dated else now) - timedelta(seconds=1), floating_zone=zone)
    except IcalError:
        return entry
    if coming is None:
        return None if dated else entry
    if utc_of(coming.start, zone) >= end:
        return None
    changed = next((each for each in instances if each.recurrence_id == coming.recurrence_id), None)
    entry = entry if changed is None else entry_of(row.stream_id, reading, changed, me)
    return replace(entry, recurrence_id=coming.recurrence_id, start=coming.start, end=coming.end)

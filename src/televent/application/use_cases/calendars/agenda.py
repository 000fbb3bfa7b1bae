"""Reads a person's calendars for people: a day or a week, one event, a search for events."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.codes import LONGEST, SHORTEST, code_of
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId
from televent.ical.itip.people import UNANSWERED
from televent.ical.objects.reading import Attendee, Instance, Organizer, Reading
from televent.ical.recurrence.occurrences import occurrences as occurring
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment
from televent.ical.zones.moments import utc_of

PER_OBJECT = 400
"""Max occurrences of one calendar object in an agenda."""
BEFORE = timedelta(days=31)
"""Max age of an event that is found by words of its title."""
_CODE = re.compile(r"[0-9a-f]{4,32}\Z")
_FOLD = re.compile(rb"\r?\n[ \t]")
_ESCAPED = re.compile(r"[\\,;]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, or one occurrence of a series. ``status``: TENTATIVE while an invitation is unanswered."""

    stream_id: UUID
    recurrence_id: str | None
    uid: str
    summary: str
    location: str
    description: str
    start: Moment
    end: Moment
    all_day: bool
    status: str
    partstat: str | None
    role: str
    attendees: tuple[Attendee, ...]
    """Each person once, also one who is listed twice."""
    recurs: bool = False
    organizer: str | None = None
    organizer_name: str | None = None
    code_length: int = SHORTEST
    """Characters that a code needs so that it names only this event of the person's."""
    unknown_zone: str | None = None
    """The zone of the event that nobody knows: its times are then as its author wrote them (Instance.unknown_zone)."""
    shared_by: str = ""
    """The owner of the shared calendar that has it; "" for an own event."""

    @property
    def code(self) -> str:
        """The short code by which people name this event: the same for everybody in a meeting."""
        return code_of(self.uid)[: self.code_length]


def agenda(backend: Backend, tenant: AccountId, *, start: datetime, end: datetime, limit: int = 200) -> list[Entry]:
    """The entries in [start, end), earliest first, at most ``limit``. Raises UnknownAccount.

    It reads the inline index, so it has the changes of a moment ago.
    """
    account = backend.people.account(tenant)
    me = frozenset(backend.people.addresses_of(account))
    zone = ZoneInfo(account.timezone)
    found: list[Entry] = []
    for calendar in backend.reads.calendars(tenant):
        for row in backend.reads.overlapping(tenant, calendar.calendar_id, start, end, "VEVENT", zone=zone):
            found += occurrences_of(row, me, start, end, zone)
    shown = heapq.nsmallest(limit, found, key=lambda entry: (utc_of(entry.start, zone), entry.summary))
    return with_codes(backend, tenant, shown)


def takes_place(entry: Entry) -> bool:
    """Whether the event is neither cancelled nor declined by the person."""
    return entry.status != "CANCELLED" and entry.partstat != "DECLINED"


def with_codes(backend: Backend, tenant: AccountId, entries: list[Entry]) -> list[Entry]:
    """The entries with codes that are as long as they must be to name one event of this account."""
    if not entries:
        return []
    whole = {code_of(entry.uid) for entry in entries}
    known = whole.union(backend.reads.codes(tenant, {code[:SHORTEST] for code in whole}))
    sharing: dict[str, list[str]] = {}
    for code in known:
        sharing.setdefault(code[:SHORTEST], []).append(code)
    lengths = {code: _length(code, sharing[code[:SHORTEST]]) for code in whole}
    return [replace(entry, code_length=lengths[code_of(entry.uid)]) for entry in entries]


def _length(code: str, others: list[str]) -> int:
    """Min characters of ``code`` that none of the others begins with."""
    return next(
        (n for n in range(SHORTEST, LONGEST) if sum(each.startswith(code[:n]) for each in others) == 1), LONGEST
    )


def event(backend: Backend, tenant: AccountId, stream_id: UUID) -> Entry | None:
    """One event, with the values of its master or, without one, of its first override. None without such an event."""
    row = backend.reads.by_stream(tenant, stream_id)
    if row is None or row.ics is None:
        return None
    me = frozenset(backend.people.addresses_of(backend.people.account(tenant)))
    reading = row.text.reading
    return with_codes(backend, tenant, [entry_of(row.stream_id, reading, next(iter(reading.instances())), me)])[0]


def find_events(backend: Backend, tenant: AccountId, query: str, *, now: datetime, limit: int = 10) -> list[Entry]:
    """The events that a short code, an id, a UID or words of the title name; upcoming ones first.

    A code that several events share gives all of them. Only the texts that have the words are parsed.
    """
    query = query.strip()
    if not query or len(query) > 256:
        return []
    me = frozenset(backend.people.addresses_of(backend.people.account(tenant)))
    named = _named(backend, tenant, query, me, limit)
    if not named:
        found = list(_titled(backend, tenant, query.casefold().split(), me, now))
        named = [entry for _, _, entry in heapq.nsmallest(limit, found, key=lambda each: each[:2])]
    return with_codes(backend, tenant, named)


def _named(backend: Backend, tenant: AccountId, query: str, me: frozenset[str], limit: int) -> list[Entry]:
    """The events with this UID, or whose code or id begins with the query."""
    calendars = {each.calendar_id for each in backend.reads.calendars(tenant)}
    code = query.lower().lstrip("#").removeprefix("/e_").replace("-", "")
    rows = backend.reads.by_code(tenant, code, limit) if _CODE.match(code) else []
    for bare in backend.reads.by_uid(tenant, query) if not rows else []:
        row = backend.reads.by_stream(tenant, bare.stream_id)
        rows += [row] if row is not None else []
    readings = [(row, row.text.reading) for row in rows if row.calendar_id in calendars and row.component == "VEVENT"]
    return [entry_of(row.stream_id, reading, next(iter(reading.instances())), me) for row, reading in readings]


def _titled(
    backend: Backend, tenant: AccountId, words: list[str], me: frozenset[str], now: datetime
) -> Iterator[tuple[bool, timedelta, Entry]]:
    """The events with these words in the title: whether the event is over, its distance from now, and the event."""
    pieces = [piece for word in words for piece in _ESCAPED.split(word)]
    for calendar in backend.reads.calendars(tenant):
        for row in backend.reads.overlapping(tenant, calendar.calendar_id, now - BEFORE, None, "VEVENT"):
            # To parse a text costs fifty times as much as to look for the words in it.
            written = _FOLD.sub(b"", row.ics or b"").decode(errors="replace").casefold()
            if not all(piece in written for piece in pieces):
                continue
            reading = row.text.reading
            entry = entry_of(row.stream_id, reading, next(iter(reading.instances())), me)
            if all(word in entry.summary.casefold() for word in words):
                away = utc_of(entry.start) - now
                yield away < timedelta(0), abs(away), entry


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to an event: the people of it, each once, the person's PARTSTAT as an attendee, their role,
    and the STATUS, which is TENTATIVE while they have not answered."""

    people: tuple[Attendee, ...]
    partstat: str | None
    role: str
    status: str


def standing_of(
    organizer: Organizer | None, attendees: Iterable[Attendee], status: str | None, me: frozenset[str]
) -> Standing:
    """How the person with the addresses ``me`` stands to an event with that STATUS."""
    people = _each_once(attendees, me)
    mine = next((attendee for attendee in people if attendee.address in me), None)
    is_mine = organizer is not None and organizer.address in me
    role = "organizer" if is_mine else "attendee" if organizer is not None and mine is not None else "none"
    partstat = mine.partstat if mine is not None and role == "attendee" else None
    return Standing(people, partstat, role, _status(status, partstat))


def entry_of(stream_id: UUID, reading: Reading, instance: Instance, me: frozenset[str]) -> Entry:
    """An instance as people see it."""
    organizer = reading.organizer
    standing = standing_of(organizer, instance.attendees, instance.status, me)
    start = instance.start if instance.start is not None else datetime(1970, 1, 1, tzinfo=UTC)
    return Entry(
        stream_id=stream_id,
        recurrence_id=instance.recurrence_id,
        uid=reading.uid,
        summary=instance.summary,
        location=instance.location,
        description=instance.description,
        start=start,
        end=instance.end if instance.end is not None else start,
        all_day=not isinstance(start, datetime),
        status=standing.status,
        partstat=standing.partstat,
        role=standing.role,
        attendees=standing.people,
        recurs=reading.recurs,
        organizer=organizer.address if organizer is not None else None,
        organizer_name=organizer.cn if organizer is not None else None,
        unknown_zone=instance.unknown_zone,
    )


def _each_once(attendees: Iterable[Attendee], me: frozenset[str]) -> tuple[Attendee, ...]:
    """The attendees, each address and the person ``me`` once; of several lines the first with an answer."""
    people: dict[str | None, Attendee] = {}
    for each in attendees:
        key = None if each.address in me else each.address
        if key not in people or people[key].partstat == UNANSWERED != each.partstat:
            people[key] = each
    return tuple(people.values())


def _status(status: str | None, partstat: str | None) -> str:
    if status == "CANCELLED":
        return status
    return "TENTATIVE" if partstat in ("NEEDS-ACTION", "TENTATIVE") else status or "CONFIRMED"


def occurrences_of(row: ResourceRow, me: frozenset[str], start: datetime, end: datetime, zone: ZoneInfo) -> list[Entry]:
    """The occurrences of a calendar object in [start, end), for the person with the addresses ``me``."""
    if row.ics is None:
        return []
    reading = row.text.reading
    by_id = {each.recurrence_id: each for each in reading.instances()}
    entries = []
    try:
        occurrences = occurring(row.text.tree, start, end, floating_zone=zone, limit=PER_OBJECT)
    except IcalError:
        return []  # a hostile series is left out, and the other events are shown
    for occurrence in occurrences:
        instance = by_id.get(occurrence.recurrence_id) or by_id.get(None) or next(iter(reading.instances()))
        entry = entry_of(row.stream_id, reading, instance, me)
        entries.append(
            replace(entry, recurrence_id=occurrence.recurrence_id, start=occurrence.start, end=occurrence.end)
        )
    return entries

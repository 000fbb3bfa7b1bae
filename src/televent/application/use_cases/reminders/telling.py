"""Reads what a due reminder has to say when it is delivered: the event may have changed since it was queued."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.messages.reminders import DueCopy, DueOccurrence, ReminderDue, RemindersDue
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.agenda import Entry, entry_of, with_codes
from televent.application.use_cases.reminders.planning import LOOK_BACK, owner_of, ringing
from televent.ical.objects.alarms import alarms_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import Owner, dealt_with, occurrence_of, unsilenced
from televent.ical.recurrence.recurrence_set import Occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.values import canonical, moment
from televent.ical.zones.moments import moment_of, utc_of

MAX_LATE: Final = timedelta(days=1)
"""Max time after its event that a reminder is delivered whose alarm is after the event."""
MAX_LINK: Final = 500
"""Max characters of a link that is shown."""
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_AN_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """An occurrence that a reminder tells of. ``link``: that of its conference, None without one."""

    entry: Entry
    link: str | None
    start: datetime
    """As an instant; whole days begin at midnight of the reader's zone."""
    end: datetime


def told(backend: Backend, account: AccountRow, due: ReminderDue, now: datetime) -> list[Told]:
    """The occurrences of a reminder that are still to be told of; [] where the reminder is outdated."""
    owner, found = _owner(backend, account), list[Told]()
    text = _text(backend, account, due.stream_id)
    if text is None or not account.preferences.notifications:
        return []
    for each in due.occurrences:
        try:
            occurrence = occurrence_of(text, each.recurrence_id, owner.zone)
        except IcalError:
            continue
        if occurrence is not None and holds(occurrence, each, due, owner, now):
            found.append(_told(text, due.stream_id, occurrence, owner))
    return found


def missed(backend: Backend, account: AccountRow, due: RemindersDue, now: datetime) -> tuple[list[Told], list[Told]]:
    """The events of reminders that come together: those ahead or running, and those that are over; each once."""
    owner = _owner(backend, account)
    ahead, over = list[Told](), list[Told]()
    for copy in due.copies if account.preferences.notifications else ():
        text = _text(backend, account, copy.stream_id)
        if text is None:
            continue
        try:
            events = missed_of(text, copy, due.until, account, owner)
        except IcalError:
            continue
        if coming := [each for each in events if each.end > now]:
            ahead.append(min(coming, key=lambda each: each.start))
        elif events:
            over.append(max(events, key=lambda each: each.start))
    entries = with_codes(backend, account.tenant, [each.entry for each in (*ahead, *over)])
    coded = [replace(each, entry=entry) for each, entry in zip((*ahead, *over), entries, strict=True)]
    ahead, over = coded[: len(ahead)], coded[len(ahead) :]
    return sorted(ahead, key=lambda each: each.start), sorted(over, key=lambda each: each.start)


def missed_of(text: CalendarText, copy: DueCopy, until: datetime, account: AccountRow, owner: Owner) -> list[Told]:
    """The occurrences whose reminders are due. Raises as ``ringing``."""

    def between(low: datetime) -> list[Told]:
        found = ringing(text, low, until, account, owner)
        return [_told(text, copy.stream_id, each.firing.occurrence, owner) for each in found]

    # A change after the reminder was due may have made it due earlier. It was not told then, and will not come again.
    return between(copy.since - _AN_INSTANT) or [each for each in between(copy.since - LOOK_BACK) if each.end > until]


def occurrence_told(backend: Backend, account: AccountRow, stream_id: UUID, recurrence_id: str | None) -> Told | None:
    """One occurrence as a reminder tells of it; None where it does not take place for this person."""
    text, owner = _text(backend, account, stream_id), _owner(backend, account)
    try:
        occurrence = occurrence_of(text, recurrence_id, owner.zone) if text is not None else None
    except IcalError:
        return None
    if text is None or occurrence is None or not unsilenced(occurrence, owner.me):
        return None
    return _told(text, stream_id, occurrence, owner)


def holds(occurrence: Occurrence, each: DueOccurrence, due: ReminderDue, owner: Owner, now: datetime) -> bool:
    """Whether the reminder is right for the occurrence as it is now."""
    if not unsilenced(occurrence, owner.me) or dealt_with(occurrence) >= each.trigger:
        return False
    if not (owner.alarms or due.snoozed) and alarms_of(occurrence.component):
        return False
    planned, end = moment(each.start), utc_of(occurrence.end, owner.zone)
    if planned is None:
        return False
    # An event that was moved further away has another reminder, which comes at its time.
    by = utc_of(occurrence.start, owner.zone) - utc_of(planned, owner.zone)
    if each.trigger + by > due.at:
        return False
    return end > now or (end <= due.at and now - end < MAX_LATE)


def _owner(backend: Backend, account: AccountRow) -> Owner:
    return owner_of(account, backend.people.addresses_of(account))


def _text(backend: Backend, account: AccountRow, stream_id: UUID) -> CalendarText | None:
    row = backend.reads.by_stream(account.tenant, stream_id)
    return row.text if row is not None and row.ics is not None else None


def _told(text: CalendarText, stream_id: UUID, occurrence: Occurrence, owner: Owner) -> Told:
    part, reading = occurrence.component, text.reading
    named = part.get("RECURRENCE-ID")
    original = moment_of(named, text.tree, {}) if named is not None else None
    name = canonical(original) if original is not None else None
    described = next(each for each in reading.instances() if each.recurrence_id == name)
    entry = replace(
        entry_of(stream_id, reading, described, frozenset(owner.me)),
        recurrence_id=occurrence.recurrence_id,
        start=occurrence.start,
        end=occurrence.end,
    )
    start, end = utc_of(occurrence.start, owner.zone), utc_of(occurrence.end, owner.zone)
    # RFC 7986 §5.11; X-GOOGLE-CONFERENCE is older.
    given = [each.value for name in ("CONFERENCE", "X-GOOGLE-CONFERENCE") for each in part.all(name)]
    links = (_LINK.search(each) for each in (*given, entry.location))
    link = next((each[0] for each in links if each is not None and len(each[0]) <= MAX_LINK), None)
    return Told(entry, link, start, end)

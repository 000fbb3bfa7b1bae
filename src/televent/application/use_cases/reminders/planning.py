"""Plans the next reminder of one copy of an event. Pure: the text, the person and the time are arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from televent.application.messages.reminders import DueOccurrence, ReminderDue
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.quiet import rings_at
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import Firing, Owner, firings, firings_of_single
from televent.ical.queries.single import occurrence_of_plain, plain_single, span_of
from televent.ical.text.errors import IcalError
from televent.ical.text.values import written
from televent.ical.text.wall_clock import LAST, moved
from televent.ical.zones.moments import utc_of

NEXT_DAY, WINDOW = timedelta(days=1), timedelta(days=32)
"""Time ahead in which the next reminder of a series is searched: first the near one, which costs little."""
LOOK_BACK: Final = timedelta(days=7)
"""Max age of a reminder that is still sent, such as after a long downtime."""
TOGETHER: Final = 10
"""Max occurrences of one series in one reminder."""

Search = Callable[[datetime, datetime, Owner], list[Firing]]
"""Finds the reminders in (low, high] of one text."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A copy whose next reminder has to be planned.

    ``known_since``: when the copy came here. ``changed_at``: when it changed last. ``done_until``: reminders up to that
    time are queued; None where none was planned yet. ``reminds_since``: when the first worker began to remind; None
    where that is not known.
    """

    tenant: AccountId
    stream_id: UUID
    known_since: datetime
    changed_at: datetime
    done_until: datetime | None = None
    reminds_since: datetime | None = None

    @property
    def since(self) -> datetime:
        """Reminders up to that time are done, or never were due.

        A change is no reason to leave out what was due before it: no worker may have run then.
        """
        return self.done_until or max(self.known_since, self.reminds_since or self.known_since)


@dataclass(frozen=True, slots=True)
class Plan:
    """The next reminder, None where there is none for now; ``plan_at``: when to plan again unless something changes."""

    plan_at: datetime
    reminder: ReminderDue | None = None
    reminder_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ringing:
    """A reminder with the time at which it comes: that of its trigger, or the end of the quiet hours."""

    at: datetime
    firing: Firing


def owner_of(account: AccountRow, addresses: Collection[str]) -> Owner:
    """The person as the search for reminders needs them. ``addresses``: all that mean them."""
    chosen = account.preferences
    return Owner(ZoneInfo(account.timezone), frozenset(addresses), chosen.reminders, chosen.remind_in_chat)


def plan(text: CalendarText, waiting: Waiting, account: AccountRow, owner: Owner, now: datetime) -> Plan | None:
    """The next reminder of a copy; None where it can never remind again unless it changes."""
    try:
        return _plan(text, waiting, account, owner, now)
    except (IcalError, OverflowError):
        # Too dense a series, or a text of before it was checked. The series may be thinner in the next window.
        return Plan(now + WINDOW)


def ringing(text: CalendarText, low: datetime, high: datetime, account: AccountRow, owner: Owner) -> list[Ringing]:
    """The reminders that come in (low, high], the earliest first. Raises as ``firings``."""
    return _ringing(partial(firings, text), low, high, account, owner)


def _ringing(search: Search, low: datetime, high: datetime, account: AccountRow, owner: Owner) -> list[Ringing]:
    found = []
    # Quiet hours move a reminder by less than a day.
    for firing in search(moved(low, -NEXT_DAY), high, owner):
        at = _rings_at(firing, account, owner)
        if low < at <= high:
            found.append(Ringing(at, firing))
    return sorted(found, key=lambda each: each.at)


def _plan(text: CalendarText, waiting: Waiting, account: AccountRow, owner: Owner, now: datetime) -> Plan | None:
    single, recurs = plain_single(text.raw), False
    if single is not None:
        span_end: datetime | None = span_of(single)[1]
        search: Search = partial(firings_of_single, occurrence_of_plain(single))
    elif text.reading.component != "VEVENT":
        return None
    else:
        span_end, recurs, search = text.reading.span[1], text.reading.recurs, partial(firings, text)
    last = LAST if span_end is None else moved(span_end, NEXT_DAY)
    low, high, ahead = max(waiting.since, now - LOOK_BACK), LAST, list[Ringing]()
    if reachable(account):
        for window in (NEXT_DAY, WINDOW) if recurs else (LAST - now,):
            high = moved(now, window)
            found = _ringing(search, low, high, account, owner)
            ahead = [each for each in found if not _outdated(each, waiting, owner, now)]
            if ahead:
                break
    if not ahead:
        # The event is planned again at its end at the latest, when the row is no longer needed.
        return Plan(min(last, high)) if last > now else None
    at = ahead[0].at
    together: dict[str | None, Firing] = {}
    for each in ahead:
        if each.at == at and len(together) < TOGETHER:
            together.setdefault(each.firing.occurrence.recurrence_id, each.firing)
    due = ReminderDue(waiting.stream_id, at, tuple(map(due_occurrence, together.values())))
    again = recurs or ahead[-1].at > at
    return Plan(at if again else max(last, at), due, _id_of(waiting, together.values()))


def reachable(account: AccountRow) -> bool:
    """Whether the person can be sent a reminder, and wants messages at all."""
    return account.preferences.notifications and (account.telegram_id is not None or bool(account.addresses))


def due_occurrence(firing: Firing) -> DueOccurrence:
    """The occurrence of a reminder as its message holds it."""
    occurrence = firing.occurrence
    return DueOccurrence(occurrence.recurrence_id, written(occurrence.start), firing.at)


def _outdated(each: Ringing, waiting: Waiting, owner: Owner, now: datetime) -> bool:
    """Whether a change moved the event into the past, so that nobody missed its reminder."""
    return each.at <= waiting.changed_at and utc_of(each.firing.occurrence.end, owner.zone) <= now


def _id_of(waiting: Waiting, together: Iterable[Firing]) -> UUID:
    """The id of a reminder: that of the copy, the occurrence with its start, and the trigger."""
    names = [f"{each.occurrence.recurrence_id} {written(each.occurrence.start)} {each.name}" for each in together]
    return uuid5(waiting.stream_id, f"reminder/{waiting.tenant}/{'|'.join(names)}")


def _rings_at(firing: Firing, account: AccountRow, owner: Owner) -> datetime:
    start, end = firing.occurrence.start, firing.occurrence.end
    return rings_at(
        firing.at,
        utc_of(start, owner.zone),
        utc_of(end, owner.zone),
        owner.zone,
        account.preferences,
        whole_days=not isinstance(start, datetime),
    )

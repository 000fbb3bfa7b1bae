"""The daily summary: when it comes, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.agenda import Entry, agenda
from televent.application.use_cases.reminders.planning import reachable
from televent.ical.itip.people import UNANSWERED
from televent.ical.text.wall_clock import in_zone
from televent.ical.zones.moments import utc_of

UNANSWERED_AHEAD: Final = timedelta(days=14)
"""Time ahead in which unanswered invitations are listed."""
NOON: Final = time(12)
"""A summary before noon tells of the early events of the next day, a later one of the whole next day: nothing that
begins before the next summary may be a surprise."""
MAX_ENTRIES: Final = 200
"""Max occurrences that are read for one part of a summary."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Summary:
    """The events of one day, each once, the earliest first.

    ``tomorrow``: events that begin on the next day: with ``early`` those before the hour of its summary, else all of
    them. ``unanswered``: other invitations without an answer.
    """

    day: date
    today: list[Entry]
    tomorrow: list[Entry]
    early: bool
    unanswered: list[Entry]


def next_digest(account: AccountRow, done: datetime | None, after: datetime) -> datetime | None:
    """When the next summary of a person is due, later than ``after``; None where they want none.

    ``done``: when the last one was due. Each date of the person's calendar has at most one, so neither an hour that
    comes twice nor a change of the zone gives a second one. An hour that a clock change skips is read with the offset
    before it (RFC 5545 §3.3.5).
    """
    wanted = account.preferences.digest_at
    if wanted is None or not reachable(account):
        return None
    zone = ZoneInfo(account.timezone)
    day = after.astimezone(zone).date()
    if done is not None:
        day = max(day, done.astimezone(zone).date() + _DAY)
    due = _at(day, wanted, zone)
    return due if due > after else _at(day + _DAY, wanted, zone)


def day_of_digest(account: AccountRow, due: datetime) -> date:
    """The date of the summary that is due then."""
    return due.astimezone(ZoneInfo(account.timezone)).date()


def start_of_day(account: AccountRow, now: datetime) -> datetime:
    """When the present day began in the person's zone."""
    zone = ZoneInfo(account.timezone)
    return _at(now.astimezone(zone).date(), time(), zone)


def summary(backend: Backend, account: AccountRow, day: date, now: datetime) -> Summary | None:
    """The summary of that day; None where there is nothing to say, or the day is over."""
    zone, wanted = ZoneInfo(account.timezone), account.preferences.digest_at
    if wanted is None or not account.preferences.notifications or now.astimezone(zone).date() != day:
        return None
    start, end = _at(day, time(), zone), _at(day + _DAY, time(), zone)
    early = wanted < NOON
    tomorrow_end = _at(day + _DAY, wanted, zone) if early else _at(day + 2 * _DAY, time(), zone)

    def between(first: datetime, last: datetime) -> list[Entry]:
        return agenda(backend, account.tenant, start=first, end=last, limit=MAX_ENTRIES)

    today = [each for each in _once(between(start, end)) if utc_of(each.end, zone) > now or each.all_day]
    # A series that is also on today is told again: its early occurrence of today may have been over before the summary.
    starting = [each for each in between(end, tomorrow_end) if not (early and each.all_day)]
    tomorrow = _once(each for each in starting if utc_of(each.start, zone) >= end)
    known = {each.stream_id for each in (*today, *tomorrow)}
    later = _once(between(end, end + UNANSWERED_AHEAD))
    unanswered = [each for each in later if each.partstat == UNANSWERED and each.stream_id not in known]
    return Summary(day, today, tomorrow, early, unanswered) if today or tomorrow or unanswered else None


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """The first occurrence of each event that takes place for this person."""
    found: dict[object, Entry] = {}
    for each in entries:
        if each.status != "CANCELLED" and each.partstat != "DECLINED":
            found.setdefault(each.stream_id, each)
    return list(found.values())


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return in_zone(datetime.combine(day, clock), zone).astimezone(UTC)

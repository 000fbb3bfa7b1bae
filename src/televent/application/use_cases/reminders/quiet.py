"""Quiet hours: when a reminder comes that is due while its reader wants no messages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from televent.domain.account.preferences import Preferences
from televent.ical.text.wall_clock import in_zone

_DAY = timedelta(days=1)


def quiet_end(at: datetime, zone: tzinfo, preferences: Preferences) -> datetime | None:
    """The end of the quiet hours that ``at`` is in, as an instant in UTC; None outside them."""
    begin, until = preferences.quiet_from, preferences.quiet_until
    if begin is None or until is None or begin == until:
        return None
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        last = _instant(day + _DAY if until < begin else day, until, zone)
        if _instant(day, begin, zone) <= at < last:
            return last
    return None


def rings_at(
    at: datetime, start: datetime, end: datetime, zone: tzinfo, preferences: Preferences, *, whole_days: bool
) -> datetime:
    """When a reminder comes that is due ``at``. ``start`` and ``end`` are those of its event; all are instants.

    In quiet hours it waits for their end where it still helps then: the event begins later, or a running one ends
    later, or a day is not over. Otherwise it comes at its time: a reminder of a flight at six must ring.
    """
    later = quiet_end(at, zone, preferences)
    if later is None:
        return at
    awaited = end if whole_days or at >= start else start
    return later if awaited > later or at >= end else at


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
    return in_zone(datetime.combine(day, clock), zone).astimezone(UTC)

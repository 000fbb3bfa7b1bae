"""Times of events in JSON: local times beside the name of their zone, dates for whole days (RFC 8984 §1.4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from msgspec import UNSET, UnsetType

from televent.adapters.rest.mapping.wrong import wrong
from televent.ical.text.values import Moment
from televent.ical.text.wall_clock import in_zone, plus
from televent.ical.zones.tzid import known

UTC_NAME = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class Times:
    """Times that are read: ``start`` and ``end`` in the zones that they are to have. ``zone``: the name of the start's
    zone where it changes, "" for none. ``end_zone``: that of the end, where it has one of its own and it changes."""

    start: Moment
    end: Moment
    zone: str | None = None
    end_zone: str | None = None


def local(value: Moment) -> str:
    """A moment as a local time, or as a date."""
    # Cut from the whole text: a copy without zone would cost as much again. No moment has parts of a second.
    return value.isoformat()[:19]


def instant(value: Moment) -> datetime | None:
    """A moment as an instant in UTC; None where it is none."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def zone_name(value: Moment) -> str | None:
    """The name of a moment's zone; None for a floating time and a date."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    if value.tzinfo is UTC:
        return UTC_NAME
    return getattr(value.tzinfo, "key", None) or getattr(value.tzinfo, "tzid", None) or UTC_NAME


def moment_past(at: datetime | None) -> datetime | None:
    """The moment of ``as_of``. Raises ValidationException for one without an offset."""
    return None if at is None else instant_in(at, "as_of")


def instant_in(value: datetime, field: str) -> datetime:
    """The instant of a request, in UTC: the database knows no offset beyond sixteen hours. Raises
    ValidationException."""
    if value.tzinfo is None or not 2 <= value.year <= 9998:
        raise wrong(field, "This is a time with an offset or Z.")
    return value.astimezone(UTC)


def zone_of(name: str | None, field: str) -> tzinfo | None:
    """The zone of that name; None for None. Raises ValidationException for an unknown one."""
    if name is None:
        return None
    zone = UTC if name in (UTC_NAME, "UTC") else known(name)
    if zone is None:
        raise wrong(field, "There is no time zone of that name.")
    return zone


def read(text: str, zone: tzinfo | None, field: str) -> Moment:
    """A date, a local time in ``zone``, or a time with an offset, which is converted to it. Raises
    ValidationException."""
    try:
        if len(text) in (8, 10):
            return date.fromisoformat(text)
        value = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(field, "This is neither a date nor a time such as 2026-11-30T10:00:00.") from None
    value = value.replace(microsecond=0)
    if not 2 <= value.year <= 9998:
        raise wrong(field, "The year is beyond the calendar.")
    if value.tzinfo is None:
        return in_zone(value, zone)
    if zone is None:
        raise wrong(field, "A floating time has no offset.")
    return value.astimezone(zone)


def read_all(texts: Sequence[str], start: Moment, field: str) -> tuple[Moment, ...]:
    """The single dates of a series that starts then. Raises ValidationException."""
    zone = start.tzinfo if isinstance(start, datetime) else UTC
    found = tuple(read(each, zone, field) for each in texts)
    if any(isinstance(each, datetime) != isinstance(start, datetime) for each in found):
        raise wrong(field, "These are dates where the series has whole days, and times where it has times.")
    return found


def new_times(
    start: str, end: str | UnsetType, zone: str | UnsetType | None, end_zone: str | UnsetType | None, default: str
) -> Times:
    """The times of a new event. ``default``: the person's zone. Raises ValidationException."""
    first_zone = zone_of(default if zone is UNSET else zone, "time_zone")
    first = read(start, first_zone, "start")
    last_zone = zone_of(end_zone, "end_time_zone") if isinstance(end_zone, str) else first_zone
    length = timedelta(hours=1) if isinstance(first, datetime) else timedelta(days=1)
    last = plus(first, length) if isinstance(end, UnsetType) else read(end, last_zone, "end")
    return checked(Times(first, last))


def changed_times(
    was: tuple[Moment, Moment],
    start: str | UnsetType,
    end: str | UnsetType,
    zone: str | UnsetType | None,
    end_zone: str | UnsetType | None,
    default: str,
) -> Times | None:
    """The times of an event that were ``was``, with what a request has; None where they stay. Without ``end`` the
    event keeps its length. Raises ValidationException."""
    before, until = was
    old, old_end = zone_name(before), zone_name(until)
    if old == old_end:
        old_end = None
    new = old if isinstance(zone, UnsetType) else zone
    new_end = old_end if isinstance(end_zone, UnsetType) else end_zone if end_zone != new else None
    given = local(before) if isinstance(start, UnsetType) else start
    given_end = local(until) if isinstance(end, UnsetType) else end
    if (given, given_end, new, new_end) == (local(before), local(until), old, old_end):
        return None
    timed = isinstance(before, datetime)
    place = before.tzinfo if isinstance(before, datetime) and new == old else zone_of(new, "time_zone")
    if not timed and new is None and isinstance(zone, UnsetType):
        place = zone_of(default, "time_zone")
    first = read(given, place, "start")
    last_place = place
    if new_end is not None:
        same = isinstance(until, datetime) and new_end == old_end
        last_place = until.tzinfo if same else zone_of(new_end, "end_time_zone")  # type: ignore[union-attr]
    if isinstance(end, UnsetType) and isinstance(first, datetime) == timed:
        last = _after(first, before, until) if not isinstance(start, UnsetType) else read(given_end, last_place, "end")
    elif isinstance(end, UnsetType):
        last = plus(first, timedelta(hours=1) if isinstance(first, datetime) else timedelta(days=1))
    else:
        last = read(end, last_place, "end")
    moved = timed and isinstance(first, datetime) and new != old
    return checked(
        Times(
            first, last, (new or "") if moved else None, new_end if timed and new_end not in (None, old_end) else None
        )
    )


def checked(times: Times) -> Times:
    """The times, if the event ends after it starts. Raises ValidationException."""
    if isinstance(times.start, datetime) != isinstance(times.end, datetime):
        raise wrong("end", "Start and end are both dates, or both times.")
    if zone_name(times.start) is None and zone_name(times.end) is not None:
        raise wrong("end_time_zone", "A floating event has no zone, and its end has none either.")
    if not times.start < times.end:
        raise wrong("end", "The event must end after it starts.")
    return times


def _after(first: Moment, before: Moment, until: Moment) -> Moment:
    if isinstance(before, datetime) and before.tzinfo is not None and isinstance(until, datetime):
        return plus(first, until.astimezone(UTC) - before.astimezone(UTC))
    return plus(first, until - before)  # type: ignore[operator]

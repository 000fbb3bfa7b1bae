"""Reads the values of a request as a change of an event: only what differs from the event as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from msgspec import UNSET, UnsetType

from televent.adapters.rest.mapping.shapes import Event, EventFields, Guest, NewEvent, Repetition
from televent.adapters.rest.mapping.times import changed_times, new_times, read_all
from televent.adapters.rest.mapping.wrong import wrong
from televent.ical.editing.changes import EventChange
from televent.ical.text.values import Moment

T = TypeVar("T")


def new_values(given: NewEvent, zone: str) -> EventChange:
    """The values of a new event. ``zone``: the person's. Raises ValidationException."""
    times = new_times(given.start, given.end, given.time_zone, given.end_time_zone, zone)
    _check_kind(given, times.start)
    repeats = given.recurrence if isinstance(given.recurrence, Repetition) else None
    return EventChange(
        title=_text(given.summary) or "",
        place=_text(given.location),
        description=_text(given.description),
        times=(times.start, times.end),
        rule=repeats.rule if repeats is not None else None,
        dates=read_all(repeats.dates, times.start, "recurrence.dates") if repeats is not None else None,
        excluded=read_all(repeats.excluded, times.start, "recurrence.excluded") if repeats is not None else None,
        reminders=_known(given.reminders),
        transparent=_transparent(given.transparency),
        status=_known(given.status),
        privacy=_upper(given.privacy),
        url=_text(given.url),
        conference=_text(given.conference_url),
        categories=_known(given.categories),
    )


def change_from(given: EventFields, event: Event, was: tuple[Moment, Moment], zone: str) -> EventChange:
    """The change that a request asks for. ``event``: as it is shown now; ``was``: its start and end; ``zone``: the
    person's. Raises ValidationException."""
    if given.uid is not UNSET and given.uid != event.uid:
        raise wrong("uid", "The UID of an event does not change.")
    if given.calendar_id is not UNSET and given.calendar_id != event.calendar_id:
        raise wrong("calendar_id", "Move the event with POST /api/events/{id}/move.")
    times = changed_times(was, given.start, given.end, given.time_zone, given.end_time_zone, zone)
    start = times.start if times is not None else was[0]
    _check_kind(given, start)
    rule, dates, excluded = repetition_change(given.recurrence, event, start)
    return EventChange(
        title=_differing(_text(given.summary), event.summary),
        place=_differing(_text(given.location), event.location),
        description=_differing(_text(given.description), event.description),
        times=(times.start, times.end) if times is not None else None,
        zone=times.zone if times is not None else None,
        end_zone=times.end_zone if times is not None else None,
        rule=rule,
        dates=dates,
        excluded=excluded,
        reminders=_differing(_known(given.reminders, lambda found: tuple(sorted(set(found)))), event.reminders),
        transparent=_differing(_transparent(given.transparency), event.transparency == "TRANSPARENT"),
        status=_differing(_known(given.status), event.status),
        privacy=_differing(_upper(given.privacy), event.privacy),
        url=_differing(_text(given.url), event.url),
        conference=_differing(_text(given.conference_url), event.conference_url),
        categories=_differing(_known(given.categories), event.categories),
    )


def repetition_change(
    given: Repetition | UnsetType | None, event: Event, start: Moment
) -> tuple[str | None, tuple[Moment, ...] | None, tuple[Moment, ...] | None]:
    """The rule, the added and the excluded dates of a series that starts then, where they change. Raises
    ValidationException."""
    if isinstance(given, UnsetType):
        return None, None, None
    now = event.recurrence or Repetition()
    if given is None:
        return ("" if event.recurrence is not None else None), None, None
    rule = None if (given.rule or None) == now.rule else given.rule or ""
    dates = None if given.dates == now.dates else read_all(given.dates, start, "recurrence.dates")
    excluded = None if given.excluded == now.excluded else read_all(given.excluded, start, "recurrence.excluded")
    return rule, dates, excluded


def guests_changed(given: tuple[Guest, ...] | UnsetType, event: Event) -> tuple[list[Guest], list[str]]:
    """The guests who come and the addresses of those who go. Nobody where the request does not name attendees."""
    if isinstance(given, UnsetType):
        return [], []
    there = {each.email for each in event.attendees}
    wanted = {each.email.strip().lower().removeprefix("mailto:"): each for each in given}
    keep = {event.organizer.email} if event.organizer is not None else set()
    return [each for email, each in wanted.items() if email not in there], sorted(there - wanted.keys() - keep)


def _check_kind(given: EventFields, start: Moment) -> None:
    if given.all_day is not UNSET and given.all_day == isinstance(start, datetime):
        raise wrong("all_day", "Whole days have dates as start and end, and other events have times.")


def _text(value: str | UnsetType | None) -> str | None:
    return None if isinstance(value, UnsetType) else (value or "").replace("\r\n", "\n").replace("\r", "\n")


def _known(value: T | UnsetType, made: Callable[[T], T] = lambda found: found) -> T | None:
    return None if isinstance(value, UnsetType) else made(value)


def _upper(value: str | UnsetType) -> str | None:
    return None if isinstance(value, UnsetType) else value.upper()


def _transparent(value: str | UnsetType) -> bool | None:
    return None if isinstance(value, UnsetType) else value == "TRANSPARENT"


def _differing(wanted: T | None, now: T) -> T | None:
    return None if wanted == now else wanted

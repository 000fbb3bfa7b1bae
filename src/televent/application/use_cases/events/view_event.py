"""Reads one event, or one occurrence of a series, with all that a person is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from televent.application.backend import Backend
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.agenda import Entry, entry_of
from televent.application.use_cases.events.which import Located, locate
from televent.application.use_cases.scheduling.removal import is_removed
from televent.domain.ids import AccountId
from televent.ical.editing.changes import reminders_of
from televent.ical.editing.occurrences import occurrence_named
from televent.ical.editing.refusals import UnknownOccurrence
from televent.ical.recurrence.occurrences import Occurrence, next_occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment

DISPLAY_NAME = "{DAV:}displayname"
Rights = Literal["all", "own", "nothing"]
"""The parts that the person may change: all, only reminders and transparency, or nothing."""


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as it is shown.

    ``entry``: the occurrence that is shown, or the event itself. ``mark`` tells this version of it from others.
    ``occurrence``: the canonical id of the occurrence that "only this one" would mean: the one that was asked for,
    else the next one; None for an event that does not recur. ``asked``: the one that was asked for. ``rule``: the
    RRULE value. ``first``: the start of the series, which gives the rule its days. ``zone``: the name of the
    event's time zone, None for UTC, floating times and whole days. ``calendar``: the calendar's name where the
    person has more than one. ``over``: no later occurrence follows.
    ``shared``: it is in a calendar of another person. ``removed``: it takes place without the person.
    """

    entry: Entry
    mark: str
    rights: Rights
    occurrence: str | None
    asked: str | None
    rule: str | None
    first: Moment | None
    zone: str | None
    reminders: tuple[int, ...]
    transparent: bool
    calendar: str | None
    over: bool
    shared: bool = False
    removed: bool = False

    @property
    def told(self) -> bool:
        """True where others are told of a change."""
        return self.entry.role == "organizer" and any(
            each.address != self.entry.organizer for each in self.entry.attendees
        )


def view_event(
    backend: Backend, tenant: AccountId, stream_id: UUID, *, now: datetime, recurrence_id: str | None = None
) -> EventView:
    """The event, or that occurrence of it. Raises UnknownResource where the person has no such event or occurrence."""
    found = locate(backend, tenant, stream_id)
    root, reading = found.row.text.tree, found.row.text.reading
    if reading.component != "VEVENT":
        raise UnknownResource()
    shown = _shown(root, recurrence_id, now) if reading.recurs or recurrence_id is not None else None
    rid = shown.recurrence_id if shown is not None else None
    instance = next((each for each in reading.instances() if each.recurrence_id == rid), reading.instances()[0])
    entry = entry_of(stream_id, reading, instance, found.owner.addresses)
    if shown is not None:
        entry = replace(entry, recurrence_id=rid, start=shown.start, end=shown.end)
    part = shown.component if shown is not None else _component(root, instance.recurrence_id)
    start = entry.start
    return EventView(
        entry=entry,
        mark=found.mark,
        rights=_rights(found),
        occurrence=rid,
        asked=recurrence_id,
        rule=reading.master.rrule if reading.master is not None else None,
        first=reading.master.start if reading.master is not None else None,
        zone=getattr(start.tzinfo, "key", None) if isinstance(start, datetime) else None,
        reminders=reminders_of(part),
        transparent=instance.transp == "TRANSPARENT",
        calendar=_calendar(backend, tenant, found),
        over=_ended(entry, now),
        shared=found.calendar.share is not None,
        removed=entry.status == "CANCELLED" and is_removed(backend, found.calendar.tenant, stream_id),
    )


def _shown(root: Component, recurrence_id: str | None, now: datetime) -> Occurrence | None:
    """The occurrence that is asked for, else the next one, else the last known one."""
    try:
        return occurrence_named(root, recurrence_id) if recurrence_id is not None else next_occurrence(root, now)
    except UnknownOccurrence:
        raise UnknownResource() from None
    except IcalError:
        return None  # a series that costs too much to expand is shown as its first occurrence


def _component(root: Component, recurrence_id: str | None) -> Component:
    events = root.components("VEVENT")
    return next((each for each in events if (each.get("RECURRENCE-ID") is None) == (recurrence_id is None)), events[0])


def _rights(found: Located) -> Rights:
    if not found.writable:
        return "nothing"
    return "own" if found.role == "attendee" else "all"


def _calendar(backend: Backend, tenant: AccountId, found: Located) -> str | None:
    own = backend.reads.calendars(tenant)
    if len(own) < 2 and found.calendar.share is None:
        return None
    return found.calendar.props.get(DISPLAY_NAME) or found.calendar.name


def _ended(entry: Entry, now: datetime) -> bool:
    end = entry.end
    if not isinstance(end, datetime):
        return end <= now.date()
    return (end if end.tzinfo is not None else end.replace(tzinfo=now.tzinfo)) <= now

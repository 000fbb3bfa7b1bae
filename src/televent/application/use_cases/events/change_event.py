"""Changes an event for all its occurrences, for one, or for this and all following ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.field_limits import check_length
from televent.application.refusals import NotOrganizer, UnreadableTimes, UnsplittableSeries
from televent.application.use_cases.events.guest_list import guests_named, listed
from televent.application.use_cases.events.split_event import divide
from televent.application.use_cases.events.storing import run, store
from televent.application.use_cases.events.which import Changed, Located, Scope, Which
from televent.domain.calendar_object.state import etag_of
from televent.ical.editing.changes import TEXTS, EventChange
from televent.ical.editing.event_edits import change_all, change_one


def change_event(
    backend: Backend,
    context: Context,
    *,
    which: Which,
    change: EventChange,
    come: Sequence[str] = (),
    go: Sequence[str] = (),
) -> Changed:
    """Stores the change; guests are told as after a calendar app's PUT. Idempotent by the command id.

    An attendee may change only reminders and transparency (RFC 6638 §3.2.2.1). FOLLOWING splits the series (ADR 47).
    ``come``: addresses or ``@username`` of new guests, ``go``: addresses of those who leave the list, both with ALL.
    Raises UnknownResource, PreconditionFailed (the event has changed since it was seen), NotOrganizer, ReadOnlyShare,
    TextTooLong, UnreadableTimes, UnknownOccurrenceId, UnmovableSeries, UnsplittableSeries, InvalidObject,
    InvalidAddress, TooManyAttendees; then nothing has changed.
    """
    for name, field in TEXTS.items():
        check_length(name, getattr(change, field) or "")
    if change.times is not None:
        start, end = change.times
        if isinstance(start, datetime) != isinstance(end, datetime) or not start < end:
            raise UnreadableTimes()
    if (come or go) and which.scope is not Scope.ALL:
        raise UnsplittableSeries()

    def step(found: Located) -> Changed:
        if found.role == "attendee" and not (change.own and not come and not go):
            raise NotOrganizer()
        text, rid = found.row.text, which.recurrence_id
        if which.scope is Scope.THIS and rid is not None:
            if change.repeats:
                raise UnsplittableSeries()
            new = change_one(text, change, now=context.now, recurrence_id=rid)
        elif which.scope is Scope.FOLLOWING and rid is not None and not change.own:
            return divide(backend, context, found, rid, change)
        else:
            new = change_all(text, change, now=context.now, recurrence_id=rid)
            if come or go:
                organizer = backend.people.account(found.calendar.tenant)
                new = listed(backend, context, organizer, new, guests_named(backend, organizer, come), go)
        if etag_of(new) != found.row.etag:
            store(backend, context, found, new)
        return Changed(which.stream_id, which.occurrence)

    return run(backend, context, which, step)

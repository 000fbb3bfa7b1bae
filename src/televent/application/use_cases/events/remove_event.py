"""Deletes an event: all of it, one occurrence, or this and all following ones."""

from __future__ import annotations

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import UnsplittableSeries
from televent.application.use_cases.events.storing import delete, run, store
from televent.application.use_cases.events.which import Changed, Located, Scope, Which
from televent.ical.editing.event_edits import remove_following, remove_one


def remove_event(backend: Backend, context: Context, *, which: Which) -> Changed:
    """Deletes what is meant: the organizer's guests get a cancellation, an attendee declines. Idempotent by the command
    id. An attendee removes one occurrence or all: a rule ends by its organizer alone.

    Raises UnknownResource, PreconditionFailed, ReadOnlyShare, UnknownOccurrenceId, UnsplittableSeries.
    """

    def step(found: Located) -> Changed:
        text, rid = found.row.text, which.occurrence
        if rid is None:
            delete(backend, context, found)
            return Changed(which.stream_id, gone=True)
        if which.scope is Scope.THIS:
            left = remove_one(text, rid, now=context.now)
        elif found.role == "attendee":
            raise UnsplittableSeries()
        else:
            left = remove_following(text, rid, now=context.now)
        if left is None:
            delete(backend, context, found)
            return Changed(which.stream_id, gone=True)
        store(backend, context, found, left)
        return Changed(which.stream_id)

    return run(backend, context, which, step)

"""Stores the edited text of an event as a client's PUT would, in an own or a shared calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.handle import retrying
from televent.application.refusals import (
    InvalidObject,
    PreconditionFailed,
    ReadOnlyShare,
    UnknownOccurrenceId,
    UnknownResource,
    UnmovableSeries,
    UnsplittableSeries,
)
from televent.application.use_cases.events.which import Changed, Located, Which, done_before, located_as_seen
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.shared.shared_objects import delete_from_shared, put_into_shared
from televent.ical.editing import refusals as editing
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

T = TypeVar("T")


def run(backend: Backend, context: Context, which: Which, step: Callable[[Located], Changed]) -> Changed:
    """Runs a change on the event as the person saw it; again where another writer was first and changed nothing that
    the person saw. A command that comes twice changes nothing the second time.

    Raises UnknownResource, PreconditionFailed, ReadOnlyShare and what ``step`` raises.
    """

    def attempt() -> Changed:
        with refusing():
            found = located_as_seen(backend, context.tenant, which)
            if not found.writable:
                raise ReadOnlyShare()
            return step(found)

    try:
        return retrying(attempt)
    except (PreconditionFailed, UnknownResource) as refusal:
        if not done_before(backend, context, which.stream_id):
            raise
        return Changed(which.stream_id, which.occurrence, gone=isinstance(refusal, UnknownResource), again=True)


def store(backend: Backend, context: Context, found: Located, text: CalendarText) -> None:
    """Stores the text in the place of the one that was found. Raises StaleStream where that has changed meanwhile."""
    mended, conditions = text.mended(), Conditions(if_match=(found.row.etag,))
    try:
        if found.calendar.share is not None:
            put_into_shared(
                backend,
                _as_owner(context, found),
                row=found.calendar,
                href=found.row.href,
                text=mended,
                conditions=conditions,
            )
            return
        put_object(
            backend,
            context,
            calendar=found.calendar.name,
            href=found.row.href,
            text=mended,
            conditions=conditions,
            stored=found.row.text,
        )
    except PreconditionFailed:
        raise StaleStream() from None


def delete(backend: Backend, context: Context, found: Located) -> None:
    """Deletes the event that was found: its guests get a cancellation, an attendee declines. Raises StaleStream."""
    conditions, name = Conditions(if_match=(found.row.etag,)), found.row.href
    try:
        if found.calendar.share is not None:
            delete_from_shared(backend, _as_owner(context, found), row=found.calendar, href=name, conditions=conditions)
            return
        delete_object(backend, context, calendar=found.calendar.name, href=name, conditions=conditions)
    except PreconditionFailed:
        raise StaleStream() from None


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what an edit of a text raises into a refusal."""
    try:
        yield
    except editing.UnknownOccurrence as error:
        raise UnknownOccurrenceId() from error
    except editing.UnmovableSeries as error:
        raise UnmovableSeries() from error
    except editing.UnsplittableSeries as error:
        raise UnsplittableSeries() from error
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error


def _as_owner(context: Context, found: Located) -> Context:
    """The context of a sharee's command: it runs in the owner's account."""
    return replace(context, tenant=found.calendar.tenant)

"""Moves an event between calendars of two accounts, for a person who may write to both (ADR 26).

Two accounts are two tenants, and no transaction writes to both. So the event is stored at the destination before it is
deleted at the source: after a crash in between it exists twice, and is never lost. Meetings cannot be moved. A MOVE
sends no message (RFC 6638 §3.2.3.4), but an organizer or attendee who loses their copy would have to send one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import (
    MeetingStays,
    PreconditionFailed,
    ReadOnlyShare,
    SchedulingUidConflict,
    TryAgain,
    UnknownCalendar,
    UnknownDestination,
    UnknownResource,
)
from televent.application.shared_view import presented
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import Stored, put_object, validated
from televent.application.use_cases.shared.shared_objects import put_into_shared, stored_under
from televent.domain.refusal import Refusal
from televent.domain.sharing.access import READ_WRITE
from televent.ical.editing.attachments import foreign
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

ATTEMPTS = 3
"""Max attempts of one move while the event changes meanwhile."""


@dataclass(frozen=True, slots=True)
class End:
    """Source or destination of a move.

    ``context.tenant``: the calendar's owner; ``calendar``: its name in the owner's home. ``row`` is set where the
    calendar is shared with the acting person.
    """

    context: Context
    calendar: str
    href: str
    row: CalendarRow | None = None


def move_across(
    backend: Backend, *, source: End, destination: End, overwrite: bool, conditions: Conditions = NONE
) -> Stored:
    """Moves the event. ``conditions`` are on the source. Raises Refusal; then nothing has changed."""
    for end in (source, destination):
        if end.row is not None and end.row.share is not None and end.row.share.access != READ_WRITE:
            raise ReadOnlyShare()
    put = NONE if overwrite else Conditions(if_none_match=("*",))
    first: Stored | None = None
    try:
        for attempt in range(ATTEMPTS):
            raw, text = _source(backend, source, conditions if first is None else NONE)
            check_no_part(backend, destination.context, text)
            if _has_part(backend, source.context, raw.text):
                raise MeetingStays()
            stored = _put(backend, _step(destination, attempt), text, put)
            first, put = first or stored, NONE
            try:
                _delete(backend, _step(source, attempt), raw)
            except PreconditionFailed:
                continue  # it changed meanwhile: store the new text and try again
            return replace(stored, created=first.created)
        raise TryAgain()
    except Refusal:
        # The reason may be a deletion at the source meanwhile; then no copy may remain at the destination.
        _take_back(backend, destination, first)
        raise


def for_another(backend: Backend, context: Context, text: CalendarText) -> CalendarText:
    """The text of a copy for another account. Its attachments still belong to the first account, so the copy has only
    their URLs (RFC 8607 §3.12.7). Raises SchedulingUidConflict."""
    check_no_part(backend, context, text)
    return foreign(text)


def check_no_part(backend: Backend, context: Context, text: CalendarText) -> None:
    """Checks that the account has no part in the meeting, because each participant has a copy already.

    A COPY or MOVE sends no messages (RFC 6638 §3.2.3.3, §3.2.3.4). Raises SchedulingUidConflict (§3.2.4.1).
    """
    if _has_part(backend, context, text):
        raise SchedulingUidConflict()


def _has_part(backend: Backend, context: Context, text: CalendarText) -> bool:
    try:
        reading = text.reading
    except IcalError:
        return False
    addresses = backend.people.owner(backend.people.account(context.tenant)).addresses
    organizer = reading.organizer
    return organizer is not None and (organizer.address in addresses or reading.attendee(addresses) is not None)


def _source(backend: Backend, source: End, conditions: Conditions) -> tuple[ResourceRow, CalendarText]:
    """The row as its owner has it, and the text as the acting person sees it."""
    if source.row is not None and source.row.share is not None:
        share = source.row.share
        raw = stored_under(backend, source.row, share, source.href, conditions)
        shown = None
        if raw is not None:
            own = backend.reads.overlays(share, [raw.stream_id]) if share.seq else {}
            shown = presented(raw, share, own.get(raw.stream_id))
        if raw is None or shown is None:
            raise UnknownResource()
        return raw, shown.text
    tenant = source.context.tenant
    row = backend.reads.calendar(tenant, source.calendar)
    if row is None:
        raise UnknownCalendar()
    raw = next(iter(backend.reads.resources(tenant, row.calendar_id, [source.href])), None)
    if raw is None:
        raise UnknownResource()
    conditions.check(raw, row)
    return raw, raw.text


def _put(backend: Backend, there: End, text: CalendarText, conditions: Conditions) -> Stored:
    text = text.mended()
    validated(text)
    try:
        if there.row is not None:
            return put_into_shared(
                backend, there.context, row=there.row, href=there.href, text=text, conditions=conditions
            )
        return put_object(
            backend, there.context, calendar=there.calendar, href=there.href, text=text, conditions=conditions
        )
    except UnknownCalendar:
        raise UnknownDestination() from None


def _delete(backend: Backend, here: End, raw: ResourceRow) -> None:
    pinned = Conditions(if_match=(raw.etag,))
    delete_object(backend, here.context, calendar=here.calendar, href=here.href, conditions=pinned)


def _take_back(backend: Backend, there: End, stored: Stored | None) -> None:
    """Deletes the new copy at the destination, unless it replaced another event or has changed since."""
    if stored is None or not stored.created:
        return
    raw = backend.reads.by_stream(there.context.tenant, stored.stream_id)
    if raw is not None:
        _delete(backend, _step(there, ATTEMPTS), raw)


def _step(end: End, number: int) -> End:
    """The end with the context of one attempt. The first keeps the command id, which Push-Dont-Notify may name."""
    context = end.context
    if not number:
        return end
    step = context.on_behalf_of(context.tenant, uuid5(context.command_id, str(number)), context.door)
    return replace(end, context=step)

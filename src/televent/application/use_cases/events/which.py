"""Which part of which event a person means, and the version of it that they saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import HiddenFromSharees, PreconditionFailed, ReadOnlyShare, UnknownResource
from televent.application.shared_view import presented
from televent.domain.calendar_object.commands import Owner
from televent.domain.ids import AccountId, StreamKey
from televent.domain.sharing.access import BUSY, READ_WRITE
from televent.ical.objects.sharees import PUBLIC, visibility

MIN_SEEN: Final = 4
"""Min characters of a mark that say which version a person saw."""
_LOOKED_AT: Final = 50
"""Max newest facts of an event among which an earlier run of the same command is looked for."""


class Scope(Enum):
    """The occurrences of a series that a change is about."""

    ALL = "all"
    THIS = "this"
    FOLLOWING = "following"


@dataclass(frozen=True, slots=True)
class Which:
    """The part of an event that is meant. ``recurrence_id`` is canonical; THIS and FOLLOWING need it.

    ``seen``: the beginning of the ``mark`` of the event that the person saw; None: any. An event that has changed since
    is not written over.
    """

    stream_id: UUID
    recurrence_id: str | None = None
    scope: Scope = Scope.ALL
    seen: str | None = None
    etags: tuple[str, ...] | None = None
    """Entity tags of which the event must have one, unquoted; "*" is any (RFC 9110 §13.1.1). None: any."""

    @property
    def occurrence(self) -> str | None:
        """The occurrence that is meant alone, or with the following ones; None: all of them."""
        return None if self.scope is Scope.ALL else self.recurrence_id


@dataclass(frozen=True, slots=True)
class Changed:
    """The result. ``stream_id`` is that of the event to show now: of the rest, where a series was split. ``gone``: the
    event has no occurrence any more. ``again``: the same command was done before, and nothing changed now."""

    stream_id: UUID
    recurrence_id: str | None = None
    gone: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Located:
    """An event that a person may see, and the calendar that has it. ``row`` is the event as the person sees it.

    ``owner``: the addresses of the calendar's owner, as whom a sharee writes too. ``role``: the owner's part in the
    meeting: "organizer", "attendee", or "none" for an event without guests. ``tag``: the Schedule-Tag of the owner's
    event, which a sharee is not given.
    """

    row: ResourceRow
    calendar: CalendarRow
    owner: Owner
    role: str
    tag: str | None

    @property
    def mark(self) -> str:
        """The Schedule-Tag, which guests' answers do not change (RFC 6638 §3.2.10); the ETag of an event without
        guests."""
        return self.tag or self.row.etag

    @property
    def writable(self) -> bool:
        """False in a calendar that is shared for reading only."""
        return self.calendar.share is None or self.calendar.share.access == READ_WRITE


def locate(backend: Backend, tenant: AccountId, stream_id: UUID) -> Located:
    """The event in a calendar of the person, or in one that is shared with them. Raises UnknownResource."""
    row = backend.reads.by_stream(tenant, stream_id)
    if row is not None and row.ics is not None:
        calendar = backend.reads.calendar_of(tenant, row.calendar_id)
        if calendar is not None:
            return _located(backend, row, calendar, row.schedule_tag)
    for mount in backend.reads.mounts(tenant):
        if mount.share is None or mount.share.access == BUSY:
            continue
        shared = backend.reads.by_stream(mount.tenant, stream_id)
        if shared is None or shared.ics is None or shared.calendar_id != mount.calendar_id:
            continue
        own = backend.reads.overlays(mount.share, [stream_id]) if mount.share.seq else {}
        shown = presented(shared, mount.share, own.get(stream_id))
        if shown is not None:
            return _located(backend, shown, mount, shared.schedule_tag)
    raise UnknownResource()


def located_as_seen(backend: Backend, tenant: AccountId, which: Which) -> Located:
    """The event, if it is still as the person saw it. Raises UnknownResource, PreconditionFailed."""
    found = locate(backend, tenant, which.stream_id)
    if which.seen is not None and (len(which.seen) < MIN_SEEN or not found.mark.startswith(which.seen)):
        raise PreconditionFailed(condition="If-Match")
    if which.etags is not None and not {"*", found.row.etag} & {*which.etags}:
        raise PreconditionFailed(condition="If-Match")
    return found


def acting_for_owner(backend: Backend, context: Context, stream_id: UUID) -> Context:
    """The context in which a person decides about an event as its calendar's owner: a sharee who may write and sees it
    whole acts for the owner, as with every change. Raises UnknownResource, ReadOnlyShare, HiddenFromSharees."""
    found = locate(backend, context.tenant, stream_id)
    if found.calendar.share is None:
        return context
    if not found.writable:
        raise ReadOnlyShare()
    if visibility(found.row.text) != PUBLIC:
        raise HiddenFromSharees()
    return replace(context, tenant=found.calendar.tenant)


def done_before(backend: Backend, context: Context, stream_id: UUID) -> bool:
    """Whether this command has changed that event of the person already: it came twice."""
    key = str(StreamKey(context.tenant, stream_id))
    newest = backend.store.recorder.select_events(key, desc=True, limit=_LOOKED_AT)
    return any(getattr(each, "command_id", None) == context.command_id for each in newest)


def _located(backend: Backend, row: ResourceRow, calendar: CalendarRow, tag: str | None) -> Located:
    owner = backend.people.owner(backend.people.account(calendar.tenant))
    organizer = row.text.reading.organizer
    if organizer is None:
        role = "none"
    elif organizer.address in owner.addresses:
        role = "organizer"
    else:
        role = "attendee" if row.text.reading.attendee(owner.addresses) is not None else "none"
    return Located(row, calendar, owner, role, tag)

"""Changes by a sharee to the events of a shared calendar.

The commands run in the owner's account, so that scheduling is done as the owner (CalendarServer sharing §5.5.5). The
context's actor is the sharee. A sharee may not change an event that is hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import OVERLAY
from televent.application.event_store.handle import handle, retrying
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share
from televent.application.refusals import (
    HiddenFromSharees,
    NotOrganizer,
    PreconditionFailed,
    ReadOnlyShare,
    UnknownResource,
)
from televent.application.shared_view import presented
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import Stored, put_object, validated
from televent.application.use_cases.scheduling.answer_within import answer_within
from televent.application.use_cases.scheduling.meetings import organizer_of
from televent.domain.calendar_object.state import etag_of
from televent.domain.ids import StreamKey
from televent.domain.sharing.access import READ_WRITE
from televent.domain.sharing.overlay.commands import SetOwnParts
from televent.domain.sharing.overlay.decide import decide
from televent.domain.sharing.overlay.state import overlay_id
from televent.ical.editing.organizing import organized_by
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.own_parts import own_parts, same_event, with_own_parts
from televent.ical.objects.reading import Reading
from televent.ical.objects.sharees import PUBLIC, visibility


def put_into_shared(
    backend: Backend,
    context: Context,
    *,
    row: CalendarRow,
    href: str,
    text: CalendarText,
    conditions: Conditions = NONE,
) -> Stored:
    """Stores a sharee's text. ``context.tenant`` is the owner. Raises Refusal; then nothing has changed.

    Alarms and transparency in ``text`` become the sharee's own parts. If nothing else changed, the owner's event is not
    written, so a sharee with read access may do that too (CalendarServer sharing §6.12).
    """
    share = _share(row)
    sent, text = text, _by_team(backend, share, text, validated(text))
    reading = validated(text)

    raw: ResourceRow | None = None

    def step() -> tuple[Stored, CalendarText]:
        nonlocal raw
        raw = stored_under(backend, row, share, href, conditions)
        if raw is not None and reading.uid == raw.uid and same_event(text, raw.text):
            return Stored(False, raw.etag, raw.schedule_tag, raw.stream_id), raw.text
        if share.access != READ_WRITE:
            raise ReadOnlyShare()
        # The event would disappear for the sharee who writes it.
        if visibility(text) != PUBLIC:
            raise HiddenFromSharees()
        if raw is None:
            _check_organizer(backend, row, reading)
        # The owner's alarms stay in the owner's event; a new event has none for the owner.
        theirs = with_own_parts(text, own_parts(raw.text) if raw is not None else None)
        with pinned_to(raw, conditions) as pinned:
            stored = put_object(
                backend,
                context,
                calendar=share.calendar,
                href=href,
                text=theirs,
                conditions=pinned,
                sharee=share.sharee,
                stored=raw.text if raw is not None else None,
            )
        return stored, theirs

    stored, theirs = retrying(step)
    answer_within(backend, context, share, raw, reading)
    own = own_parts(text)
    overlays = backend.reads.overlays(share, [stored.stream_id]) if share.seq else {}
    if overlays or own != own_parts(with_own_parts(theirs, None)):
        keep_own_parts(backend, context, share, stored.stream_id, own.kept())
    # An ETag is returned only if a GET gives the sent bytes (RFC 4791 §5.3.4).
    exact = stored.etag is not None and with_own_parts(theirs, own) == sent
    return replace(stored, etag=etag_of(text) if exact else None)


def keep_own_parts(backend: Backend, context: Context, share: Share, object_id: UUID, parts: bytes) -> None:
    """Stores the sharee's own parts of an event, in the sharee's account."""
    command = SetOwnParts(share.share_id, object_id, parts)
    own = context.on_behalf_of(share.sharee, uuid5(context.command_id, "own parts"), context.door)
    key = StreamKey(share.sharee, overlay_id(share.share_id, object_id))
    handle(backend.store, own, OVERLAY, key, lambda state: decide(state, command))


def delete_from_shared(
    backend: Backend,
    context: Context,
    *,
    row: CalendarRow,
    href: str,
    conditions: Conditions = NONE,
    reply: bool = True,
) -> None:
    """Deletes an event for a sharee. ``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
    share = _share(row)
    if share.access != READ_WRITE:
        raise ReadOnlyShare()

    def step() -> None:
        raw = stored_under(backend, row, share, href, conditions)
        if raw is None:
            raise UnknownResource()
        with pinned_to(raw, conditions) as pinned:
            delete_object(backend, context, calendar=share.calendar, href=href, conditions=pinned, reply=reply)

    retrying(step)


def move_in_shared(
    backend: Backend,
    context: Context,
    *,
    row: CalendarRow,
    href: str,
    into: CalendarRow,
    to: str,
    overwrite: bool,
    conditions: Conditions = NONE,
) -> Stored:
    """Moves an event to another name in the same calendar, or to another calendar of the same owner that is shared with
    this person too. ``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
    share, there = _share(row), _share(into)
    if {share.access, there.access} != {READ_WRITE}:
        raise ReadOnlyShare()

    def step() -> Stored:
        raw = stored_under(backend, row, share, href, conditions)
        if raw is None:
            raise UnknownResource()
        stored_under(backend, into, there, to, NONE)
        source, destination = Place(share.calendar, href), Place(there.calendar, to)
        with pinned_to(raw, conditions) as pinned:
            return move_object(
                backend, context, source=source, destination=destination, overwrite=overwrite, conditions=pinned
            )

    stored = retrying(step)
    if share.share_id != there.share_id:
        # The acting sharee's own parts move with the event; other sharees' parts do not.
        own = backend.reads.overlays(share, [stored.stream_id]).get(stored.stream_id) if share.seq else None
        if own is not None:
            keep_own_parts(backend, context, there, stored.stream_id, own)
    return stored


def _by_team(backend: Backend, share: Share, text: CalendarText, reading: Reading) -> CalendarText:
    """In a team calendar the team organizes what a member's app organizes as the member (ADR 96): apps cannot know the
    team's address. A meeting that the member has in a calendar of their own stays theirs."""
    if not share.role or reading.organizer is None:
        return text
    member = backend.people.owner(backend.people.account(share.sharee)).addresses
    if reading.organizer.address not in member or backend.reads.by_uid(share.sharee, reading.uid):
        return text
    return organized_by(text, member, organizer_of(backend, backend.people.account(share.owner)))


def _check_organizer(backend: Backend, row: CalendarRow, reading: Reading) -> None:
    """Checks that the owner organizes the new meeting (§5.5.5), or is invited to it. Raises NotOrganizer."""
    owner = backend.people.owner(backend.people.account(row.tenant))
    organizer = reading.organizer
    if organizer is not None and organizer.address not in owner.addresses and not reading.attendee(owner.addresses):
        raise NotOrganizer()


def _share(row: CalendarRow) -> Share:
    assert row.share is not None
    return row.share


def stored_under(
    backend: Backend, row: CalendarRow, share: Share, href: str, conditions: Conditions
) -> ResourceRow | None:
    """The owner's row of that name; None without one. The conditions are checked on the row as the sharee sees it.

    Raises PreconditionFailed, HiddenFromSharees.
    """
    raw = next(iter(backend.reads.resources(row.tenant, row.calendar_id, [href])), None)
    if raw is not None and visibility(raw.text) != PUBLIC:
        raise HiddenFromSharees()
    shown = None
    if raw is not None:
        own = backend.reads.overlays(share, [raw.stream_id]) if share.seq else {}
        shown = presented(raw, share, own.get(raw.stream_id))
    conditions.check(shown)
    return raw


@contextmanager
def pinned_to(raw: ResourceRow | None, conditions: Conditions) -> Iterator[Conditions]:
    """Conditions that the owner's row is still the one that was checked as the sharee sees it.

    Raises StaleStream where another request has changed the row since.
    """
    try:
        if raw is None:
            yield Conditions(if_none_match=("*",), moment=conditions.moment)
        else:
            yield Conditions(if_match=(raw.etag,), moment=conditions.moment)
    except PreconditionFailed as refusal:
        if refusal.details.get("condition") in ("If", "Overwrite"):
            raise
        raise StaleStream() from None

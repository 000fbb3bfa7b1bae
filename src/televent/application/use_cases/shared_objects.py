"""Events of a calendar that is shared, changed by somebody else than its owner.

The commands are given to the owner's account, so that scheduling is his (CalendarServer sharing §5.5.5); who acts
stands in the context. What the other person may not see he may not change either.
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
from televent.application.use_cases.answer_within import answer_within
from televent.application.use_cases.delete_object import delete_object
from televent.application.use_cases.move_object import Place, move_object
from televent.application.use_cases.put_object import Stored, put_object, validated
from televent.domain.calendar_object.state import etag_of
from televent.domain.ids import StreamKey
from televent.domain.sharing.access import READ_WRITE
from televent.domain.sharing.overlay.commands import SetOwnParts
from televent.domain.sharing.overlay.decide import decide
from televent.domain.sharing.overlay.state import overlay_id
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
    """``context.tenant`` is the owner. Alarms and transparency in ``text`` are for this person alone. Where nothing
    else is new the owner's event stays as it is, and who may only read may do that as well (CalendarServer sharing
    §6.12). Raises Refusal; then nothing has changed."""
    share = _share(row)
    reading = validated(text)

    raw: ResourceRow | None = None

    def step() -> tuple[Stored, CalendarText]:
        nonlocal raw
        raw = stored_under(backend, row, share, href, conditions)
        if raw is not None and reading.uid == raw.uid and same_event(text, raw.text):
            return Stored(False, raw.etag, raw.schedule_tag, raw.stream_id), raw.text
        if share.access != READ_WRITE:
            raise ReadOnlyShare()
        # It would vanish from the eyes of him who writes it.
        if visibility(text) != PUBLIC:
            raise HiddenFromSharees()
        if raw is None:
            _check_organizer(backend, row, reading)
        # The owner keeps his own alarms; in what is new he has none.
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
    # An ETag only where reading gives back what was sent (RFC 4791 §5.3.4).
    exact = stored.etag is not None and with_own_parts(theirs, own) == text
    return replace(stored, etag=etag_of(text) if exact else None)


def keep_own_parts(backend: Backend, context: Context, share: Share, object_id: UUID, parts: bytes) -> None:
    """What is this person's own in the event, noted in his own account."""
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
    """``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
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
    """Another name in the same calendar, or in another one of the same owner that is shared with this person too.
    ``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
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
        # What is his own goes along; of what others had there nothing is known here.
        own = backend.reads.overlays(share, [stored.stream_id]).get(stored.stream_id) if share.seq else None
        if own is not None:
            keep_own_parts(backend, context, there, stored.stream_id, own)
    return stored


def _check_organizer(backend: Backend, row: CalendarRow, reading: Reading) -> None:
    """A meeting made here is the owner's (§5.5.5); one that he is invited to may be put here as well."""
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
    """What stands under the name; the conditions are about it as this person sees it. Raises PreconditionFailed,
    HiddenFromSharees."""
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
    """The conditions were about what this person sees; what was looked at must still stand when it is changed. Where it
    does not, somebody else was first: raises StaleStream."""
    try:
        if raw is None:
            yield Conditions(if_none_match=("*",), seq=conditions.seq)
        else:
            yield Conditions(if_match=(raw.etag,), seq=conditions.seq)
    except PreconditionFailed as refusal:
        if refusal.details.get("condition") in ("If", "Overwrite"):
            raise
        raise StaleStream() from None

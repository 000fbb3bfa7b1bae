"""Events of a calendar that is shared, changed by somebody else than its owner.

The commands are given to the owner's account, so that scheduling is his (CalendarServer sharing §5.5.5); who acts
stands in the context. What the other person may not see he may not change either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from televent.application.conditions import NONE, Conditions
from televent.application.context import Context
from televent.application.handle import retrying
from televent.application.office import Office
from televent.application.ports import CalendarRow, ResourceRow, Share, StaleStream
from televent.application.refusals import (
    HiddenFromSharees,
    NotOrganizer,
    PreconditionFailed,
    ReadOnlyShare,
    UnknownResource,
)
from televent.application.shared_view import presented
from televent.application.use_cases.delete_object import delete_object
from televent.application.use_cases.move_object import Place, move_object
from televent.application.use_cases.put_object import Stored, put_object, validated
from televent.domain.sharing import READ_WRITE
from televent.ical.reading import Reading
from televent.ical.sharees import PUBLIC, visibility


def put_into_shared(
    office: Office, context: Context, *, row: CalendarRow, href: str, text: bytes, conditions: Conditions = NONE
) -> Stored:
    """``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
    share = _share(row)
    if share.access != READ_WRITE:
        raise ReadOnlyShare()
    reading = validated(text)

    def step() -> Stored:
        raw = _standing(office, row, share, href, conditions)
        # It would vanish from the eyes of him who writes it.
        if visibility(text) != PUBLIC:
            raise HiddenFromSharees()
        if raw is None:
            _check_organizer(office, row, reading)
        with _pinned(raw, conditions) as pinned:
            return put_object(office, context, calendar=share.calendar, href=href, text=text, conditions=pinned)

    return retrying(step)


def delete_from_shared(
    office: Office,
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
        raw = _standing(office, row, share, href, conditions)
        if raw is None:
            raise UnknownResource()
        with _pinned(raw, conditions) as pinned:
            delete_object(office, context, calendar=share.calendar, href=href, conditions=pinned, reply=reply)

    retrying(step)


def move_in_shared(
    office: Office,
    context: Context,
    *,
    row: CalendarRow,
    href: str,
    to: str,
    overwrite: bool,
    conditions: Conditions = NONE,
) -> Stored:
    """Another name in the same calendar. ``context.tenant`` is the owner. Raises Refusal; then nothing has changed."""
    share = _share(row)
    if share.access != READ_WRITE:
        raise ReadOnlyShare()

    def step() -> Stored:
        raw = _standing(office, row, share, href, conditions)
        if raw is None:
            raise UnknownResource()
        _standing(office, row, share, to, NONE)
        source, destination = Place(share.calendar, href), Place(share.calendar, to)
        with _pinned(raw, conditions) as pinned:
            return move_object(
                office, context, source=source, destination=destination, overwrite=overwrite, conditions=pinned
            )

    return retrying(step)


def _check_organizer(office: Office, row: CalendarRow, reading: Reading) -> None:
    """A meeting made here is the owner's (§5.5.5); one that he is invited to may be put here as well."""
    owner = office.owner(office.account(row.tenant))
    organizer = reading.organizer
    if organizer is not None and organizer.address not in owner.addresses and not reading.attendee(owner.addresses):
        raise NotOrganizer()


def _share(row: CalendarRow) -> Share:
    assert row.share is not None
    return row.share


def _standing(office: Office, row: CalendarRow, share: Share, href: str, conditions: Conditions) -> ResourceRow | None:
    """What stands under the name; the conditions are about it as this person sees it. Raises PreconditionFailed,
    HiddenFromSharees."""
    raw = next(iter(office.reads.resources(row.tenant, row.calendar_id, [href])), None)
    if raw is not None and visibility(raw.ics or b"") != PUBLIC:
        raise HiddenFromSharees()
    conditions.check(presented(raw, share) if raw is not None else None)
    return raw


@contextmanager
def _pinned(raw: ResourceRow | None, conditions: Conditions) -> Iterator[Conditions]:
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

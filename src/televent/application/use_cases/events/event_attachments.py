"""The files of an event: added, read and removed by its id, as managed attachments (RFC 8607)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from televent.application.attachments import AttachmentRow, owner_in
from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.refusals import UnknownManagedId
from televent.application.use_cases.events.which import Located, locate
from televent.application.use_cases.shared.attach import Edit, check_edit, edit_attachments, readable
from televent.domain.ids import AccountId
from televent.ical.editing.attachments import Attachment, add_attachment, remove_attachment, urls_of


def check_attaching(
    backend: Backend, context: Context, *, event_id: UUID, line: Attachment, etags: tuple[str, ...] | None
) -> AccountId:
    """Checks before an upload that the event can have the file; returns the account that will own it. Raises
    UnknownResource, PreconditionFailed, ReadOnlyShare, NotOrganizer, TooManyAttachments."""
    found = locate(backend, context.tenant, event_id)
    check_edit(
        backend,
        _as_owner(context, found),
        row=found.calendar,
        href=found.row.href,
        edit=_adding(line),
        conditions=Conditions(if_match=etags),
    )
    return AccountId(found.calendar.tenant)


def attach(
    backend: Backend, context: Context, *, event_id: UUID, line: Attachment, etags: tuple[str, ...] | None
) -> None:
    """Adds a stored file to all occurrences of the event; its guests are told. Raises as ``check_attaching``."""
    _edit(backend, context, event_id, _adding(line), etags)


def detach(
    backend: Backend, context: Context, *, event_id: UUID, attachment_id: UUID, etags: tuple[str, ...] | None
) -> None:
    """Removes a file from all occurrences of the event. Raises UnknownManagedId, and as ``check_attaching``."""
    _edit(
        backend, context, event_id, lambda text, now: remove_attachment(text, str(attachment_id), None, now=now), etags
    )


def attachment_of(backend: Backend, person: AccountId, *, event_id: UUID, attachment_id: UUID) -> AttachmentRow:
    """A file of the event, which the person may read. It may be their organizer's. Raises UnknownResource,
    UnknownManagedId."""
    found = locate(backend, person, event_id)
    managed_id = str(attachment_id)
    for url in urls_of(found.row.text, managed_id):
        owner = owner_in(url, managed_id)
        row = readable(backend, owner, person, attachment_id) if owner is not None else None
        if row is not None and not row.removed:
            return row
    raise UnknownManagedId(reason="the event has no such attachment")


def _edit(backend: Backend, context: Context, event_id: UUID, edit: Edit, etags: tuple[str, ...] | None) -> None:
    found = locate(backend, context.tenant, event_id)
    edit_attachments(
        backend,
        _as_owner(context, found),
        row=found.calendar,
        href=found.row.href,
        edit=edit,
        conditions=Conditions(if_match=etags),
    )


def _adding(line: Attachment) -> Edit:
    return lambda text, now: add_attachment(text, line, None, now=now)


def _as_owner(context: Context, found: Located) -> Context:
    """The context of a sharee's command: it runs in the owner's account."""
    return replace(context, tenant=found.calendar.tenant)

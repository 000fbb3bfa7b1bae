"""Managed attachments of a calendar object: RFC 8607 §3.4 to §3.6.

The bytes are stored before. This changes the object's text as a PUT of its owner would, with the same facts and iTIP
messages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from televent.application.attachments import MAX_ATTACHMENTS, AttachmentRow
from televent.application.backend import Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.context import Context
from televent.application.event_store.handle import retrying
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import (
    InvalidObject,
    NotOrganizer,
    ReadOnlyShare,
    TooManyAttachments,
    UnknownManagedId,
    UnknownOccurrenceId,
    UnknownResource,
)
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.application.use_cases.shared.shared_objects import pinned_to, stored_under
from televent.domain.ids import AccountId
from televent.domain.sharing.access import READ, READ_WRITE
from televent.ical.editing.attachments import UnknownAttachment, UnknownOccurrence, attendees_with, managed_ids
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.sharees import PUBLIC, visibility
from televent.ical.text.errors import IcalError

Edit = Callable[[CalendarText, datetime], CalendarText]
"""A function from the object's text and the time to the changed text."""


def check_edit(
    backend: Backend, context: Context, *, row: CalendarRow, href: str, edit: Edit, conditions: Conditions = NONE
) -> CalendarText:
    """Checks before an upload that the edit is possible now; returns the stored text. Raises Refusal."""
    found = _found(backend, row, href, conditions)
    _edited(backend, context, row, found, edit)
    return found.text


def edit_attachments(
    backend: Backend,
    context: Context,
    *,
    row: CalendarRow,
    href: str,
    edit: Edit,
    conditions: Conditions = NONE,
    stored: CalendarText | None = None,
) -> Stored:
    """Changes the attachments of a stored object.

    ``row``: the calendar as the acting person sees it; ``context.tenant``: its owner. ``stored``: the object's text,
    where the caller has read it. Raises Refusal; then nothing has changed.
    """
    name = row.share.calendar if row.share is not None else row.name

    def step() -> Stored:
        found = _found(backend, row, href, conditions).knowing(stored)
        text = _edited(backend, context, row, found, edit)
        with pinned_to(found, conditions) as unchanged:
            return put_object(
                backend,
                context,
                calendar=name,
                href=href,
                text=text,
                conditions=unchanged,
                stored=found.text,
            )

    return retrying(step)


def readable(backend: Backend, tenant: AccountId, person: AccountId, attachment_id: UUID) -> AttachmentRow | None:
    """The attachment, if this person may read it; None if not, or without such an attachment.

    Readers are its owner, the attendees of an occurrence that has it, and the sharees who may read a calendar with such
    an object.
    """
    found = backend.attachments.find(tenant, attachment_id)
    if found is None:
        return None
    row, uids = found
    if person == tenant:
        return row
    account = backend.reads.account(person)
    if account is None:
        return None
    mine = frozenset(backend.people.addresses_of(account))
    for uid in uids:
        for bare in backend.reads.by_uid(tenant, uid):
            for each in backend.reads.resources(tenant, bare.calendar_id, [bare.href]):
                text = each.text
                if str(attachment_id) not in managed_ids(text):
                    continue
                if attendees_with(text, str(attachment_id)) & mine:
                    return row
                calendar = backend.reads.calendar_of(tenant, each.calendar_id)
                grant = calendar.shares.get(str(person), {}) if calendar is not None else {}
                asked = "role" in grant and grant["status"] != "accepted"
                if grant.get("access") in (READ, READ_WRITE) and not asked and visibility(text) == PUBLIC:
                    return row
    return None


def _found(backend: Backend, row: CalendarRow, href: str, conditions: Conditions) -> ResourceRow:
    if row.share is not None:
        if row.share.access != READ_WRITE:
            raise ReadOnlyShare()
        found = stored_under(backend, row, row.share, href, conditions)
    else:
        found = next(iter(backend.reads.resources(row.tenant, row.calendar_id, [href])), None)
        conditions.check(found, row)
    if found is None:
        raise UnknownResource()
    return found


def _edited(backend: Backend, context: Context, row: CalendarRow, found: ResourceRow, edit: Edit) -> CalendarText:
    text = found.text
    reading = text.reading
    owner = backend.people.owner(backend.people.account(row.tenant))
    if reading.organizer is not None and reading.organizer.address not in owner.addresses:
        # Only the organizer may change a meeting's attachments (RFC 6638 §3.2.2.1).
        raise NotOrganizer()
    try:
        changed = edit(text.mended(), context.now)
    except UnknownOccurrence as error:
        raise UnknownOccurrenceId(reason=str(error)) from error
    except UnknownAttachment as error:
        raise UnknownManagedId(reason=str(error)) from error
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error
    if len(managed_ids(changed)) > max(MAX_ATTACHMENTS, len(managed_ids(text))):
        raise TooManyAttachments()
    return changed

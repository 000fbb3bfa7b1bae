"""Makes a new event in one of the person's calendars, or in one that is shared with them for writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.field_limits import check_texts
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import Found
from televent.application.refusals import PreconditionFailed, ReadOnlyShare, UnknownResource
from televent.application.use_cases.calendars.which_calendar import calendar_to_write
from televent.application.use_cases.events.guest_list import guests_named
from televent.application.use_cases.events.storing import refusing
from televent.application.use_cases.events.which import Changed
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.scheduling.meetings import organizer_of
from televent.application.use_cases.shared.shared_objects import put_into_shared
from televent.domain.sharing.access import READ_WRITE
from televent.ical.editing.changes import EventChange
from televent.ical.editing.drafting import draft_event


def create_event(
    backend: Backend,
    context: Context,
    *,
    values: EventChange,
    calendar_id: UUID | None = None,
    uid: str | None = None,
    guests: Sequence[str] = (),
    account: AccountRow | None = None,
    default: CalendarRow | None = None,
) -> Changed:
    """Stores the event, and invites the guests (addresses or ``@username``) as after a calendar app's PUT. Idempotent
    by the command id. ``calendar_id`` None: the default calendar. ``uid`` None: one of this server.
    ``account``, ``default``: that of the person, and their default calendar, where they were read already.

    Raises UnknownCalendar, ReadOnlyShare, InvalidAddress, TooManyAttendees, TextTooLong, UidConflict, InvalidObject,
    ComponentNotSupported.
    """
    account = account or backend.people.account(context.tenant)
    if calendar_id is None and default is not None and "VEVENT" in default.components:
        calendar = default
    else:
        calendar = calendar_to_write(backend, account, calendar_id)
    if calendar.share is not None and calendar.share.access != READ_WRITE:
        raise ReadOnlyShare()
    owner = account if calendar.share is None else backend.people.account(calendar.tenant)
    event_id = uuid5(context.command_id, "event")
    own_uid = f"{event_id}@{backend.people.mail_domain}"
    with refusing():
        text = draft_event(
            uid=uid or own_uid,
            now=context.now,
            values=values,
            organizer=organizer_of(backend, owner),
            guests=guests_named(backend, owner, guests),
        )
        check_texts(text)
    href, only_new = f"{event_id}.ics", Conditions(if_none_match=("*",))
    try:
        if calendar.share is not None:
            as_owner = replace(context, tenant=calendar.tenant)
            stored = put_into_shared(backend, as_owner, row=calendar, href=href, text=text, conditions=only_new)
        else:
            # Nothing has a name and a UID that come from a new command. If the command came before, the transaction
            # conflicts with its event, and the rows are read.
            found = Found(calendar, None, (), own_uid) if uid is None and not guests else None
            stored = put_object(
                backend, context, calendar=calendar.name, href=href, text=text, conditions=only_new, account=account,
                found=found,
            )  # fmt: skip
    except PreconditionFailed:
        # The same command came twice; the event of the first one is there.
        there = backend.reads.resources(calendar.tenant, calendar.calendar_id, [href])
        if not there:
            raise UnknownResource() from None
        return Changed(there[0].stream_id, again=True)
    return Changed(stored.stream_id)

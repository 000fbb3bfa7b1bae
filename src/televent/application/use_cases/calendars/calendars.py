"""Calendar collections: creates, changes, renames and deletes them (RFC 4791 §5.3.1, RFC 4918 §9.2, §9.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from televent.application.addressing import Addressed
from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.calendar_colours import COLOUR, free_colour
from televent.application.event_store.conflicts import NameTaken
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR
from televent.application.event_store.handle import handle, retrying
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_locally
from televent.application.past.names import past_name
from televent.application.read_models.calendars import CalendarRow, ExpectCalendar
from televent.application.refusals import (
    CalendarNameTaken,
    DefaultCalendarStays,
    InvalidName,
    UnknownCalendar,
)
from televent.application.shared_view import share_named
from televent.application.use_cases.calendars.sharing import end_messages
from televent.application.use_cases.objects.delete_object import deletion
from televent.domain.calendar.commands import ChangeProperties, CreateCalendar, DeleteCalendar, RenameCalendar
from televent.domain.calendar.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey
from televent.domain.inbox_item.collection import INBOX

COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")

_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,255}\Z")
RESERVED = frozenset({INBOX, "outbox", "notifications"})


def create_calendar(
    backend: Backend,
    context: Context,
    *,
    name: str,
    components: tuple[str, ...] = COMPONENTS,
    props: Mapping[str, str] | None = None,
    calendar_id: UUID | None = None,
) -> UUID:
    """Creates a calendar, with a colour of its own unless ``props`` have one, and returns its id (``calendar_id``:
    where the caller has chosen it). Raises CalendarNameTaken, InvalidName, TooManyProperties."""
    _check_name(name)
    if backend.reads.calendar(context.tenant, name) is not None:
        raise CalendarNameTaken(name=name)
    calendar_id = calendar_id or backend.ids()
    given = dict(props or {})
    if COLOUR not in given:
        given[COLOUR] = free_colour(backend.reads.calendars(context.tenant))
    command = CreateCalendar(calendar_id, name, components, given)
    loaded = backend.store.empty(CALENDAR, StreamKey(context.tenant, calendar_id))
    try:
        backend.store.append(context, [Change(loaded, decide(loaded.state, command))])
    except NameTaken:
        raise CalendarNameTaken(name=name) from None
    return calendar_id


def change_calendar(
    backend: Backend,
    context: Context,
    *,
    name: str,
    set: Mapping[str, str],
    remove: frozenset[str] = frozenset(),
    by: AccountId | None = None,
) -> None:
    """Sets and removes properties, all or none. ``by``: the person who must be a manager of the team calendar. Raises
    UnknownCalendar, TooManyProperties, NotManager."""
    row = _calendar(backend, context, name)
    if COLOUR in remove:
        # Without the empty value the calendar would show its first colour again.
        set = {**set, COLOUR: ""}
    command = ChangeProperties(row.calendar_id, set, remove, by)
    key = StreamKey(context.tenant, row.calendar_id)
    handle(backend.store, context, CALENDAR, key, lambda state: decide(state, command))


def rename_calendar(backend: Backend, context: Context, *, name: str, to: str) -> None:
    """Gives the calendar another name. Its members and sync tokens stay valid (RFC 4918 §9.9). Raises UnknownCalendar,
    CalendarNameTaken, InvalidName."""
    row = _calendar(backend, context, name)
    _check_name(to)
    if backend.reads.calendar(context.tenant, to) is not None:
        raise CalendarNameTaken(name=to)
    command = RenameCalendar(row.calendar_id, to)
    key = StreamKey(context.tenant, row.calendar_id)
    try:
        handle(backend.store, context, CALENDAR, key, lambda state: decide(state, command))
    except NameTaken:
        raise CalendarNameTaken(name=to) from None


def delete_calendar(backend: Backend, context: Context, *, name: str, reply: bool = True) -> None:
    """Deletes a calendar with its events, in one transaction (RFC 4918 §9.6.1).

    Its meetings are cancelled or declined as if each were deleted (RFC 6638 §3.2.3.2). ``reply`` False: organizers get
    no reply (§8.1). Raises UnknownCalendar, DefaultCalendarStays.
    """
    owner = backend.people.owner(backend.people.account(context.tenant))

    def step() -> list[tuple[Context, Change[CalendarObject], Addressed]]:
        account = backend.people.account(context.tenant)
        row = _calendar(backend, context, name)
        if account.default_calendar == row.calendar_id:
            raise DefaultCalendarStays()
        loaded = backend.store.load(CALENDAR, StreamKey(context.tenant, row.calendar_id))
        gone = decide(loaded.state, DeleteCalendar(row.calendar_id))
        # The calendar comes first: its members' rows are deleted with it, and need no tombstones.
        changes: list[Change[Any]] = [Change(loaded, gone)]
        addressed_all = []
        for member in backend.reads.members(context.tenant, row.calendar_id, with_text=False):
            if member.schedule_tag is None:
                continue
            each = context.on_behalf_of(context.tenant, uuid5(context.command_id, str(member.stream_id)), context.door)
            change, addressed = deletion(backend, each, account, member, reply=reply)
            changes.append(change)
            addressed_all.append((each, change, addressed))
        queued = [message for _, _, addressed in addressed_all for message in addressed.outbox] + end_messages(
            context, row
        )
        # A meeting may arrive while the members are read. Its guests would get no message, so all is read again.
        unchanged = ExpectCalendar(row.tenant, row.calendar_id, row.moment)
        backend.store.append(context, changes, queued, expected=[unchanged])
        return addressed_all

    delivered = 0
    for each, change, addressed in retrying(step):
        delivered += len(addressed.local)
        if delivered > INLINE_RECIPIENTS:
            break  # a worker delivers the others
        deliver_locally(backend, each, change.loaded.key, owner, addressed, change.loaded.state.text)


def _check_name(name: str) -> None:
    if not _NAME.match(name) or name in RESERVED or name in (".", "..") or share_named(name) or past_name(name):
        raise InvalidName(name=name)


def _calendar(backend: Backend, context: Context, name: str) -> CalendarRow:
    row = backend.reads.calendar(context.tenant, name)
    if row is None:
        raise UnknownCalendar(name=name)
    return row

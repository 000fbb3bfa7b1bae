"""Calendar collections: made, changed, deleted (RFC 4791 §5.3.1, RFC 4918 §9.2, §9.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID, uuid5

from televent.application.context import Context
from televent.application.deciders import CALENDAR
from televent.application.handle import handle
from televent.application.office import Office
from televent.application.ports import CalendarRow, NameTaken
from televent.application.refusals import (
    CalendarNameTaken,
    DefaultCalendarStays,
    InvalidName,
    UnknownCalendar,
)
from televent.application.store import Change
from televent.application.use_cases.delete_object import delete_stream
from televent.domain import calendar
from televent.domain.ids import StreamKey

COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")

_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,255}\Z")
RESERVED = frozenset({"inbox", "outbox", "notifications"})


def create_calendar(
    office: Office,
    context: Context,
    *,
    name: str,
    components: tuple[str, ...] = COMPONENTS,
    props: Mapping[str, str] | None = None,
) -> UUID:
    """The new calendar's id. Raises CalendarNameTaken, InvalidName, TooManyProperties."""
    if not _NAME.match(name) or name in RESERVED or name in (".", ".."):
        raise InvalidName(name=name)
    if office.reads.calendar(context.tenant, name) is not None:
        raise CalendarNameTaken(name=name)
    calendar_id = office.ids()
    command = calendar.CreateCalendar(calendar_id, name, components, dict(props or {}))
    loaded = office.store.empty(CALENDAR, StreamKey(context.tenant, calendar_id))
    try:
        office.store.append(context, [Change(loaded, calendar.decide(loaded.state, command))])
    except NameTaken:
        raise CalendarNameTaken(name=name) from None
    return calendar_id


def change_calendar(
    office: Office, context: Context, *, name: str, set: Mapping[str, str], remove: frozenset[str] = frozenset()
) -> None:
    """All of it or nothing. Raises UnknownCalendar, TooManyProperties."""
    row = _calendar(office, context, name)
    command = calendar.ChangeProperties(row.calendar_id, set, remove)
    key = StreamKey(context.tenant, row.calendar_id)
    handle(office, context, CALENDAR, key, lambda state: calendar.decide(state, command))


def delete_calendar(office: Office, context: Context, *, name: str) -> None:
    """Its meetings are cancelled or declined first, as if each were deleted. Raises UnknownCalendar,
    DefaultCalendarStays."""
    row = _calendar(office, context, name)
    if office.account(context.tenant).default_calendar == row.calendar_id:
        raise DefaultCalendarStays()
    meetings = [
        member.stream_id
        for member in office.reads.members(context.tenant, row.calendar_id, with_text=False)
        if member.schedule_tag is not None
    ]
    for stream_id in meetings:
        each = context.on_behalf_of(context.tenant, uuid5(context.command_id, str(stream_id)), context.door)
        delete_stream(office, each, stream_id=stream_id)
    command = calendar.DeleteCalendar(row.calendar_id)
    key = StreamKey(context.tenant, row.calendar_id)
    handle(office, context, CALENDAR, key, lambda state: calendar.decide(state, command))


def _calendar(office: Office, context: Context, name: str) -> CalendarRow:
    row = office.reads.calendar(context.tenant, name)
    if row is None:
        raise UnknownCalendar(name=name)
    return row

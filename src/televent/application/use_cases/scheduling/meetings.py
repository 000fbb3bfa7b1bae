"""Meetings made and changed in the chat: schedules them, invites people, cancels them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.handle import retrying
from televent.application.field_limits import check_texts
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import (
    InvalidAddress,
    InvalidName,
    NotOrganizer,
    PreconditionFailed,
    TooManyAttendees,
    UnknownCalendar,
    UnknownResource,
    UnreadableTimes,
)
from televent.application.use_cases.objects.delete_object import delete_stream
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import checked_zone
from televent.ical.editing import compose
from televent.ical.itip.parts import parts_to_edit
from televent.ical.itip.receiving.delegating import delegate
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading

MAX_GUESTS = 200
"""Max attendees of one meeting."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A requested meeting. Dates mean whole days (``end`` exclusive); times are aware."""

    title: str
    start: datetime | date
    end: datetime | date
    timezone: str
    description: str = ""
    location: str = ""
    attendees: tuple[str, ...] = ()
    rrule: str | None = None


def schedule_meeting(backend: Backend, context: Context, *, draft: Draft) -> ResourceRow:
    """Creates the event in the person's default calendar. Idempotent by the command id. Raises Refusal, such as
    TextTooLong."""
    account = backend.people.account(context.tenant)
    title = " ".join(draft.title.split())
    if not title:
        raise InvalidName(name=title)
    checked_zone(draft.timezone)
    if isinstance(draft.start, datetime) != isinstance(draft.end, datetime) or not draft.start < draft.end:
        raise UnreadableTimes()
    event_id = uuid5(context.command_id, "event")
    composed = compose.compose_event(
        compose.NewEvent(
            uid=f"{event_id}@{backend.people.mail_domain}",
            dtstamp=context.now,
            summary=title,
            start=draft.start,
            end=draft.end,
            tzid=draft.timezone,
            description=draft.description,
            location=" ".join(draft.location.split()),
            rrule=draft.rrule,
            organizer=organizer_of(backend, account),
            attendees=_guests(backend, account, draft.attendees),
        )
    )
    text = CalendarText(composed)
    check_texts(text)
    calendar = _default_calendar(backend, account)
    href = f"{event_id}.ics"
    try:
        put_object(
            backend, context, calendar=calendar, href=href, text=text, conditions=Conditions(if_none_match=("*",))
        )
    except PreconditionFailed:
        # The same command came twice; the event of the first one is there.
        if backend.reads.resource(context.tenant, calendar, href) is None:
            raise
    row = backend.reads.resource(context.tenant, calendar, href)
    if row is None:
        raise UnknownResource()
    return row.knowing(text)


def invite(backend: Backend, context: Context, *, stream_id: UUID, addresses: Sequence[str]) -> None:
    """Invites more people to one of the person's own events. Raises NotOrganizer, InvalidAddress, TooManyAttendees,
    UnknownResource."""
    account = backend.people.account(context.tenant)
    guests = _guests(backend, account, addresses)
    organizer = organizer_of(backend, account)
    _change(
        backend,
        context,
        stream_id,
        lambda text: compose.invite(text, organizer, guests, context.now),
        added=len(guests),
    )


def invite_delegate(backend: Backend, context: Context, *, stream_id: UUID, delegator: str) -> None:
    """Invites those whom the attendee *delegator* sends instead, to the dates at which they do. Raises as invite."""
    own = backend.people.own_address(backend.people.account(context.tenant))

    def edit(text: CalendarText) -> CalendarText:
        parts = parts_to_edit(text)
        delegate(parts, delegator, own, admits=True, chained=True)
        return CalendarText.of_tree(parts.root)

    _change(backend, context, stream_id, edit, added=1)


def _change(
    backend: Backend, context: Context, stream_id: UUID, edit: Callable[[CalendarText], CalendarText], *, added: int
) -> None:
    """Stores the person's own event as ``edit`` makes it, with at most ``added`` more attendees."""
    account = backend.people.account(context.tenant)

    def step() -> None:
        row = backend.reads.by_stream(context.tenant, stream_id)
        if row is None or row.ics is None:
            raise UnknownResource()
        reading = row.text.reading
        _check_organizer(backend, account, reading)
        if len(reading.instances()[0].attendees) + added > MAX_GUESTS:
            raise TooManyAttendees()
        text = edit(row.text.mended())
        calendar = next(
            (each.name for each in backend.reads.calendars(context.tenant) if each.calendar_id == row.calendar_id), None
        )
        if calendar is None:
            raise UnknownResource()
        try:
            put_object(
                backend,
                context,
                calendar=calendar,
                href=row.href,
                text=text,
                conditions=Conditions(if_match=(row.etag,)),
                stored=row.text,
            )
        except PreconditionFailed:
            raise StaleStream() from None

    retrying(step)


def cancel_meeting(backend: Backend, context: Context, *, stream_id: UUID) -> None:
    """Deletes the event. The organizer's guests get a cancellation; an attendee declines. Raises UnknownResource."""
    delete_stream(backend, context, stream_id=stream_id)


def organizer_of(backend: Backend, account: AccountRow) -> compose.Person:
    """The account as the organizer of a meeting."""
    return compose.Person(backend.people.own_address(account), account.name, "ACCEPTED")


def _guests(backend: Backend, account: AccountRow, addresses: Sequence[str]) -> list[compose.Person]:
    """Each address once, the person's own left out. Raises InvalidAddress, TooManyAttendees."""
    if len(addresses) > MAX_GUESTS:
        raise TooManyAttendees()
    own = backend.people.owner(account).addresses
    asked = {given: given.strip().lower().removeprefix("mailto:") for given in addresses}
    accounts = backend.people.accounts_of_addresses(asked.values())
    guests: dict[str, compose.Person] = {}
    for given, address in asked.items():
        local, at, domain = address.rpartition("@")
        known = accounts.get(address)
        if known is None and (
            not (local and at and "." in domain) or backend.people.is_internal(address) or len(address) > 254
        ):
            raise InvalidAddress(address=given)
        if any(each.isspace() or each in '<>"(),;:\\' for each in address):
            raise InvalidAddress(address=given)
        if address not in own:
            guests[address] = compose.Person(address, known.name if known is not None else None)
    return list(guests.values())


def _check_organizer(backend: Backend, account: AccountRow, reading: Reading) -> None:
    if reading.organizer is not None and reading.organizer.address not in backend.people.owner(account).addresses:
        raise NotOrganizer()


def _default_calendar(backend: Backend, account: AccountRow) -> str:
    for row in backend.reads.calendars(account.tenant):
        if row.calendar_id == account.default_calendar:
            return row.name
    raise UnknownCalendar()

"""Imports the calendar objects of a file into an account, each at most once.

A file proves nothing: anybody may have written it. It never changes a meeting that is in the account, and it sends
nothing to the people that it names. Only an invitation to this person is received, as one in an unproven mail.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Final
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.field_limits import check_texts
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars.default_calendar import calendar_for_new
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.scheduling.receive_itip import Incoming, Received, receive_itip
from televent.domain.ids import AccountId
from televent.domain.refusal import Refusal
from televent.ical.editing.attachments import foreign
from televent.ical.editing.unscheduled import unscheduled
from televent.ical.itip.message import message_of
from televent.ical.itip.precedence import Trust
from televent.ical.itip.receiving.narrowing import names_domain
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading

_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


class Standing(Enum):
    """How an object of a file stands to the account. HERE: the account has it, as new as the file or newer."""

    NEW = "new"
    NEWER = "newer"
    HERE = "here"


class Invited(Enum):
    """How a file with METHOD:REQUEST stands to the person."""

    ANSWERABLE = "answerable"
    """It invites this person, and can be received."""
    HERE = "here"
    """The person has this meeting already."""
    ORGANIZER_HERE = "organizer-here"
    """The organizer has an account here, who invites without files; so the file may be forged."""
    NOT_ME = "not-me"
    """It is for other people, or it is the person's own meeting."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result for one object. ``refusal``: why it is not imported."""

    standing: Standing
    refusal: Refusal | None = None


def standing_of(backend: Backend, tenant: AccountId, text: CalendarText) -> Standing:
    """How the object stands to the account."""
    return _standing(_row(backend, tenant, text.reading.uid), text.reading)


def import_object(
    backend: Backend,
    context: Context,
    *,
    text: CalendarText,
    into: str | None = None,
    attached: Collection[str] = (),
) -> Imported:
    """Stores the object, unless the account has it already. The same object twice is one. ``into``: the name of a
    calendar for a new one. ``attached``: ids of its attachments that the caller has uploaded. Raises nothing for an
    object that is refused."""
    reading = text.reading
    row = _row(backend, context.tenant, reading.uid)
    standing = _standing(row, reading)
    if standing is Standing.HERE:
        return Imported(standing)
    account = backend.people.account(context.tenant)
    # One command for each object: the file as a whole is not one transaction.
    own = replace(context, command_id=uuid5(context.command_id, f"import:{reading.uid}"))
    try:
        check_texts(text)
        _put(backend, own, account, row, unscheduled(foreign(text, attached)), into)
    except Refusal as refusal:
        return Imported(standing, refusal)
    return Imported(standing)


def invited(backend: Backend, tenant: AccountId, text: CalendarText) -> Invited:
    """How an object of a file with METHOD:REQUEST stands to the person."""
    reading, people = text.reading, backend.people
    organizer = reading.organizer
    me = people.addresses_of(people.account(tenant))
    if organizer is None or organizer.address in me or reading.attendee(me) is None:
        return Invited.NOT_ME
    if _row(backend, tenant, reading.uid) is not None:
        return Invited.HERE
    known = people.is_internal(organizer.address) or people.accounts_of_addresses([organizer.address])
    if known or names_domain(message_of(text), people.internal_domain):
        return Invited.ORGANIZER_HERE
    return Invited.ANSWERABLE


def receive_invitation(backend: Backend, context: Context, *, text: CalendarText, name: str) -> Received:
    """Stores an invitation from a file as the person's own copy, unproven; their answer goes to the organizer by mail.

    ``name``: the organizer's name, marked as unproven in the person's language. It is for an ANSWERABLE text only.
    """
    message = message_of(foreign(text), method="REQUEST")
    return receive_itip(
        backend, Incoming(context, message, f"file/{context.command_id}", sender_name=name, trust=Trust.T0)
    )


def _put(
    backend: Backend,
    context: Context,
    account: AccountRow,
    row: ResourceRow | None,
    text: CalendarText,
    into: str | None,
) -> None:
    named = backend.reads.calendar(context.tenant, into) if into is not None and row is None else None
    id_ = row.calendar_id if row is not None else calendar_for_new(backend, account, text.reading.component)
    calendar = named or backend.reads.calendar_of(context.tenant, id_)
    href = (
        row.href
        if row is not None
        else f"{uuid5(calendar.calendar_id if calendar is not None else id_, text.reading.uid)}.ics"
    )
    conditions = Conditions(if_match=(row.etag,)) if row is not None else Conditions(if_none_match=("*",))
    put_object(
        backend, context, calendar=calendar.name if calendar is not None else "", href=href, text=text,
        conditions=conditions, account=account,
    )  # fmt: skip


def _row(backend: Backend, tenant: AccountId, uid: str) -> ResourceRow | None:
    found: Sequence[ResourceRow] = backend.reads.by_uid(tenant, uid)
    stream: UUID | None = next((each.stream_id for each in found), None)
    return backend.reads.by_stream(tenant, stream) if stream is not None else None


def _standing(row: ResourceRow | None, reading: Reading) -> Standing:
    if row is None:
        return Standing.NEW
    # A meeting with other people is theirs as well. A file does not change it.
    if row.schedule_tag is not None or row.ics is None or row.text.reading.component != reading.component:
        return Standing.HERE
    return Standing.NEWER if _version(reading) > _version(row.text.reading) else Standing.HERE


def _version(reading: Reading) -> tuple[int, datetime]:
    """The values that grow with each change of an object (RFC 5546 §2.1.5)."""
    instances = reading.instances()
    return (
        max(each.sequence for each in instances),
        max(each.dtstamp if each.dtstamp is not None else _NEVER for each in instances),
    )

"""Finds the mails that tell a guest elsewhere of a meeting's changes: from what they were last sent to what is now.

Facts are compared, not commands: a meeting that was moved and moved back sends nothing, and five edits one mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from televent.application.addressing import mail_of
from televent.application.backend import Backend
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.mail_records.sent_mail import Guest, Waiting
from televent.application.messages.mail import CalendarMail
from televent.application.read_models.accounts import AccountRow
from televent.domain.calendar_object.commands import Owner
from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.differences import details_in
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey
from televent.ical.itip.sending.comparing import TEXTS
from televent.ical.itip.sending.outgoing import OutgoingMessage, organizer_messages

LONGEST = 2
"""A change waits at most for this many times the time of quiet."""
NOBODYS_MAILBOX = frozenset({"ROOM", "RESOURCE"})
"""The CUTYPEs that get no mail (RFC 5545 §3.2.3): nobody reads it."""


@dataclass(frozen=True, slots=True)
class GuestMail:
    """One mail. An update has what the guest was last told, and what is so now, of the event or the occurrence.

    ``recurrence_id``: the occurrence that it is about, None for the event. ``page``: the address of the page by which
    the guest answers; None where there is none.
    """

    mail: CalendarMail
    was: Details | None = None
    now: Details | None = None
    recurrence_id: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class GuestMails:
    """The mails for one guest, in order, and the version of the organizer's copy up to which they tell."""

    version: int
    mails: tuple[GuestMail, ...]


def quiet_at(waiting: Waiting, quiet: timedelta) -> datetime:
    """The time from which the waiting changes are mailed: after a time of ``quiet``, LONGEST times that at most."""
    return waiting.first if waiting.urgent else min(waiting.last + quiet, waiting.first + LONGEST * quiet)


def mail_id(plan: UUID, part: int) -> UUID:
    """The id of one of the mails of a plan, from which its Message-ID is made."""
    return plan if part == 0 else uuid5(plan, f"part/{part}")


def mails_for(
    backend: Backend, guest: Guest, *, since: int, until: int | None = None, asks: bool = False
) -> GuestMails:
    """The mails that tell the guest of the facts with versions in (since, until]; ``until`` None: of all.

    The result is the same whenever it is asked for with the same versions. ``asks``: the guest is sent the meeting even
    where nothing that they see has changed. Raises UnknownAccount, UnreadableFact.
    """
    account = backend.people.account(guest.tenant)
    owner = backend.people.owner(account)
    key = StreamKey(guest.tenant, guest.stream_id)
    now = (
        backend.store.load(CALENDAR_OBJECT, key)
        if until is None
        else backend.store.load_at(CALENDAR_OBJECT, key, until)
    )
    if now.version <= since:
        return GuestMails(since, ())
    was = backend.store.load_at(CALENDAR_OBJECT, key, since)
    messages = _messages(was.state, now.state, owner, guest.recipient, asks=asks)
    return GuestMails(now.version, tuple(_compared(was.state, now.state, account, each) for each in messages))


def _compared(was: CalendarObject, now: CalendarObject, account: AccountRow, message: OutgoingMessage) -> GuestMail:
    mail = mail_of(account, message)
    place = message.recurrence_ids[0]
    alone = place if len(message.recurrence_ids) == 1 else None
    if message.kind != "update" or not was.exists:
        return GuestMail(mail, recurrence_id=alone)
    return GuestMail(mail, details_in(was.text.reading, place), details_in(now.text.reading, place), alone)


def _messages(
    was: CalendarObject, now: CalendarObject, owner: Owner, recipient: str, *, asks: bool
) -> Sequence[OutgoingMessage]:
    if now.written is None:
        return ()
    old, new = (state.text if state.exists else None for state in (was, now))
    moment = now.written
    if all(state is None or _is_over(state, moment) for state in (was if old else None, now if new else None)):
        return ()
    if _is_a_thing(now if new is not None else was, recipient):
        return ()
    # The guest's answer came after the mail to which we compare, and others' answers are not mailed. They must not add
    # the series to a mail about one occurrence: Outlook refuses an update with both (imip/SPEC A4).
    found = organizer_messages(old, new, me=owner.addresses, dtstamp=moment, least=TEXTS)
    told = [each for each in found if each.recipient == recipient]
    if asks and new is not None and all(each.method != "REQUEST" for each in told):
        told += [
            each
            for each in organizer_messages(None, new, me=owner.addresses, dtstamp=moment)
            if each.recipient == recipient
        ]
    return told


def _is_over(state: CalendarObject, moment: datetime) -> bool:
    end = state.outline.span_end if state.outline is not None else None
    return end is not None and end < moment


def _is_a_thing(state: CalendarObject, recipient: str) -> bool:
    """Whether the guest is a room or another resource, wherever the meeting asks it."""
    lines = [each for one in state.text.reading.instances() for each in one.attendees if each.address == recipient]
    return bool(lines) and all(each.cutype in NOBODYS_MAILBOX for each in lines)

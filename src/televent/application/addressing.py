"""Turns the iTIP messages of a decision into outbox messages: for accounts here, or by mail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.event_store.store import Loaded
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarChange,
    CalendarCounter,
    CalendarDeclineCounter,
    CalendarInvite,
    CalendarMail,
    CalendarRefusal,
    CalendarReply,
    CalendarUpdate,
)
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.ical.itip.delivery import PENDING, SENT, UNKNOWN_USER, Delivery
from televent.ical.itip.message import FROM_ATTENDEE
from televent.ical.itip.sending.outgoing import OutgoingMessage

MAILS: Mapping[str, type[CalendarMail]] = {
    "invite": CalendarInvite,
    "update": CalendarUpdate,
    "cancel": CalendarCancel,
    "again": CalendarUpdate,
    "refuse": CalendarRefusal,
    "reply": CalendarReply,
    "counter": CalendarCounter,
    "decline-counter": CalendarDeclineCounter,
}
"""The kind of an iTIP message → the class of the outbox message that mails it."""

MAX_ADDRESS = 254
"""Max characters of an address that mail is sent to (RFC 5321 §4.5.3.1.3)."""
_MAILABLE = re.compile(
    r"[^\s\x00-\x20\x7f-\x9f<>\"\\@\ud800-\udfff]{1,64}@(?:[\w-]+(?:\.[\w-]+)*|\[[A-Za-z0-9:.]+\])\Z"
)

UNMAILED = frozenset({"refresh", "guests"})
"""The kinds of messages that bring copies here up to date, and are no news: nobody elsewhere is mailed."""
CHANGES = frozenset({"invite", "update", "cancel"})
"""The kinds of messages by which an organizer tells guests of changes. Their mails are made when they are sent."""

WORKER_DELAY = timedelta(seconds=3)
"""Time before workers may take messages that the door delivers itself. Workers wake up with the commit. If one took the
messages first, the door would answer before they are delivered."""

REFRESH_DELAY = timedelta(seconds=1)
"""Time before workers may take messages that only tell others' answers. People answer at the same moment, and the news
of all of them is delivered in one message. Nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Span:
    """The facts of a decision: versions in (before, after] of a stream."""

    stream_id: UUID
    before: int
    after: int

    @classmethod
    def of(cls, loaded: Loaded[Any], facts: Sequence[object]) -> Span:
        """The span of these facts, appended to that stream."""
        return cls(loaded.key.stream, loaded.version, loaded.version + len(facts))


@dataclass(frozen=True, slots=True)
class Addressed:
    """The outbox messages of a decision.

    ``local``: those of them for accounts here that notify the recipient, each with its status as long as nobody has
    delivered it. ``known``: the statuses of all others.
    """

    outbox: tuple[OutboxMessage, ...] = ()
    local: tuple[tuple[OutboxMessage, Delivery], ...] = ()
    known: tuple[Delivery, ...] = ()


def address_messages(
    backend: Backend,
    context: Context,
    sender: AccountRow,
    messages: Sequence[OutgoingMessage],
    span: Span,
    *,
    delivered_by_caller: bool = True,
) -> Addressed:
    """The outbox messages for these iTIP messages of the facts in ``span``.

    They are due at the context's time; "refresh" messages later by REFRESH_DELAY, mails about changes by the time of
    quiet (tell_guest.py).

    A message to an internal address of no account is dropped, with status 3.7. A message of one of the kinds UNMAILED
    gets no mail. ``delivered_by_caller``: the caller delivers the local ones at once if they are few
    (local_delivery.py), so workers wait for WORKER_DELAY.
    """
    now = context.now
    outbox: list[OutboxMessage] = []
    local: dict[UUID, Delivery] = {}
    known: list[Delivery] = []
    accounts = backend.people.accounts_of_addresses({message.recipient: None for message in messages})
    elsewhere = {each.recipient for each in messages if each.recipient not in accounts}
    # The internal address of somebody who left Telegram is a former one, too.
    asked = {each for each in elsewhere if _reachable(backend, each) or backend.people.is_internal(each)}
    holders = backend.people.former_holders(asked)
    for ordinal, message in enumerate(messages):
        account = accounts.get(message.recipient) or _former(backend, holders, message)
        outbox_id = uuid5(context.command_id, f"itip/{ordinal}/{message.method}/{message.recipient}")
        key = f"itip/{outbox_id}"
        refresh = message.kind == "refresh"
        if account is not None:
            if account.tenant == sender.tenant:
                continue
            if message.method not in FROM_ATTENDEE and not account.reachable:
                # Guests answer a team calendar, and nobody invites it (ADR 96): no member has asked for the event.
                known.append(Delivery(message.recipient, UNKNOWN_USER, message.recurrence_ids))
                continue
            local_message = ItipLocal(
                recipient_tenant=account.tenant,
                recipient=message.recipient,
                text=message.text.decode(),
                method=message.method,
                refresh=refresh,
                asks=message.asks,
                sender_name=sender.name,
            )
            outbox.append(OutboxMessage(outbox_id, key, local_message, now + REFRESH_DELAY if refresh else now))
            if not refresh:
                local[outbox_id] = Delivery(message.recipient, PENDING, message.recurrence_ids)
        elif not _reachable(backend, message.recipient):
            known.append(Delivery(message.recipient, UNKNOWN_USER, message.recurrence_ids))
        elif message.kind not in UNMAILED:
            outbox.append(_mailed(backend, sender, message, outbox_id, span, now))
            known.append(Delivery(message.recipient, SENT, message.recurrence_ids))
    if delivered_by_caller and backend.courier is not None and len(local) <= INLINE_RECIPIENTS:
        held = now + WORKER_DELAY
        outbox = [replace(each, due_at=held) if each.outbox_id in local else each for each in outbox]
    notified = tuple((each, local[each.outbox_id]) for each in outbox if each.outbox_id in local)
    return Addressed(tuple(outbox), notified, tuple(known))


def mail_of(sender: AccountRow, message: OutgoingMessage) -> CalendarMail:
    """The outbox message that mails an iTIP message as it is."""
    return MAILS[message.kind](
        text=message.text.decode(),
        method=message.method,
        uid=message.uid,
        recipient=message.recipient,
        recipient_name=message.recipient_cn,
        sender_name=sender.name,
        sender_address=next(iter(sender.addresses), None),
        sender_telegram_id=sender.telegram_id,
        timezone=sender.timezone,
        locale=sender.locale,
    )


def _mailed(
    backend: Backend, sender: AccountRow, message: OutgoingMessage, outbox_id: UUID, span: Span, now: datetime
) -> OutboxMessage:
    """The outbox message by which somebody elsewhere gets ``message``, or the newest state if that is later."""
    if message.kind not in CHANGES:
        return OutboxMessage(outbox_id, f"itip/{outbox_id}", mail_of(sender, message), now)
    urgent = message.kind != "update"
    change = CalendarChange(
        stream_id=span.stream_id,
        recipient=message.recipient,
        before=span.before,
        version=span.after,
        urgent=urgent,
        asks=message.asks and not urgent,
    )
    return OutboxMessage(outbox_id, f"itip/{outbox_id}", change, now if urgent else now + backend.mail_quiet)


def _former(backend: Backend, holders: Sequence[AccountRow], message: OutgoingMessage) -> AccountRow | None:
    """The account here that has this meeting by an address that it has removed since."""
    found = (each for each in holders if message.recipient in each.former)
    return next((each for each in found if backend.reads.by_uid(each.tenant, message.uid)), None)


def _reachable(backend: Backend, address: str) -> bool:
    """Whether a person without an account here can be mailed at this address. No mail leaves for the address of a
    guest from Telegram: a client has copied it from somebody else's meeting."""
    return not backend.people.stays_here(address) and _mailable(address)


def _mailable(address: str) -> bool:
    """Whether mail can be sent to an address. A calendar user address may be anything (RFC 5545 §3.3.3)."""
    return len(address) <= MAX_ADDRESS and "/" not in address and _MAILABLE.match(address) is not None

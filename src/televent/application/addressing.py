"""From the messages of a decision to the effects owed: into a mailbox here, or out by email."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from televent.application.backend import INLINE_RECIPIENTS, Backend
from televent.application.event_store.context import Context
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarInvite,
    CalendarMail,
    CalendarReply,
    CalendarUpdate,
)
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.ical.itip.sending.outgoing import OutgoingMessage

MAILS: Mapping[str, type[CalendarMail]] = {
    "invite": CalendarInvite,
    "update": CalendarUpdate,
    "cancel": CalendarCancel,
    "reply": CalendarReply,
}
"""Kind of an iTIP message → the message of the outbox that mails it."""

DELIVERED, SENT, UNKNOWN_USER = "1.2", "1.1", "3.7"
"""SCHEDULE-STATUS codes (RFC 6638 §3.2.9, RFC 5546 §3.6)."""

WORKER_DELAY = timedelta(seconds=3)
"""How long workers leave alone what the door is about to carry itself: they are woken with the commit, and the door
would answer before what a worker has in hand is delivered."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """``local``: ids of the outbox rows for accounts here. ``statuses``: recipient → SCHEDULE-STATUS once carried."""

    outbox: tuple[OutboxMessage, ...] = ()
    local: tuple[UUID, ...] = ()
    statuses: tuple[tuple[str, str], ...] = ()


def address_messages(
    backend: Backend,
    context: Context,
    sender: AccountRow,
    messages: Sequence[OutgoingMessage],
    now: datetime,
    *,
    delivered_by_caller: bool = True,
) -> Addressed:
    """Addresses each message. A message at nobody's internal address goes nowhere and gets status 3.7.

    ``carried``: the caller carries the local ones itself, if they are few (carry.py); else a worker does at once.
    """
    outbox: list[OutboxMessage] = []
    local: list[UUID] = []
    statuses: dict[str, str] = {}
    accounts = backend.people.accounts_of_addresses({message.recipient: None for message in messages})
    for ordinal, message in enumerate(messages):
        account = accounts.get(message.recipient)
        outbox_id = uuid5(context.command_id, f"itip/{ordinal}/{message.method}/{message.recipient}")
        key = f"itip/{outbox_id}"
        refresh = message.kind == "refresh"
        if account is not None:
            if account.tenant == sender.tenant:
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
            outbox.append(OutboxMessage(outbox_id, key, local_message, now))
            if not refresh:
                local.append(outbox_id)
                statuses[message.recipient] = DELIVERED
        elif backend.people.is_internal(message.recipient) or not _mailable(message.recipient):
            statuses[message.recipient] = UNKNOWN_USER
        elif not refresh:
            mail = MAILS[message.kind](
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
            outbox.append(OutboxMessage(outbox_id, key, mail, now))
            statuses[message.recipient] = SENT
    if delivered_by_caller and backend.courier is not None and len(local) <= INLINE_RECIPIENTS:
        inline, held = frozenset(local), now + WORKER_DELAY
        outbox = [replace(each, due_at=held) if each.outbox_id in inline else each for each in outbox]
    return Addressed(tuple(outbox), tuple(local), tuple(statuses.items()))


def _mailable(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain) and "/" not in address and not any(c.isspace() for c in address)

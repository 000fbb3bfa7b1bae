"""Applies iTIP messages to an account here. They come from other accounts or by mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change, Loaded
from televent.application.local_delivery import deliver_locally
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.default_calendar import calendar_for_new
from televent.application.use_cases.scheduling import inbox
from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.events import MessageSetAside, MessagesWritten, RsvpGiven
from televent.domain.calendar_object.receive import receive_messages
from televent.domain.calendar_object.state import CalendarObject, knowing
from televent.domain.ids import AccountId, StreamKey
from televent.ical.itip.delivery import Delivery
from televent.ical.itip.message import Message as ItipMessage
from televent.ical.itip.precedence import Trust
from televent.ical.objects.calendar_text import CalendarText

_NO_CHANGE = (MessagesWritten, MessageSetAside)
"""Facts that do not change the person's event."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An iTIP message for the account ``context.tenant``.

    ``message_key``: the message's dedupe key. The fields after it are as in ReceiveMessage.
    """

    context: Context
    message: ItipMessage
    message_key: str | None = None
    refresh: bool = False
    asks_again: bool = False
    sender_name: str | None = None
    trust: Trust = Trust.T3
    told: CalendarText | None = None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """The result. ``changed`` False: ``reason`` says why ("stale", "duplicate", "unknown-uid", …)."""

    changed: bool
    reason: str | None
    stream_id: UUID | None


def receive_itip(backend: Backend, incoming: Incoming, *, stored: CalendarText | None = None) -> Received:
    """Applies the message to the account's copy. Idempotent. ``stored``: the copy's text, where the caller has read
    it."""
    try:
        (received,) = _applied(backend, [incoming], stored)
    except AlreadyApplied:
        return Received(False, "duplicate", None)
    return received


def receive_together(backend: Backend, incoming: Sequence[Incoming]) -> list[Received]:
    """Applies messages about one UID to the copy of one account, in this order and in one transaction.

    The facts are those of each message alone; the copy's row is written once, and others are told once. Raises what
    ``receive_itip`` raises, and AlreadyApplied if one of the messages was applied before; then nothing has changed.
    """
    return _applied(backend, incoming, None)


def would_change(
    backend: Backend, context: Context, *, message: ItipMessage, stored: CalendarText | None = None
) -> Received:
    """The result that ``receive_itip`` would have if the message were fully trusted. Nothing is recorded.

    A mail that would change nothing need not be shown to a person.
    """
    account = backend.people.account(context.tenant)
    loaded, (decision,) = _decided(backend, account, [Incoming(context, message)], stored)
    return Received(bool(decision.facts), decision.reason, loaded.key.stream if loaded.state.exists else None)


def would_do(backend: Backend, context: Context, message: ItipMessage) -> list[Any]:
    """The facts that ``receive_itip`` would record if the message were fully trusted. Nothing is recorded."""
    _, (decision,) = _decided(backend, backend.people.account(context.tenant), [Incoming(context, message)], None)
    return list(decision.facts)


def stream_of(backend: Backend, tenant: AccountId, uid: str) -> UUID:
    """The stream of the account's copy with that UID, where there is none yet too.

    A deleted copy still has its marks, so that a late message does not restore it. Marks of messages that came before
    any copy are in the stream whose id is derived from the UID.
    """
    latest = backend.reads.latest_by_uid(tenant, uid)
    return latest.stream_id if latest is not None else uuid5(tenant, f"uid/{uid}")


def _applied(backend: Backend, incoming: Sequence[Incoming], stored: CalendarText | None) -> list[Received]:
    received, note = retrying(lambda: _apply(backend, incoming, stored))
    # The turn in the queue is over: noting statuses is a command of its own, and may queue for the same object.
    note()
    return received


def _apply(
    backend: Backend, incoming: Sequence[Incoming], stored: CalendarText | None
) -> tuple[list[Received], Callable[[], object]]:
    """Records the messages. The second result notes the statuses of those that were sent on, and never raises."""
    account = backend.people.account(incoming[0].context.tenant)
    loaded, decisions = _decided(backend, account, incoming, stored)
    received: list[Received] = []
    state = loaded.state
    for decision in decisions:
        before, state = state, decision.after(state)
        changed = state.text != before.text or not all(isinstance(fact, _NO_CHANGE) for fact in decision.facts)
        received.append(Received(changed, decision.reason, loaded.key.stream if state.exists else None))
    if not any(decision.facts for decision in decisions):
        return received, lambda: None
    return received, _record(backend, account, loaded, state, list(zip(incoming, decisions, strict=True)))


def _record(
    backend: Backend,
    account: AccountRow,
    loaded: Loaded[CalendarObject],
    after: CalendarObject,
    decided: Sequence[tuple[Incoming, Decision]],
) -> Callable[[], object]:
    """Records the decisions about messages to one copy, whose state is then ``after``, in one transaction. The result
    notes the statuses of the messages that were sent on."""
    outbox: list[OutboxMessage] = []
    known: list[Delivery] = []
    facts = [fact for _, decision in decided for fact in decision.facts]
    span = Span.of(loaded, facts)
    for each, decision in decided:
        addressed = address_messages(backend, each.context, account, decision.messages, span, delivered_by_caller=False)
        outbox += addressed.outbox
        known += addressed.known
    contexts = [each.context for each, decision in decided for _ in decision.facts]
    change = Change(loaded, facts, after, contexts)
    items = inbox.delivery(
        backend, [inbox.News(each.context, decision.facts, each.message) for each, decision in decided]
    )
    keys = [each.message_key for each, _ in decided if each.message_key is not None]
    last = decided[-1][0].context
    backend.store.append(last, [change, *items], outbox, inbox_keys=keys)
    # A person who answered gets a message too, but their line shows the status of their answer (RFC 6638 §4.2).
    answered = {fact.attendee for fact in facts if isinstance(fact, RsvpGiven)}
    unanswered = Addressed(known=tuple(each for each in known if each.address not in answered))
    return partial(deliver_locally, backend, last, loaded.key, backend.people.owner(account), unanswered, after.text)


def _decided(
    backend: Backend, account: AccountRow, incoming: Sequence[Incoming], stored: CalendarText | None
) -> tuple[Loaded[CalendarObject], list[Decision]]:
    # The copy may be in any of the account's calendars.
    first = incoming[0].message
    stream = stream_of(backend, account.tenant, first.uid)
    loaded = backend.store.load(CALENDAR_OBJECT, StreamKey(account.tenant, stream))
    loaded = replace(loaded, state=knowing(loaded.state, stored))
    place = loaded.state.calendar_id if loaded.state.exists else None
    calendar_id = place or calendar_for_new(backend, account, first.parts.kind)
    owner = backend.people.owner(account)
    commands = [
        ReceiveMessage(
            owner=owner,
            calendar_id=calendar_id,
            href=f"{loaded.key.stream}.ics",
            message=each.message,
            now=each.context.now,
            refresh=each.refresh,
            asks_again=each.asks_again,
            sender_name=each.sender_name,
            trust=each.trust,
            told=each.told,
            repeats=each.repeats,
            uninvited=account.preferences.uninvited,
        )
        for each in incoming
    ]
    return loaded, receive_messages(loaded.state, commands)

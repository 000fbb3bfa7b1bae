"""Applies an iTIP message to an account here. It comes from another account or by mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from televent.application.addressing import Addressed, address_messages
from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change, Loaded
from televent.application.local_delivery import note_statuses
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.default_calendar import calendar_for_new
from televent.application.use_cases.scheduling import inbox
from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.events import (
    MessageSetAside,
    MessagesWritten,
    RsvpGiven,
)
from televent.domain.calendar_object.state import CalendarObject, knowing
from televent.domain.ids import StreamKey
from televent.ical.itip.message import Message as ItipMessage
from televent.ical.itip.precedence import Trust
from televent.ical.objects.calendar_text import CalendarText

_NO_CHANGE = (MessagesWritten, MessageSetAside)
"""Facts that do not change the person's event."""


@dataclass(frozen=True, slots=True)
class Received:
    """The result. ``changed`` False: ``reason`` says why ("stale", "duplicate", "unknown-uid", …)."""

    changed: bool
    reason: str | None
    stream_id: UUID | None


def receive_itip(
    backend: Backend,
    context: Context,
    *,
    message: ItipMessage,
    message_key: str | None = None,
    refresh: bool = False,
    asks_again: bool = False,
    sender_name: str | None = None,
    stored: CalendarText | None = None,
    trust: Trust = Trust.T3,
) -> Received:
    """Applies the message to ``context.tenant``'s copy. Idempotent.

    ``message_key``: the message's dedupe key. ``refresh`` and ``asks_again``: as in ReceiveMessage. ``stored``: the
    copy's text, where the caller has read it. ``trust``: as in ReceiveMessage.
    """
    account = backend.people.account(context.tenant)
    owner = backend.people.owner(account)

    def step() -> Received:
        loaded, decision = _decided(
            backend,
            context,
            account,
            message,
            stored,
            refresh=refresh,
            asks_again=asks_again,
            sender_name=sender_name,
            trust=trust,
        )
        if not decision.facts:
            return Received(False, decision.reason, loaded.key.stream if loaded.state.exists else None)
        change = Change(loaded, decision.facts, decision.after(loaded.state))
        addressed = address_messages(
            backend, context, account, decision.messages, context.now, delivered_by_caller=False
        )
        item = inbox.delivery(backend, context, decision.facts, message)
        backend.store.append(context, [change, *item], addressed.outbox, inbox_key=message_key)
        note_statuses(backend, context, loaded.key, owner, _unanswered(addressed, decision), change.after.text)
        changed = change.after.text != loaded.state.text or not all(isinstance(f, _NO_CHANGE) for f in decision.facts)
        return Received(changed, decision.reason, loaded.key.stream if change.after.exists else None)

    try:
        return retrying(step)
    except AlreadyApplied:
        return Received(False, "duplicate", None)


def would_change(
    backend: Backend, context: Context, *, message: ItipMessage, stored: CalendarText | None = None
) -> Received:
    """The result that ``receive_itip`` would have if the message were fully trusted. Nothing is recorded.

    A mail that would change nothing need not be shown to a person.
    """
    account = backend.people.account(context.tenant)
    loaded, decision = _decided(backend, context, account, message, stored)
    return Received(bool(decision.facts), decision.reason, loaded.key.stream if loaded.state.exists else None)


def _decided(
    backend: Backend,
    context: Context,
    account: AccountRow,
    message: ItipMessage,
    stored: CalendarText | None,
    *,
    refresh: bool = False,
    asks_again: bool = False,
    sender_name: str | None = None,
    trust: Trust = Trust.T3,
) -> tuple[Loaded[CalendarObject], Decision]:
    # The copy may be in any of the account's calendars. A deleted copy still has its marks, so that a late message does
    # not restore it. Marks of messages that came before any copy are in the stream whose id is derived from the UID.
    latest = backend.reads.latest_by_uid(context.tenant, message.uid)
    stream = latest.stream_id if latest is not None else uuid5(context.tenant, f"uid/{message.uid}")
    loaded = backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, stream))
    loaded = replace(loaded, state=knowing(loaded.state, stored))
    place = loaded.state.calendar_id if loaded.state.exists else None
    command = ReceiveMessage(
        owner=backend.people.owner(account),
        calendar_id=place or calendar_for_new(backend, account, message.parts.kind),
        href=f"{loaded.key.stream}.ics",
        message=message,
        now=context.now,
        refresh=refresh,
        asks_again=asks_again,
        sender_name=sender_name,
        trust=trust,
    )
    return loaded, decide(loaded.state, command)


def _unanswered(addressed: Addressed, decision: Decision) -> Addressed:
    """The statuses without those of attendees whose answer the decision applied.

    They get a message too, but their line shows the status of their answer (RFC 6638 §4.2).
    """
    answered = {fact.attendee for fact in decision.facts if isinstance(fact, RsvpGiven)}
    return replace(addressed, statuses=tuple(pair for pair in addressed.statuses if pair[0] not in answered))

"""The scheduling inbox: what is put into it, and what is taken out (RFC 6638 §2.2, §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import INBOX_ITEM
from televent.application.event_store.handle import handle
from televent.application.event_store.store import Change
from televent.application.refusals import UnknownResource
from televent.domain.calendar_object.events import (
    CalendarObjectEvent,
    CounterProposed,
    EventCancelled,
    InvitationReceived,
    RsvpGiven,
)
from televent.domain.ids import StreamKey
from televent.domain.inbox_item.collection import inbox_of
from televent.domain.inbox_item.commands import RemoveMessage
from televent.domain.inbox_item.decide import decide
from televent.domain.inbox_item.events import MessageDelivered, MessageRemoved
from televent.domain.inbox_item.state import InboxItem, evolve
from televent.ical.itip.message import Message, with_method

KEPT = 500
"""So many messages an inbox holds. Clients take away what they have seen; people who use none never would."""
_AT_ONCE = 16
"""A delivery takes away at most so many. One is enough, unless several came at once, or fewer are kept than before."""


def delivery(
    backend: Backend, context: Context, facts: Sequence[CalendarObjectEvent], message: Message
) -> list[Change[InboxItem]]:
    """What is recorded of a message beside what it changed: its item in the inbox, if the person should learn of it,
    and the removal of the oldest where there are too many."""
    if not any(_is_news(fact) for fact in facts):
        return []
    item = uuid5(context.command_id, "inbox-item")
    inbox = inbox_of(context.tenant)
    text = with_method(message)
    key = StreamKey(context.tenant, item)
    delivered = MessageDelivered(inbox, f"{item}.ics", message.parts.kind, text.raw)
    empty = backend.store.empty(INBOX_ITEM, key)
    changes = [Change(empty, [delivered], replace(evolve(empty.state, delivered), text=text))]
    # With the one that comes now there are so many, and never more.
    for stream in backend.reads.surplus(context.tenant, inbox, keep=KEPT - 1, limit=_AT_ONCE):
        loaded = backend.store.load(INBOX_ITEM, StreamKey(context.tenant, stream))
        if loaded.state.exists:
            changes.append(Change(loaded, [MessageRemoved(inbox)]))
    return changes


def remove_item(backend: Backend, context: Context, *, href: str, conditions: Conditions) -> None:
    """The message is gone from the inbox; the event that it was about stays as it is. Raises UnknownResource,
    PreconditionFailed."""
    found = backend.reads.resources(context.tenant, inbox_of(context.tenant), [href])
    if not found:
        raise UnknownResource()
    conditions.check(found[0])
    key = StreamKey(context.tenant, UUID(str(found[0].stream_id)))
    handle(backend.store, context, INBOX_ITEM, key, lambda state: decide(state, RemoveMessage()))


def _is_news(fact: CalendarObjectEvent) -> bool:
    """Whether the person's calendar apps are told. Not of others' answers in an attendee's copy: RFC 6638 §3.2.10 calls
    them inconsequential, and a meeting of fifty would fill the inbox."""
    match fact:
        case InvitationReceived():
            return not fact.only_answers
        case RsvpGiven():
            return not fact.own
        case EventCancelled() | CounterProposed():
            return True
        case _:
            return False

"""The scheduling inbox: adds and removes messages (RFC 6638 §2.2, §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from televent.domain.calendar_object.proposals import ProposalAnswerReceived
from televent.domain.ids import StreamKey
from televent.domain.inbox_item.collection import inbox_of
from televent.domain.inbox_item.commands import RemoveMessage
from televent.domain.inbox_item.decide import decide
from televent.domain.inbox_item.events import MessageDelivered, MessageRemoved
from televent.domain.inbox_item.state import InboxItem, evolve
from televent.ical.itip.message import Message, with_method

MAX_MESSAGES = 500
"""Max messages of an inbox. Clients delete what they have read; a person without such a client deletes nothing."""
_AT_ONCE = 16
"""Max old messages that one delivery removes. More than one can be left after simultaneous deliveries."""


@dataclass(frozen=True, slots=True)
class News:
    """An applied message and its facts in the person's copy."""

    context: Context
    facts: Sequence[CalendarObjectEvent]
    message: Message


def delivery(backend: Backend, applied: Sequence[News]) -> list[Change[InboxItem]]:
    """The changes to the inbox of one account: a new item for each message that clients should show, and removals of
    the oldest items beyond MAX_MESSAGES."""
    shown = [each for each in applied if any(_is_news(fact) for fact in each.facts)]
    if not shown:
        return []
    tenant = shown[0].context.tenant
    inbox = inbox_of(tenant)
    changes = [_item(backend, inbox, each) for each in shown]
    # Each new item needs a free place.
    keep, removed = MAX_MESSAGES - len(shown), shown[-1].context
    for stream in backend.reads.surplus(tenant, inbox, keep=keep, limit=_AT_ONCE + len(shown)):
        loaded = backend.store.load(INBOX_ITEM, StreamKey(tenant, stream))
        if loaded.state.exists:
            changes.append(Change(loaded, [MessageRemoved(inbox)], contexts=[removed]))
    return changes


def _item(backend: Backend, inbox: UUID, news: News) -> Change[InboxItem]:
    item = uuid5(news.context.command_id, "inbox-item")
    text = with_method(news.message)
    delivered = MessageDelivered(inbox, f"{item}.ics", news.message.parts.kind, text.raw)
    empty = backend.store.empty(INBOX_ITEM, StreamKey(news.context.tenant, item))
    return Change(empty, [delivered], replace(evolve(empty.state, delivered), text=text), [news.context])


def remove_item(backend: Backend, context: Context, *, href: str, conditions: Conditions) -> None:
    """Removes a message from the inbox; its event does not change. Raises UnknownResource, PreconditionFailed."""
    found = backend.reads.resources(context.tenant, inbox_of(context.tenant), [href])
    if not found:
        raise UnknownResource()
    conditions.check(found[0])
    key = StreamKey(context.tenant, UUID(str(found[0].stream_id)))
    handle(backend.store, context, INBOX_ITEM, key, lambda state: decide(state, RemoveMessage()))


def _is_news(fact: CalendarObjectEvent) -> bool:
    """True for a fact that gives an inbox item.

    Others' answers in an attendee's copy give none: RFC 6638 §3.2.10 calls them "inconsequential", and a meeting of
    fifty people would fill the inbox.
    """
    match fact:
        case InvitationReceived():
            return not fact.only_answers
        case RsvpGiven():
            return not fact.own
        case EventCancelled() | CounterProposed() | ProposalAnswerReceived():
            return True
        case _:
            return False

"""The notices policy: turns facts about people's calendars into chat messages.

Use cases notify nobody. This policy follows the log, so a change through any door gives one notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.chat import (
    MAX_CHANGES,
    MAX_TEXT,
    AnswerNotice,
    CalendarTime,
    ChatText,
    EventChange,
    InvitationCard,
    ShareNotice,
    TextChange,
    TimeChange,
)
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.domain.calendar_object.details import Details, WhatChanged, When
from televent.domain.calendar_object.events import EventCancelled, InvitationReceived, MessageSetAside, RsvpGiven
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.sharing.access import BUSY
from televent.domain.sharing.grants.events import ShareAnswered
from televent.domain.sharing.mount.events import ShareEnded, ShareOffered

FACTS = (
    InvitationReceived,
    EventCancelled,
    RsvpGiven,
    MessageSetAside,
    MailParked,
    ShareOffered,
    ShareEnded,
    ShareAnswered,
)


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The chat messages of a fact, for the account that owns the stream."""
    messages = []
    for ordinal, message in enumerate(_notices(fact, envelope)):
        message_id = envelope.derived_id(f"notice/{ordinal}")
        messages.append(OutboxMessage(message_id, f"notice/{message_id}", message, envelope.now))
    return messages


def _notices(fact: Any, envelope: Envelope) -> Iterator[Message]:
    stream = envelope.key.stream
    match fact:
        case InvitationReceived() if not fact.only_answers:
            yield InvitationCard(
                stream, "invited" if fact.asks else "revised", fact.organizer_name, None, changes_of(fact.what)
            )
        case EventCancelled():
            changes = changes_of(fact.what)
            yield InvitationCard(stream, "cancelled", fact.organizer_name, fact.recurrence_id, changes)
        case RsvpGiven() if not fact.own:
            summary = fact.outline.summary
            yield AnswerNotice(stream, fact.attendee, fact.name, fact.partstat, fact.recurrence_id, summary)
        case MessageSetAside():
            for address in dict.fromkeys(each.address for each in fact.uninvited):
                yield ChatText("party-crasher", {"summary": fact.summary, "sender": address})
        case MailParked():
            yield ChatText(fact.reason, {"summary": fact.summary, "sender": fact.sender[:MAX_TEXT]})
        case ShareOffered() if fact.access != BUSY:
            status = "accepted" if fact.accepted else "offered"
            yield ShareNotice(stream, status, fact.owner_name, fact.title, fact.access)
        # A sharee with access to busy times only has nothing to accept, and so gets no notice of the end either.
        case ShareEnded() if fact.title and fact.access != BUSY:
            yield ShareNotice(stream, "ended", fact.owner_name, fact.title, fact.access)
        case ShareAnswered():
            key = "share-accepted-by" if fact.accepted else "share-declined-by"
            yield ChatText(key, {"name": fact.name, "title": fact.title})
        case _:
            return


def changes_of(what: WhatChanged) -> tuple[EventChange, ...]:
    """The changes that a card lists: the event or the series first, then occurrences, at most MAX_CHANGES."""
    pairs: list[tuple[str | None, Details | None, Details | None]] = [(None, what.was, what.now)]
    pairs += [(each.occurrence.recurrence_id, each.was, each.now) for each in what.occurrences]
    found = (_change(name, was, now) for name, was, now in pairs if was is not None and now is not None and was != now)
    return tuple(islice(found, MAX_CHANGES))


def _change(recurrence_id: str | None, was: Details, now: Details) -> EventChange:
    return EventChange(
        recurrence_id,
        start=_times(was.start, now.start),
        end=_times(was.end, now.end),
        place=_texts(was.place, now.place),
        title=_texts(was.title, now.title),
    )


def _times(was: When | None, now: When | None) -> TimeChange | None:
    return TimeChange(_time(was), _time(now)) if was != now else None


def _time(when: When | None) -> CalendarTime | None:
    return CalendarTime(when.local, when.zone, when.utc) if when is not None else None


def _texts(was: str, now: str) -> TextChange | None:
    return TextChange(was[:MAX_TEXT] or None, now[:MAX_TEXT] or None) if was != now else None


NOTICES = Policy("notices", react, topics=tuple(map(name_of, FACTS)), only_for="chat")

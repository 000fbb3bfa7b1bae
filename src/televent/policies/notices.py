"""The notices policy: turns facts about people's calendars into chat messages.

Use cases notify nobody. This policy follows the log, so a change through any door gives one notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.mail_records.parked_mails import card_id_of
from televent.application.messages.chat import (
    AnswerNotice,
    ChatText,
    InvitationCard,
    ParkedCard,
    ShareNotice,
    UninvitedAnswer,
)
from televent.application.messages.erasure import ErasureNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.domain.account.events import ErasureRequested, ErasureRevoked
from televent.domain.calendar_object.events import (
    REFUSED_BY_HAND,
    CounterProposed,
    EventCancelled,
    InvitationReceived,
    MessageSetAside,
    RsvpGiven,
)
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.calendar_object.proposals import ProposalAnswerReceived
from televent.domain.sharing.grants.events import ShareAnswered
from televent.domain.sharing.mount.events import ShareEnded, ShareOffered
from televent.policies import account_news
from televent.policies.proposal_notices import declined, proposed
from televent.policies.share_notices import share_news

FACTS = (
    InvitationReceived,
    EventCancelled,
    RsvpGiven,
    CounterProposed,
    ProposalAnswerReceived,
    MessageSetAside,
    MailParked,
    ShareOffered,
    ShareEnded,
    ShareAnswered,
    ErasureRequested,
    ErasureRevoked,
    *account_news.FACTS,
)
BOT: Final = "bot"
"""The door of commands that come by the chat."""


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
            yield InvitationCard(stream, "invited" if fact.asks else "revised", envelope.version)
        case EventCancelled():
            yield InvitationCard(stream, "cancelled", envelope.version)
        case RsvpGiven() if not fact.own:
            yield from _delegate(fact, stream)
            if fact.delegate and fact.comment is None:
                return
            if fact.was != fact.partstat or fact.comment is not None or fact.guests > 0:
                yield AnswerNotice(stream, envelope.version)
        # The bot shows an answer that it took itself.
        case RsvpGiven() if envelope.door != BOT:
            yield InvitationCard(stream, "answered", envelope.version)
        case CounterProposed():
            yield proposed(fact, stream)
        # The card of the new time tells that a proposal was accepted.
        case ProposalAnswerReceived() if not fact.accepted:
            yield declined(fact, stream)
        case MessageSetAside() if fact.reason != REFUSED_BY_HAND:
            for address in dict.fromkeys(each.address for each in fact.uninvited):
                if fact.refused:
                    yield ChatText("uninvited-refused", {"summary": fact.summary, "sender": address})
                elif any(each.occurrence is not None for each in fact.uninvited if each.address == address):
                    # They know of one date. An invitation would show them the whole series.
                    yield ChatText("party-crasher", {"summary": fact.summary, "sender": address})
                else:
                    yield UninvitedAnswer(stream, address, fact.summary, "")
        case MailParked():
            yield ParkedCard(card_id_of(envelope.key.tenant, fact.reason, fact.mail_key, fact.sender), None)
        case ShareOffered() | ShareEnded():
            if (share := share_news(fact, envelope)) is not None:
                yield ShareNotice(stream, share.what, fact.owner_name, fact.title, share.access, share.inviter)
        case ShareAnswered():
            key = "share-accepted-by" if fact.accepted else "share-declined-by"
            yield ChatText(key, {"name": fact.name, "title": fact.title})
        # The bot shows what a person did in the chat.
        case ErasureRequested() if envelope.door != BOT:
            yield ErasureNotice("requested", fact.final_at)
        case ErasureRevoked() if envelope.door != BOT:
            yield ErasureNotice("kept", None)
        case _ if (news := account_news.news_of(fact, envelope)) is not None:
            yield ChatText(*news)
        case _:
            return


def _delegate(fact: RsvpGiven, stream: UUID) -> Iterator[Message]:
    """The question about a delegate who is not invited, or the news that they were not let in. It names the delegator,
    so it replaces the news of the answer."""
    name, delegate, summary = fact.name or fact.attendee, fact.delegated_to or "", fact.outline.summary
    if fact.delegate == "waits":
        yield UninvitedAnswer(stream, delegate, summary, name)
    elif fact.delegate == "refused":
        yield ChatText("delegate-refused", {"summary": summary, "sender": delegate, "delegator": name})


NOTICES = Policy("notices", react, topics=tuple(map(name_of, FACTS)), only_for="chat")

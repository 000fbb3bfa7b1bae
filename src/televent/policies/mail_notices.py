"""The mail notices policy: news of meetings for accounts without a chat, as mails to their verified address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.mail_records.parked_mails import GATHERED, card_id_of
from televent.application.messages.erasure import ErasureMail
from televent.application.messages.mail import MeetingMail, NoticeMail, ParkedMailNotice, ShareMail, UninvitedMail
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
from televent.domain.calendar_object.proposals import ProposalAnswerReceived, proposal_key
from televent.domain.sharing.grants.events import ShareAnswered
from televent.domain.sharing.mount.events import ShareEnded, ShareOffered
from televent.policies import account_news
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


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The mails of a fact, for the account that owns the stream."""
    messages = []
    for ordinal, mail in enumerate(_mails(fact, envelope)):
        due = envelope.now
        if isinstance(mail, ParkedMailNotice) or (isinstance(mail, MeetingMail) and mail.what == "answers"):
            due += GATHERED
        # The name of the first is older than the others: a fact that is read again gives the same ids.
        message_id = envelope.derived_id(f"mail/{ordinal}" if ordinal else "mail")
        messages.append(OutboxMessage(message_id, f"mail/{message_id}", mail, due))
    return messages


def _mails(fact: Any, envelope: Envelope) -> Iterator[Message]:
    stream, version = envelope.key.stream, envelope.version
    match fact:
        case InvitationReceived() if not fact.only_answers:
            yield MeetingMail(stream, "card", version, "")
        case EventCancelled():
            yield MeetingMail(stream, "card", version, "")
        case RsvpGiven() if not fact.own:
            yield from _delegate(fact, stream)
            if fact.delegate and fact.comment is None:
                return
            if fact.was != fact.partstat or fact.comment is not None or fact.guests > 0:
                yield MeetingMail(stream, "answers", version, "")
        case CounterProposed():
            key = proposal_key(fact.attendee, fact.recurrence_id, fact.mark.dtstamp)
            yield MeetingMail(stream, "proposal", version, key)
        # The mail of the new time tells that a proposal was accepted.
        case ProposalAnswerReceived() if not fact.accepted:
            yield MeetingMail(stream, "declined", version, "")
        case MessageSetAside() if fact.reason != REFUSED_BY_HAND:
            yield from _uninvited(fact, stream)
        case MailParked():
            card = card_id_of(envelope.key.tenant, fact.reason, fact.mail_key, fact.sender)
            yield ParkedMailNotice(card, None)
        case ShareOffered() | ShareEnded():
            if (share := share_news(fact, envelope)) is not None:
                yield ShareMail(fact.share_id, share.what, fact.owner_name, fact.title, share.access, share.inviter)
        case ShareAnswered():
            key = "share-accepted-by" if fact.accepted else "share-declined-by"
            yield NoticeMail(key, {"name": fact.name, "title": fact.title})
        case ErasureRequested():
            yield ErasureMail("requested", fact.final_at)
        case ErasureRevoked():
            yield ErasureMail("kept", None)
        case _ if (news := account_news.news_of(fact, envelope)) is not None:
            yield NoticeMail(*news)
        case _:
            return


def _uninvited(fact: MessageSetAside, stream: UUID) -> Iterator[Message]:
    """The question about each person, who answered the whole event; of others the organizer only hears."""
    for address in dict.fromkeys(each.address for each in fact.uninvited):
        one_date = any(each.occurrence is not None for each in fact.uninvited if each.address == address)
        if fact.refused or one_date:
            key = "uninvited-refused" if fact.refused else "party-crasher"
            yield NoticeMail(key, {"title": fact.summary, "sender": address})
        else:
            yield UninvitedMail(stream, address, fact.summary, "")


def _delegate(fact: RsvpGiven, stream: UUID) -> Iterator[Message]:
    """As in notices.py: the question about a delegate who is not invited, or that they were not let in."""
    name, delegate, title = fact.name or fact.attendee, fact.delegated_to or "", fact.outline.summary
    if fact.delegate == "waits":
        yield UninvitedMail(stream, delegate, title, name)
    elif fact.delegate == "refused":
        yield NoticeMail("delegate-refused", {"title": title, "sender": delegate, "delegator": name})


MAIL_NOTICES = Policy("mail_notices", react, topics=tuple(map(name_of, FACTS)), only_for="mail")

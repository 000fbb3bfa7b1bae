"""The mail notices policy: news of meetings for accounts without a chat, as mails to their verified address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.mail import MeetingMail, NoticeMail, ParkedMailNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.application.parked_mails import card_id_of
from televent.domain.calendar_object.events import (
    CounterProposed,
    EventCancelled,
    InvitationReceived,
    MessageSetAside,
    RsvpGiven,
)
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.calendar_object.proposals import ProposalAnswerReceived, proposal_key

FACTS = (
    InvitationReceived,
    EventCancelled,
    RsvpGiven,
    CounterProposed,
    ProposalAnswerReceived,
    MessageSetAside,
    MailParked,
)
GATHERED: Final = timedelta(minutes=1)
"""Time for which answers and parked mails wait, so that those of one minute are one mail."""


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The mail of a fact, for the account that owns the stream."""
    mail, due = _mail(fact, envelope), envelope.now
    if mail is None:
        return []
    if isinstance(mail, ParkedMailNotice) or (isinstance(mail, MeetingMail) and mail.what == "answers"):
        due += GATHERED
    message_id = envelope.derived_id("mail")
    return [OutboxMessage(message_id, f"mail/{message_id}", mail, due)]


def _mail(fact: Any, envelope: Envelope) -> Message | None:
    stream, version = envelope.key.stream, envelope.version
    match fact:
        case InvitationReceived() if not fact.only_answers:
            return MeetingMail(stream, "card", version, "")
        case EventCancelled():
            return MeetingMail(stream, "card", version, "")
        case RsvpGiven() if not fact.own and (fact.was != fact.partstat or fact.comment is not None or fact.guests > 0):
            return MeetingMail(stream, "answers", version, "")
        case CounterProposed():
            key = proposal_key(fact.attendee, fact.recurrence_id, fact.mark.dtstamp)
            return MeetingMail(stream, "proposal", version, key)
        # The mail of the new time tells that a proposal was accepted.
        case ProposalAnswerReceived() if not fact.accepted:
            return MeetingMail(stream, "declined", version, "")
        case MessageSetAside() if fact.uninvited:
            people = ", ".join(dict.fromkeys(each.address for each in fact.uninvited))
            return NoticeMail("party-crasher", {"title": fact.summary, "sender": people})
        case MailParked():
            return ParkedMailNotice(card_id_of(envelope.key.tenant, fact.reason, fact.mail_key, fact.sender))
        case _:
            return None


MAIL_NOTICES = Policy("mail_notices", react, topics=tuple(map(name_of, FACTS)), only_for="mail")

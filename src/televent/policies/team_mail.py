"""The policy of team mails: the managers of a team are asked about its parked mails, and told who has answered.

The managers are read when the message is handled: the fact of a parked mail is in the stream of an event.
"""

from __future__ import annotations

from typing import Any

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.mail_records.parked_mails import card_id_of
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.team_mail import TeamMailAnswered, TeamMailAsked
from televent.domain.calendar.team_mail import TeamMailSettled
from televent.domain.calendar_object.parked_mail import MailParked


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The message to the team whose fact it is."""
    match fact:
        case MailParked():
            message: Message = TeamMailAsked(card_id_of(envelope.tenant, fact.reason, fact.mail_key, fact.sender))
        case TeamMailSettled():
            message = TeamMailAnswered(fact.card_id, fact.mail_keys, fact.choice, fact.by, envelope.now)
        case _:
            return []
    message_id = envelope.derived_id("team-mail")
    return [OutboxMessage(message_id, f"team-mail/{message_id}", message, envelope.now)]


TEAM_MAIL = Policy("team_mail", react, topics=(name_of(MailParked), name_of(TeamMailSettled)), only_for="team")

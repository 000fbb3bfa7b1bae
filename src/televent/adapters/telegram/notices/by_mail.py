"""The mail that a person reads instead of a message in their chat, where the bot cannot write to them."""

from __future__ import annotations

from typing import Final

from televent.application.accounts.account_news import ALWAYS
from televent.application.messages.chat import (
    AnswerNotice,
    CalendarOffer,
    ChatText,
    InvitationCard,
    ParkedCard,
    ShareNotice,
    UninvitedAnswer,
)
from televent.application.messages.erasure import ErasureMail, ErasureNotice
from televent.application.messages.mail import (
    MeetingMail,
    NoticeMail,
    OfferMail,
    ParkedMailNotice,
    ShareMail,
    UninvitedMail,
)
from televent.application.messages.message import Message
from televent.application.messages.proposals import ProposalDeclinedNotice, ProposalNotice

_TEXTS: Final = frozenset(
    {
        "delegate-refused",
        "guest-mail-unreachable",
        "guest-undeliverable",
        "guest-unreachable",
        "guest-wrote",
        "mail-unusable",
        "party-crasher",
        "share-accepted-by",
        "share-declined-by",
        "uninvited-refused",
        "wrote-to-you",
    }
    | ALWAYS
)
"""The texts of the chat that there are as mails, too."""
_NAMES: Final = {"summary": "title"}
"""The parameters that a mail's text calls otherwise."""


def mail_instead(message: Message) -> Message | None:
    """The mail with the same news; None for a message of which none is made."""
    match message:
        case InvitationCard() if message.what != "answered":
            return MeetingMail(message.stream_id, "card", message.version, "")
        case AnswerNotice():
            return MeetingMail(message.stream_id, "answers", message.version, "")
        case ProposalNotice():
            return MeetingMail(message.stream_id, "proposal", 0, message.proposal)
        case ProposalDeclinedNotice():
            return MeetingMail(message.stream_id, "declined", 0, "")
        case ParkedCard():
            return ParkedMailNotice(message.card_id, message.team)
        case ErasureNotice():
            return ErasureMail(message.what, message.final_at)
        case UninvitedAnswer():
            return UninvitedMail(message.stream_id, message.address, message.summary, message.delegator)
        case CalendarOffer():
            return OfferMail(message.text, message.sender)
        case ShareNotice():
            texts = (message.what, message.name, message.title, message.access)
            return ShareMail(message.share_id, *texts, message.inviter)
        case ChatText() if message.text_key in _TEXTS:
            values = {_NAMES.get(name, name): value for name, value in message.values.items()}
            return NoticeMail(message.text_key, values)
        case _:
            return None

"""The stored names of outbox messages, their classes, and how old shapes are read.

A name contains its version ("email/1"). A worker claims only names that it knows, so a changed shape gets the next
version and the old name gets an upcaster; both keep their golden file under ``tests/golden/messages``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from televent.application.messages import (
    chat,
    erasure,
    itip_local,
    log_head,
    mail,
    proposals,
    push,
    reminders,
    share_local,
    team_mail,
    webhooks,
)
from televent.application.messages.message import Message
from televent.application.readable import make_readable

NAMES: Mapping[str, type[Message]] = {
    "itip_local/1": itip_local.ItipLocal,
    "share_local/2": share_local.ShareLocal,
    "calendar_invite/1": mail.CalendarInvite,
    "calendar_update/1": mail.CalendarUpdate,
    "calendar_cancel/1": mail.CalendarCancel,
    "calendar_refusal/1": mail.CalendarRefusal,
    "calendar_reply/1": mail.CalendarReply,
    "calendar_counter/1": mail.CalendarCounter,
    "calendar_decline_counter/1": mail.CalendarDeclineCounter,
    "calendar_refresh/1": mail.CalendarRefresh,
    "calendar_change/1": mail.CalendarChange,
    "email/1": mail.Email,
    "password_code/1": mail.PasswordCode,
    "registration_code/1": mail.RegistrationCode,
    "already_registered/1": mail.AlreadyRegistered,
    "operator_mail/1": mail.OperatorMail,
    "log_head_mail/1": log_head.LogHeadMail,
    "log_head_post/1": log_head.LogHeadPost,
    "meeting_mail/1": mail.MeetingMail,
    "notice_mail/1": mail.NoticeMail,
    "parked_mail/2": mail.ParkedMailNotice,
    "uninvited_mail/1": mail.UninvitedMail,
    "offer_mail/1": mail.OfferMail,
    "share_mail/2": mail.ShareMail,
    "parked_notification/2": chat.ParkedCard,
    "team_mail_asked/1": team_mail.TeamMailAsked,
    "team_mail_answered/1": team_mail.TeamMailAnswered,
    "invite_notification/2": chat.InvitationCard,
    "rsvp_notification/3": chat.AnswerNotice,
    "proposal_notification/1": proposals.ProposalNotice,
    "proposal_declined_notification/1": proposals.ProposalDeclinedNotice,
    "uninvited_notification/2": chat.UninvitedAnswer,
    "share_notification/2": chat.ShareNotice,
    "telegram_notification/1": chat.ChatText,
    "calendar_offer/1": chat.CalendarOffer,
    "push/1": push.PushDue,
    "reminder_due/1": reminders.ReminderDue,
    "reminders_due/1": reminders.RemindersDue,
    "digest_due/1": reminders.DigestDue,
    "reminder_mail/1": reminders.ReminderMail,
    "reminders_mail/1": reminders.RemindersMail,
    "digest_mail/1": reminders.DigestMail,
    "erasure_notice/1": erasure.ErasureNotice,
    "erasure_mail/1": erasure.ErasureMail,
    "webhook_event/1": webhooks.WebhookEvent,
    "webhook/1": webhooks.WebhookDue,
}

MASS: frozenset[type[Message]] = frozenset({reminders.DigestDue, reminders.DigestMail})
"""The classes of mass messages: made for many people at one time, and nobody waits for one. Workers claim all others
first, but give mass messages a fair share (ADR 103). A summary of the week belongs here too; a reminder does not."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _pointing(*names: str) -> Upcaster:
    """To messages that name the event, and say nothing of what is read from its facts now."""
    return lambda fields: {**{name: fields[name] for name in names}, "version": 0}


def _joining(fields: dict[str, Any]) -> dict[str, Any]:
    """To an offer of an earlier program, which made a member of everybody with a role."""
    news = fields["news"]
    if news["what"] == "offer":
        news = {"began": 0, "agreed": bool(news.get("role")), **news}
    return {**fields, "news": news, "actor": ""}


UPCASTERS: Mapping[str, tuple[str, Upcaster]] = {
    "invite_notification/1": ("invite_notification/2", _pointing("stream_id", "what")),
    "rsvp_notification/1": ("rsvp_notification/3", _pointing("stream_id")),
    "rsvp_notification/2": ("rsvp_notification/3", _pointing("stream_id")),
    "parked_mail/1": ("parked_mail/2", lambda fields: {**fields, "team": None}),
    "parked_notification/1": ("parked_notification/2", lambda fields: {**fields, "team": None}),
    "share_local/1": ("share_local/2", _joining),
    "share_mail/1": ("share_mail/2", lambda fields: {"inviter": None, **fields}),
    "share_notification/1": ("share_notification/2", lambda fields: {"inviter": None, **fields}),
    "uninvited_notification/1": ("uninvited_notification/2", lambda fields: {**fields, "delegator": ""}),
}
"""Old name → (the next name, a function from the old fields to the new ones)."""

_NUL = re.compile(rb"(\\\\)|\\u0000")


class UnknownMessage(Exception):
    """A class or a stored name is not in the catalogue."""


class UnreadableMessage(Exception):
    """A stored message cannot be decoded. The sentence is for the operator."""


class Catalogue:
    """The messages that one version of the program knows. Immutable, safe for use from many threads."""

    def __init__(
        self,
        names: Mapping[str, type[Message]] = NAMES,
        upcasters: Mapping[str, tuple[str, Upcaster]] = UPCASTERS,
        mass: frozenset[type[Message]] = MASS,
    ) -> None:
        """Raises ValueError where a class has two names, or an upcaster leads to no name."""
        self._upcasters, self._mass = dict(upcasters), mass
        self._name_of = {kind: name for name, kind in names.items()}
        if len(self._name_of) != len(names):
            raise ValueError("a class has two stored names")
        self._meaning = {**names, **{name: self._end(name, names) for name in upcasters}}
        make_readable(*self._name_of)

    @property
    def names(self) -> tuple[str, ...]:
        """All stored names that can be read, sorted."""
        return tuple(sorted(self._meaning))

    def names_of(self, kinds: Iterable[type[Message]]) -> tuple[str, ...]:
        """The stored names of these classes, older versions included. Raises UnknownMessage."""
        wanted = set(kinds)
        for kind in wanted:
            self.name_of(kind)
        return tuple(name for name in self.names if self._meaning[name] in wanted)

    def name_of(self, kind: type[Message]) -> str:
        """The stored name of a class. Raises UnknownMessage."""
        try:
            return self._name_of[kind]
        except KeyError:
            raise UnknownMessage(kind.__qualname__) from None

    def is_mass(self, kind: type[Message]) -> bool:
        """Whether messages of this class let the others go first."""
        return kind in self._mass

    def encode(self, message: Message) -> tuple[str, str]:
        """The stored name and the JSON text. PostgreSQL's jsonb holds no NUL character: it is left out.

        Raises UnknownMessage.
        """
        name, text = self.name_of(type(message)), msgspec.json.encode(message)
        if b"\\u0000" in text:
            text = _NUL.sub(lambda found: found[1] or b"", text)
        return name, text.decode()

    def decode(self, name: str, text: str) -> Message:
        """The message in a row, in its newest shape. Raises UnreadableMessage, also for an unknown name."""
        kind = self._meaning.get(name)
        if kind is None:
            raise UnreadableMessage(f"{name} is not known to this version")
        try:
            if name not in self._upcasters:
                return msgspec.json.decode(text, type=kind)
            fields, step = msgspec.json.decode(text, type=dict[str, Any]), name
            while step in self._upcasters:
                step, upcast = self._upcasters[step]
                fields = upcast(fields)
            return msgspec.convert(fields, kind)
        except Exception as error:
            # An upcaster may raise anything. But one bad row must not stop the worker that claimed others with it.
            raise UnreadableMessage(f"{name} cannot be read: {type(error).__name__}: {error}") from error

    def _end(self, name: str, names: Mapping[str, type[Message]]) -> type[Message]:
        for _ in self._upcasters:
            name = self._upcasters[name][0] if name in self._upcasters else name
        if name not in names:
            raise ValueError(f"the upcasters lead to {name}, which is no name")
        return names[name]


CATALOGUE = Catalogue()
"""The messages of this version."""

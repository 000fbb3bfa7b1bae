"""Messages that leave by email."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from televent.application.messages.message import Message, Part


class CalendarMail(Message, frozen=True):
    """An iTIP message for a person elsewhere (RFC 6047); only its subclasses are stored.

    ``text``: the VCALENDAR with its METHOD. ``sender_address``: the first verified address of the person who writes,
    None where they have none; ``sender_telegram_id`` stands in for it. ``timezone`` and ``locale`` are the sender's.
    """

    text: str
    method: str
    uid: str
    recipient: str
    recipient_name: str | None
    sender_name: str
    sender_address: str | None
    sender_telegram_id: int | None
    timezone: str
    locale: str


class CalendarInvite(CalendarMail, frozen=True):
    """An attendee is asked to a meeting."""


class CalendarUpdate(CalendarMail, frozen=True):
    """A meeting changed."""


class CalendarCancel(CalendarMail, frozen=True):
    """A meeting, or the attendee's part in it, is cancelled."""


class CalendarRefusal(CalendarMail, frozen=True):
    """A person who answered without an invitation is not invited."""


class CalendarReply(CalendarMail, frozen=True):
    """An attendee here answers an organizer elsewhere."""


class CalendarCounter(CalendarMail, frozen=True):
    """An attendee here proposes another time to an organizer elsewhere."""


class CalendarDeclineCounter(CalendarMail, frozen=True):
    """An organizer here declines the time that an attendee elsewhere proposed."""


class CalendarRefresh(CalendarMail, frozen=True):
    """An attendee here asks an organizer elsewhere for a meeting that they do not have."""


class CalendarChange(Message, frozen=True):
    """A guest elsewhere is to be told of the changes of a meeting, up to the moment at which the mail is sent.

    ``stream_id``: the organizer's copy; the change led from its version ``before`` to ``version``. ``urgent``: the
    guest is invited or the meeting, or their part in it, is cancelled; other changes are gathered. ``asks``: the guest
    is sent the meeting even if nothing in it changes (SCHEDULE-FORCE-SEND, RFC 6638 §7.2).
    """

    stream_id: UUID
    recipient: str
    before: int
    version: int
    urgent: bool
    asks: bool


class OperatorMail(Message, frozen=True):
    """A mail to postmaster or abuse is forwarded to the operator. ``mail_key``: the key of the stored mail."""

    to: str
    mail_key: str


class MeetingMail(Message, frozen=True):
    """News of a meeting for an account here that has no chat: an invitation, an update or a cancellation ("card"), to
    its organizer the answers ("answers") or a proposal of another time, to an attendee that theirs was declined.

    ``stream_id``: the reader's copy. ``version``: that of the fact; 0 where it is not known. ``proposal``: the key of
    the proposal, "" for none. The text is read from the facts when the mail is sent.
    """

    stream_id: UUID
    what: Literal["card", "answers", "proposal", "declined"]
    version: int
    proposal: str


class UninvitedMail(Message, frozen=True):
    """A person would come to a meeting of the reader, who has no chat, without an invitation; the reader may invite
    them. ``stream_id``: the reader's copy. ``delegator``: the attendee in whose place they would come; "" where they
    answered themselves."""

    stream_id: UUID
    address: str
    summary: str
    delegator: str


class OfferMail(Message, frozen=True):
    """As CalendarOffer, for a person without a chat."""

    text: str
    sender: str


class ShareMail(Message, frozen=True):
    """As ShareNotice, for a person without a chat."""

    share_id: UUID
    what: str
    name: str
    title: str
    access: str
    inviter: UUID | None = None


class NoticeMail(Message, frozen=True):
    """A text from the catalogue of texts, for an account without a chat, at its verified address. ``text_key`` names
    it, ``values`` are its parameters. A calendar that the text tells of is not attached: the reader has that mail."""

    text_key: str
    values: dict[str, str]


class ParkedMailNotice(Message, frozen=True):
    """Mails wait for the decision of a person here who has no chat. ``card_id`` and ``team`` are as in ParkedCard."""

    card_id: UUID
    team: UUID | None


class AddressVerification(Part, frozen=True, tag_field="template", tag="address_verification"):
    """The code that proves an address. ``name``: the person who claims it."""

    name: str
    code: str


class PasswordCode(Message, frozen=True):
    """The code with which a person may set a password. ``name``: the person."""

    to: str
    locale: str
    name: str
    code: str


class RegistrationCode(Message, frozen=True):
    """The code that proves the address of an account that is not open yet. ``name``: as it was registered."""

    to: str
    locale: str
    name: str
    code: str


class AlreadyRegistered(Message, frozen=True):
    """Somebody registered with the address of an account that exists; perhaps its owner. ``name``: the owner's."""

    to: str
    locale: str
    name: str


class Email(Message, frozen=True):
    """A mail that is no iTIP message. A new template is a new version: a worker that does not know it leaves it."""

    to: str
    locale: str
    content: AddressVerification

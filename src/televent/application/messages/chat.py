"""Messages to a person in their own chat with the bot. The tenant of the outbox row is the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta

from televent.application.messages.message import Message, Part

MAX_TEXT: Final = 1024
"""Max characters of a place, a title or an address in a message."""


class CalendarTime(Part, frozen=True):
    """A time as the event has it. ``local``: a DATE or DATE-TIME value of RFC 5545 §3.3.4 and §3.3.5 ("20261121",
    "20261121T100000"). ``zone``: the TZID, "UTC", or None for a floating time and a date. ``utc``: the same moment
    with tzinfo, None where there is no such moment."""

    local: str
    zone: str | None
    utc: Annotated[datetime, Meta(tz=True)] | None


class InvitationCard(Message, frozen=True):
    """The card of an invitation, of its update or of its cancellation; or, "answered", the reader answered through
    another door, and their card shows it.

    ``stream_id``: the reader's copy of the event. ``version``: that of the fact; 0 where it is not known. The text
    is read from the facts when the card is sent, so that several changes are told as one, and none late.
    """

    stream_id: UUID
    what: Literal["invited", "revised", "cancelled", "answered"]
    version: int


class AnswerNotice(Message, frozen=True):
    """An attendee answered; the organizer reads it. ``version``: that of the fact; 0 where it is not known."""

    stream_id: UUID
    version: int


class ParkedCard(Message, frozen=True):
    """Mails wait for the reader's decision. ``card_id``: application.parked_mails. The text is read when it is sent.
    ``team``: the account of the team calendar that got them, whose managers are asked; None: the reader got them."""

    card_id: UUID
    team: UUID | None


class UninvitedAnswer(Message, frozen=True):
    """A person would come to the reader's meeting without an invitation; the reader may invite them. ``stream_id``: the
    reader's copy of the event. ``delegator``: the attendee in whose place they would come; "" where they answered
    themselves."""

    stream_id: UUID
    address: str
    summary: str
    delegator: str


class ShareNotice(Message, frozen=True):
    """Somebody offers a calendar, changes what they offer, or takes it back; the sharee reads it.

    ``what``: the state of the share (domain.mount), or "invited", "role" or "left" for the member of a team calendar,
    whose ``access`` may be "manager". ``name``: the owner's, ``title``: the calendar's. ``inviter``: the account of the
    manager who invites, whose name is looked up when the notice is sent, so that it is nowhere kept.
    """

    share_id: UUID
    what: str
    name: str
    title: str
    access: str
    inviter: UUID | None = None


class CalendarOffer(Message, frozen=True):
    """A mail brought a calendar that invites nobody (PUBLISH, or no METHOD): the reader may import it. ``text``: the
    VCALENDAR; ``sender``: the address in From, which nothing proves."""

    text: str
    sender: str


class ChatText(Message, frozen=True):
    """A text from the catalogue of texts. ``text_key`` names it, ``values`` are its parameters."""

    text_key: str
    values: dict[str, str]

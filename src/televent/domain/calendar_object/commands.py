"""The commands of a calendar object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.calendar_object.parked_mail import ParkMail
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, ProposeTime
from televent.ical.itip.delivery import Delivery
from televent.ical.itip.message import Message
from televent.ical.itip.precedence import Trust
from televent.ical.objects.calendar_text import CalendarText


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a copy: every address of this person, normalised."""

    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class PutObject:
    """Store a text that a client sent. ``text`` is valid. An object that stands elsewhere in the account moves.

    ``merge``: the client matched the Schedule-Tag and may not know the newest text, so changes by other attendees are
    kept (RFC 6638 §3.2.10). ``current``: the client has read the stored text, so an organizer's PARTSTAT=NEEDS-ACTION
    asks that attendee again (§3.2.8).
    """

    owner: Owner
    calendar_id: UUID
    href: str
    text: CalendarText
    now: datetime
    merge: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class DeleteObject:
    """Delete the copy. ``reply`` False: an attendee does not decline (RFC 6638 §8.1, Schedule-Reply: F)."""

    owner: Owner
    reply: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class MoveObject:
    calendar_id: UUID
    href: str


@dataclass(frozen=True, slots=True)
class AnswerInvitation:
    """Answer the invitation. ``recurrence_id`` None: the whole event; ``following``: also all later occurrences."""

    owner: Owner
    partstat: str
    recurrence_id: str | None
    comment: str | None
    now: datetime
    following: bool = False


@dataclass(frozen=True, slots=True)
class ReceiveMessage:
    """Apply an iTIP message to the owner's copy. ``calendar_id`` and ``href`` are used if it makes a new object.

    Two flags come only with a message from an account here. ``refresh``: it only updates the answers of other
    attendees. ``asks_again``: the owner has to answer, even after an earlier answer.
    """

    owner: Owner
    calendar_id: UUID
    href: str
    message: Message
    now: datetime
    refresh: bool = False
    asks_again: bool = False
    sender_name: str | None = None
    """The sender's display name, where the message came with one."""
    trust: Trust = Trust.T3
    """How far an attendee's message is trusted as theirs; T3 for one from an account here."""
    told: CalendarText | None = None
    """The owner's text that the sender, an attendee elsewhere, was last told, where it is older than the copy."""
    repeats: bool = False
    """An answer that was given before: it stands, and is no news."""
    uninvited: str = "ask"
    """The owner's choice about people whom they did not invite: one of account.preferences.UNINVITED."""


@dataclass(frozen=True, slots=True)
class RefuseUninvited:
    """Tell a person who answered without an invitation that they are not invited."""

    owner: Owner
    address: str
    now: datetime


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """Write delivery results into the copy (RFC 6638 §3.2.9). ``late``: it may have changed since the delivery."""

    owner: Owner
    deliveries: tuple[Delivery, ...]
    late: bool = False


CalendarObjectCommand = (
    PutObject
    | DeleteObject
    | MoveObject
    | AnswerInvitation
    | ReceiveMessage
    | RefuseUninvited
    | NoteDelivery
    | ParkMail
    | ProposeTime
    | AcceptProposal
    | DeclineProposal
)

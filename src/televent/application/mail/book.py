"""The port to the storage of email: raw mail, reply tokens, and the first Message-ID of each thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.application.mail.trust import Sender
from televent.application.messages.message import Message
from televent.domain.ids import AccountId

ATTEMPTS: Final = 3
"""Max attempts at a mail in its life, however they end."""
LEASE: Final = timedelta(minutes=2)
"""Max time of one attempt. A mail without a result is due again after it: its process has died."""
RETRY: Final = timedelta(minutes=1)
"""Time between an attempt that raised and the next one; the database may be unavailable for a moment."""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A stored mail as it arrived, and the claim of the attempt at it: the end of its lease, and its number from 1."""

    key: str
    envelope_from: str
    recipients: list[str]
    raw: bytes
    received_at: datetime
    until: datetime
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """The meaning of ``rsvp+<token>@…``: one attendee of one meeting of one account."""

    token: str
    tenant: AccountId
    uid: str
    attendee: str


@dataclass(frozen=True, slots=True)
class GuestAddress:
    """The meaning of ``guest+<token>@…``: a person from Telegram in one meeting, as mails of ``tenant`` show them.

    It proves nothing: everybody who got such a mail has it. ``address``: the person's address in the calendar.
    """

    token: str
    tenant: AccountId
    uid: str
    address: str


class MailBook(Protocol):
    """The storage of email. Synchronous; called through threads."""

    def keep(
        self,
        mail_key: str,
        envelope_from: str,
        recipients: list[str],
        raw: bytes,
        now: datetime,
        *,
        for_operator: bool = False,
    ) -> bool:
        """Stores a mail before it is parsed. False: this mail was stored before. ``for_operator``: it counts as the
        operator's from now on."""
        ...

    def settle(self, mail_key: str, state: str, verdict: str, sender: Sender | None = None) -> None:
        """Stores the result of a mail: "applied", "ignored", "parked" or "failed", and the reason. ``sender``: the
        sender, and whether they were proven; keys in the DNS change, so it cannot be found out again later."""
        ...

    def claim(self, now: datetime, *, again: bool) -> KeptMail | None:
        """Counts one more attempt at a mail, and returns that mail; None where none is due.

        ``again``: a mail that was tried before; else one that was never tried.
        """
        ...

    def postpone(self, mail: KeptMail, reason: str, due: datetime) -> bool:
        """Stores why an attempt failed. False: it was the last one, and the mail has the result "failed". Changes
        nothing where the claim was lost meanwhile."""
        ...

    def give_back(self, mail: KeptMail, reason: str, due: datetime) -> None:
        """Stores why an attempt could not be made. It does not count. Changes nothing where the claim was lost."""
        ...

    def give_up(self, now: datetime) -> list[str]:
        """Sets mails aside as "failed" whose last attempt ended without a result; returns their keys."""
        ...

    def invited_by(self, tenant: AccountId, stream_id: UUID) -> tuple[bytes, Sender | None] | None:
        """The raw mail that brought an invitation, and its sender; None where no mail did, or it was deleted."""
        ...

    def token(self, tenant: AccountId, uid: str, attendee: str) -> str:
        """The token of that attendee of that meeting. The first call makes it; later calls return the same."""
        ...

    def thread(self, token: str, message_id: str) -> str:
        """The Message-ID of the first mail of a thread; ``message_id`` if this mail is the first."""
        ...

    def keep_for_operator(self, mail_key: str, forward_to: str | None, now: datetime) -> None:
        """Marks a stored mail as the operator's, and queues its forwarding to that address once; None: it is not
        forwarded."""
        ...

    def operator_mails(self, since: datetime) -> int:
        """The number of the operator's mails that came since then."""
        ...

    def tell(self, tenant: AccountId, message: Message, slot: str, mail_key: str, now: datetime) -> bool:
        """Queues a message for that account because of a mail, once for each mail. False: the slot has another one."""
        ...

    def raw(self, mail_key: str) -> bytes | None:
        """A stored mail; None for an unknown key."""
        ...

    def resolve(self, token: str) -> ReplyToken | None:
        """The meaning of a token; None for an unknown one."""
        ...

    def guest_tokens(self, tenant: AccountId, uid: str, addresses: Collection[str]) -> Mapping[str, str]:
        """The token of each of these addresses in mails of that account about that meeting. The first call makes it;
        later calls return the same."""
        ...

    def guests(self, tokens: Collection[str]) -> list[GuestAddress]:
        """The meanings of those of the tokens that are known."""
        ...

    def note_invitation(
        self,
        tenant: AccountId,
        uid: str,
        recurrence_ids: Collection[str | None],
        message_id: str,
        at: datetime,
        *,
        replace: bool = True,
    ) -> None:
        """Stores the Message-ID of the mail that invites the account to the series (None) or to these occurrences.

        ``replace`` False: where none is known. ``message_id``: without angle brackets, and valid in a header.
        """
        ...

    def invitation(self, tenant: AccountId, uid: str, recurrence_ids: Collection[str | None]) -> str | None:
        """The Message-ID of the newest mail that invited the account to the series or to one of these occurrences; of
        any occurrence, where none did; None where no mail is known."""
        ...

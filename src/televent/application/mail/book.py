"""The port to the storage of email: raw mail, reply tokens, and the first Message-ID of each thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """The meaning of ``rsvp+<token>@…``: one attendee of one meeting of one account."""

    token: str
    tenant: AccountId
    uid: str
    attendee: str


class MailBook(Protocol):
    """The storage of email. Synchronous; called through threads."""

    def keep(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes, now: datetime) -> bool:
        """Stores a mail before it is parsed. False: this mail was stored before."""
        ...

    def settle(self, mail_key: str, state: str, verdict: str) -> None:
        """Stores the result of a mail: "applied", "ignored", "parked" or "failed", and the reason."""
        ...

    def unsettled(self, limit: int, before: datetime) -> list[tuple[str, str, list[str], bytes]]:
        """Mail stored before that time without a result, the oldest first: (key, envelope sender, recipients, raw)."""
        ...

    def invited_by(self, tenant: AccountId, stream_id: UUID) -> bytes | None:
        """The raw mail that brought an invitation; None where no mail did, or it was deleted."""
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

    def raw(self, mail_key: str) -> bytes | None:
        """A stored mail; None for an unknown key."""
        ...

    def resolve(self, token: str) -> ReplyToken | None:
        """The meaning of a token; None for an unknown one."""
        ...

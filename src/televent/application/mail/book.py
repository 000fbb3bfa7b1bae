"""What email needs remembered: mail as it came, tokens in addresses, the first mail of a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What ``rsvp+<token>@…`` stands for: one attendee of one meeting of one account."""

    token: str
    tenant: AccountId
    uid: str
    attendee: str


class MailBook(Protocol):
    """Kept in the database. Synchronous; called through threads."""

    def keep(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes, now: datetime) -> bool:
        """Keeps a mail before it is understood. False: this very mail was kept before."""
        ...

    def settle(self, mail_key: str, state: str, verdict: str) -> None:
        """What became of it: applied, ignored, parked or failed, and why."""
        ...

    def unsettled(self, limit: int, before: datetime) -> list[tuple[str, str, list[str], bytes]]:
        """Mail kept before then and not settled, the oldest first: (key, envelope sender, recipients, raw)."""
        ...

    def invited_by(self, tenant: AccountId, stream_id: UUID) -> bytes | None:
        """The raw mail that brought an invitation; None where none did, or it is kept no more."""
        ...

    def token(self, tenant: AccountId, uid: str, attendee: str) -> str:
        """The token of that attendee of that meeting: made at the first call, the same ever after."""
        ...

    def thread(self, token: str, message_id: str) -> str:
        """The Message-ID of the first mail of a thread: ``message_id`` if this is the first."""
        ...

    def resolve(self, token: str) -> ReplyToken | None: ...

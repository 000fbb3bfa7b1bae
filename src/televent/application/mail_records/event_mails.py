"""The mails about an event, for the person whose event it is: who sent each, how they were proven, what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from televent.application.mail_records.senders import Sender
from televent.domain.ids import AccountId

KEPT: Final = 100
"""Max mails that are kept about one event of one person; the newest stay."""

EventMailState = Literal["applied", "parked", "ignored", "applied-by-hand", "ignored-by-hand"]
Proof = Literal["token", "signed", "believed", "none"]
"""Why a mail was taken for its sender's: it came to an address that only they have; its domain signed it; the person
believes the sender without proof; nothing proves it (``sender.doubt``)."""


@dataclass(frozen=True, slots=True)
class EventMail:
    """One mail about an event. ``reason``: why it changed nothing, as in the mail's verdict; "" where it was applied.
    ``at``: when it was processed."""

    tenant: AccountId
    stream_id: UUID
    mail_key: str
    method: str
    state: EventMailState
    reason: str
    proof: Proof
    sender: Sender
    at: datetime


class EventMails(Protocol):
    """Stores them. Synchronous; called through threads."""

    def note(self, mail: EventMail) -> None:
        """Stores a mail. A mail that was applied stays so: it may come again, and change nothing then."""
        ...

    def decided(self, tenant: AccountId, keys: Sequence[str], state: EventMailState) -> None:
        """Stores what the person decided about parked mails."""
        ...

    def about(self, tenant: AccountId, stream_id: UUID) -> list[EventMail]:
        """The mails about the event, newest first."""
        ...

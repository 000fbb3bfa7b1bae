"""The port to what guests elsewhere were last sent about a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

HOLD: Final = timedelta(minutes=2)
"""Max time for which one message about a meeting and a guest keeps others waiting; the same message goes on at once."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One guest of one meeting: the organizer's account, the stream of the organizer's copy, and the address."""

    tenant: AccountId
    stream_id: UUID
    recipient: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes that a guest was not sent yet: the times of the oldest and the newest, whether one is urgent, and
    whether one asks for a mail even where nothing that the guest sees has changed."""

    first: datetime
    last: datetime
    urgent: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Mails that are being sent: the outbox message that began it, the version up to which they tell, whether a change
    asked for them, and how many of them the server has taken."""

    outbox_id: UUID
    version: int
    asks: bool = False
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The state of a guest's mails: they were sent the ``version`` of the organizer's copy. ``plan``: mails that an
    attempt began."""

    version: int
    plan: Plan | None = None


class SentMail(Protocol):
    """The storage. Synchronous; called through threads."""

    def hold(self, guest: Guest, outbox_id: UUID, before: int, now: datetime) -> Sent | None:
        """The state of the guest's mails, held for the message until ``release``; None while another message holds it.

        ``before``: the version before the change; it counts where the guest was sent nothing yet.
        """
        ...

    def told(self, guest: Guest) -> int | None:
        """The version of the organizer's copy that the guest was last told; None where they were told nothing."""
        ...

    def waiting(self, guest: Guest) -> Waiting | None:
        """The changes that wait in the outbox, those being handled included; None without one."""
        ...

    def plan(self, guest: Guest, plan: Plan | None) -> None:
        """Stores the mails that are about to be sent, or how many are; None: the attempt left nothing behind."""
        ...

    def sent(self, guest: Guest, version: int) -> None:
        """Stores that the guest was told of everything up to that version. The plan is done."""
        ...

    def release(self, guest: Guest, outbox_id: UUID) -> None:
        """Ends the hold of the message."""
        ...

"""Mails that wait for a person's decision, and the cards that ask for it.

A mail about an event has a card of its own. All mails of one unknown sender have one card together, because a stranger
can send any number. A row holds the iTIP message and the sender as it was proven, so that the decision needs no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

from televent.application.mail_records.senders import Sender
from televent.domain.calendar_object.parked_mail import ParkedFor
from televent.domain.ids import AccountId

SENDER_LIMIT: Final = 20
"""Max mails of one unknown sender that are kept for one person within PERIOD; the others are only counted."""
SENDERS_LIMIT: Final = 20
"""Max unknown senders for one person within PERIOD: anybody can forge any address."""
PERIOD: Final = timedelta(hours=1)
GATHERED: Final = timedelta(minutes=1)
"""Time for which a mail about parked mails, or about answers, waits: those of one minute are one mail."""
KEPT: Final = timedelta(days=30)
"""Time for which a mail waits for a decision."""

State = Literal["early", "waiting", "applying", "applied", "ignored"]
"""An "early" mail is a cancellation that came before its invitation. Nobody is asked about it yet."""


def card_id_of(tenant: UUID, reason: ParkedFor, mail_key: str, sender: str) -> UUID:
    """The id of the card that asks about a mail."""
    return uuid5(tenant, f"stranger/{sender.lower()}" if reason == "sender-unknown" else f"parked/{mail_key}")


@dataclass(frozen=True, slots=True)
class ParkedMail:
    """A mail that waits, or has waited. ``calendar``: the iTIP message; ``stream_id``: the event that it is about.
    ``settled_by``: the manager who decided, where it came to a team calendar."""

    tenant: AccountId
    card_id: UUID
    mail_key: str
    stream_id: UUID
    reason: ParkedFor
    method: str
    calendar: bytes
    sender: Sender
    at: datetime
    state: State = "waiting"
    settled_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class TeamDecision:
    """The mails of a card about which a manager, ``by``, has decided."""

    mail_keys: tuple[str, ...]
    by: UUID


class ParkedMails(Protocol):
    """Stores parked mails. Synchronous; called through threads."""

    def keep(self, mail: ParkedMail) -> bool:
        """Stores a mail. False: it is stored already."""
        ...

    def drop(self, mail: ParkedMail) -> None:
        """Forgets a mail that nobody was asked about."""
        ...

    def on_card(self, tenant: AccountId, card_id: UUID) -> list[ParkedMail]:
        """The mails of a card, oldest first, without early ones."""
        ...

    def early(self, tenant: AccountId, stream_id: UUID, sender: str) -> list[ParkedMail]:
        """The early mails of that sender about the event, oldest first."""
        ...

    def await_decision(self, tenant: AccountId, stream_id: UUID, sender: str) -> None:
        """Lets the early mails of that sender wait for a decision, on the card on which their invitation waits."""
        ...

    def waits(self, tenant: AccountId, stream_id: UUID) -> bool:
        """Whether an unknown sender's mail about that event waits."""
        ...

    def waiting(self, tenant: AccountId) -> int:
        """The number of the account's mails that wait for a decision."""
        ...

    def settle(
        self, tenant: AccountId, card_id: UUID, was: Sequence[State], state: State, team: TeamDecision | None = None
    ) -> list[str]:
        """Moves the mails of a card from one of the states ``was`` to another; returns the keys of those mails.
        ``team``: only those about which a manager has decided."""
        ...

    def lately(self, tenant: AccountId, card_id: UUID, since: datetime) -> tuple[int, int]:
        """The number of mails on that card since then, and of all cards of unknown senders since then."""
        ...

    def sweep(self, before: datetime) -> int:
        """Deletes the mails that came before then, and returns their number."""
        ...

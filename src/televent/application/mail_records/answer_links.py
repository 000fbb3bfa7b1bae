"""The links in mails by which people answer meetings, reminders and proposals, and the threads of those mails.

A token is random and stored, so that it discloses nothing, answers one question for one person, and is useless as soon
as its row is deleted, as on the erasure of the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

REMINDER: Final = "reminder"
PROPOSAL: Final = "proposal:"
GUEST: Final = "guest:"
OFF: Final = "off:"
UNINVITED: Final = "uninvited:"
OFFER: Final = "offer"
SHARE: Final = "share"
KEEP: Final = "keep"
TEAM: Final = "team:"
TOKEN_LENGTH: Final = 32
"""The characters of a token: 128 random bits in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """The meeting that a token answers, and for whom. ``recurrence_id`` None: the whole meeting. ``purpose``: "" for
    the invitation, REMINDER, PROPOSAL with the key of the proposal behind it, or GUEST with the address of a guest
    elsewhere; then ``tenant`` and ``stream_id`` are the organizer's. OFF with a kind of mail turns that kind off.
    UNINVITED with the address of a person who would come uninvited decides about them. OFFER imports a calendar that
    came by mail; ``stream_id`` is its draft. SHARE answers an offered calendar; ``stream_id`` is the share.
    KEEP revokes the requested erasure of the account. TEAM with the account of a team calendar decides about its parked
    mails; ``stream_id`` is their card."""

    token: str
    tenant: AccountId
    stream_id: UUID
    recurrence_id: str | None
    purpose: str = ""

    @property
    def proposal(self) -> str | None:
        """The key of the proposal that the link answers; None for another link."""
        return self.purpose.removeprefix(PROPOSAL) if self.purpose.startswith(PROPOSAL) else None

    @property
    def guest(self) -> str | None:
        """The address of the guest elsewhere who answers by the link; None for a link of a person here."""
        return self.purpose.removeprefix(GUEST) if self.purpose.startswith(GUEST) else None

    @property
    def off(self) -> str | None:
        """The kind of mail that the link turns off; None for another link."""
        return self.purpose.removeprefix(OFF) if self.purpose.startswith(OFF) else None

    @property
    def team(self) -> AccountId | None:
        """The team calendar about whose mails the link decides; None for another link."""
        return AccountId(UUID(self.purpose.removeprefix(TEAM))) if self.purpose.startswith(TEAM) else None

    @property
    def uninvited(self) -> str | None:
        """The address of the uninvited person about whom the link decides; None for another link."""
        return self.purpose.removeprefix(UNINVITED) if self.purpose.startswith(UNINVITED) else None


class AnswerLinks(Protocol):
    """Stores links and threads. Synchronous; called through threads."""

    def issue(
        self, tenant: AccountId, stream_id: UUID, recurrence_id: str | None, expires_at: datetime, purpose: str = ""
    ) -> str:
        """The token for that meeting or date and that purpose, made when first needed; it is valid until ``expires_at``
        from now on."""
        ...

    def find(self, token: str, now: datetime) -> AnswerLink | None:
        """The meeting and the person of a valid token; None for an unknown or expired one."""
        ...

    def take_form(self, token: str, form: str) -> bool:
        """Notes that a form of this link was taken. False: it was the last one that was taken, so it came twice."""
        ...

    def thread(self, tenant: AccountId, stream_id: UUID, message_id: str) -> str:
        """The Message-ID of the first mail about that event; ``message_id`` where this mail is the first."""
        ...

    def sweep(self, now: datetime) -> int:
        """Deletes the expired links, and returns their number."""
        ...

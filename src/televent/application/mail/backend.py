"""The parts that receiving mail needs, and the context of what a mail does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.mail.addressees import Addressees
from televent.application.mail.book import MailBook
from televent.application.mail.trust import Sender
from televent.domain.ids import AccountId


class FirstSender(Protocol):
    """Finds the sender of the mail that brought an invitation; None where no mail did, or it is kept no more."""

    def __call__(self, tenant: AccountId, stream_id: UUID) -> Sender | None: ...


class Unverified(Protocol):
    """Says in a locale that nothing proves a name: "Ann (unverified)"."""

    def __call__(self, locale: str, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class MailBackend:
    """What each door for mail is given. Synchronous; called through threads."""

    backend: Backend
    book: MailBook
    addressees: Addressees
    first_sender: FirstSender
    unverified: Unverified

    def context(self, mail_key: str, tenant: AccountId) -> Context:
        """The context of what one mail does in one account: the same mail again is the same command."""
        return Context(
            tenant=tenant,
            actor=f"mail:{mail_key[:16]}",
            door="email",
            now=self.backend.clock(),
            command_id=uuid5(NAMESPACE_OID, f"{mail_key}/{tenant}"),
            correlation_id=mail_key[:32],
        )

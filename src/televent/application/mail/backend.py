"""The parts that receiving mail needs, and the context of a mail's commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.mail.addressees import Addressees
from televent.application.mail.book import MailBook
from televent.application.mail.incoming import actor_of
from televent.application.mail.trust import Sender
from televent.domain.ids import AccountId


class FirstSender(Protocol):
    """Finds the sender of the mail that brought an invitation; None where no mail did, or it was deleted."""

    def __call__(self, tenant: AccountId, stream_id: UUID) -> Sender | None: ...


class Unverified(Protocol):
    """Marks a name as unproven, in the language of a locale: "Ann (unverified)"."""

    def __call__(self, locale: str, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class MailBackend:
    """The parts that each door for mail gets. Synchronous; called through threads."""

    backend: Backend
    book: MailBook
    addressees: Addressees
    first_sender: FirstSender
    unverified: Unverified
    operator: str | None = None
    """The address to which mail for postmaster and abuse is forwarded; None: it is kept only."""

    def context(self, mail_key: str, tenant: AccountId) -> Context:
        """The context of one mail's command in one account. The same mail again has the same command id."""
        return Context(
            tenant=tenant,
            actor=actor_of(mail_key),
            door="email",
            now=self.backend.clock(),
            command_id=uuid5(NAMESPACE_OID, f"{mail_key}/{tenant}"),
            correlation_id=mail_key[:32],
        )

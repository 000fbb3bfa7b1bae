"""Mails of the product itself to people here: when they may be sent, and how they leave."""

from __future__ import annotations

import asyncio
from datetime import UTC
from zoneinfo import ZoneInfo

from televent.adapters.email import texts
from televent.adapters.email.outgoing import mime
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.sending import outcomes
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content
from televent.application.backend import Backend
from televent.application.messages.outbox import Claimed, RetryLater, Undeliverable
from televent.application.read_models.accounts import AccountRow
from televent.domain.account.quiet_hours import quiet_until
from televent.domain.ids import AccountId
from televent.wording.display import Display


class OwnMails:
    """Sends mails to the primary verified address. A Message-ID derives from the outbox id."""

    def __init__(self, mailer: SmtpMailer, backend: Backend, identity: MailIdentity) -> None:
        self._mailer, self._backend, self._identity = mailer, backend, identity

    async def account(self, message: Claimed) -> AccountRow:
        """The person to whom the message goes. Raises Undeliverable where they have no verified address."""
        account = await asyncio.to_thread(self._backend.reads.account, AccountId(message.tenant))
        if account is None or not account.addresses:
            raise Undeliverable("the account is gone" if account is None else "the person has no verified address")
        return account

    def display(self, account: AccountRow) -> Display:
        """How the person reads times."""
        zone, chosen = ZoneInfo(account.timezone), account.preferences
        now = self._backend.clock().astimezone(zone)
        return Display(zone, texts.language_of(account.locale), now, chosen.clock24, chosen.week_start)

    async def reader(self, message: Claimed) -> tuple[AccountRow, Display] | None:
        """The same with the display; None where the person wants no news at all.

        Raises Undeliverable as ``account``, RetryLater in quiet hours.
        """
        account = await self.account(message)
        display = self.display(account)
        if not account.preferences.notifications:
            return None
        until = quiet_until(account.preferences, display.now)
        if until is not None:
            wait = until.astimezone(UTC) - display.now.astimezone(UTC)
            raise RetryLater(wait.total_seconds(), "the person has quiet hours")
        return account, display

    def own_id(self, message: Claimed) -> str:
        """The Message-ID of the message's mail."""
        return mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id)

    async def send(
        self, message: Claimed, account: AccountRow, content: Content, *, in_reply_to: str | None = None
    ) -> None:
        """Sends the mail. Raises GiveUp where the server refuses it for good, MailError where a retry may help."""
        us, address = self._identity, account.addresses[0]
        made = mime.Mail(
            sender=mime.Mailbox("Televent", us.sender),
            recipient=mime.Mailbox(account.name, address),
            reply_to=None,
            subject=content.subject,
            date=self._backend.clock(),
            message_id=self.own_id(message),
            plain=content.plain,
            html=content.html,
            in_reply_to=in_reply_to,
            correlation_id=message.correlation_id,
        )
        with outcomes():
            public = us.public(made, content.language)
            await self._mailer.send(mime.plain_mail(public), envelope_from=us.sender, recipient=address)

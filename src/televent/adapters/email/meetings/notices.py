"""Sends short notices to accounts without a chat, at their verified address."""

from __future__ import annotations

import asyncio
from typing import Final

from televent.adapters.email import mime, texts
from televent.adapters.email.outbound import MailIdentity
from televent.adapters.email.sending import outcomes
from televent.adapters.email.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content
from televent.application.backend import Backend
from televent.application.messages.mail import NoticeMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, Undeliverable
from televent.domain.ids import AccountId


class NoticeMailSender:
    """Sends texts of the catalogue. The Message-ID derives from the outbox id: clients show a repeated mail once."""

    kinds: Final[tuple[type[Message], ...]] = (NoticeMail,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, identity: MailIdentity) -> None:
        self._mailer, self._backend, self._identity = mailer, backend, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one notice. Raises Undeliverable where the person has no verified address, MailError where a retry may
        help."""
        notice = message.message
        assert isinstance(notice, NoticeMail)
        account = await asyncio.to_thread(self._backend.reads.account, AccountId(message.tenant))
        if account is None or not account.addresses:
            raise Undeliverable("the account is gone" if account is None else "the person has no verified address")
        if not account.preferences.notifications:
            return
        us, address = self._identity, account.addresses[0]
        if "sender" in notice.values:
            shown = await asyncio.to_thread(self._backend.people.shown, notice.values["sender"])
            notice = NoticeMail(notice.text_key, {**notice.values, "sender": shown})
        content = notice_content(notice, texts.language_of(account.locale))
        made = mime.Mail(
            sender=mime.Mailbox("Televent", us.sender),
            recipient=mime.Mailbox(account.name, address),
            reply_to=None,
            subject=content.subject,
            date=self._backend.clock(),
            message_id=mime.message_id(us.mail_domain, message.tenant, message.outbox_id),
            plain=content.plain,
            html=content.html,
            correlation_id=message.correlation_id,
        )
        with outcomes():
            public = us.public(made, content.language)
            await self._mailer.send(mime.plain_mail(public), envelope_from=us.sender, recipient=address)


def notice_content(notice: NoticeMail, language: str) -> Content:
    """The mail of a notice: its first paragraph is the lead."""
    key = f"notice-{notice.text_key}"
    lead, _, rest = texts.say(language, key, **notice.values).strip().partition("\n\n")
    subject = texts.say(language, f"{key}-subject", **notice.values)
    return Content(language, subject, subject, lines=[lead], text=rest)

"""Tells people without a chat what becomes of the account whose erasure was requested: the handler of ErasureMail."""

from __future__ import annotations

import asyncio
from typing import Final
from zoneinfo import ZoneInfo

from televent.adapters.email import mime, texts
from televent.adapters.email.outbound import MailIdentity
from televent.adapters.email.sending import outcomes
from televent.adapters.email.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.answer_links import AnswerLinks
from televent.application.backend import Backend
from televent.application.messages.erasure import ErasureMail, is_outdated
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, Undeliverable
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.erasure import issue_keep_link
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.times import moment_of


class ErasureMails:
    """Sends the notices with a link that keeps the account. The Message-ID derives from the outbox id."""

    kinds: Final[tuple[type[Message], ...]] = (ErasureMail,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mailer, self._backend = mailer, backend
        self._links, self._identity = links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one notice, or drops it where it is outdated. It comes also to people who have turned notices off.

        Raises Undeliverable where the person has no verified address, MailError where a retry may help.
        """
        notice = message.message
        assert isinstance(notice, ErasureMail)
        account = await asyncio.to_thread(self._backend.reads.account, AccountId(message.tenant))
        if account is None or not account.addresses:
            raise Undeliverable("the account is gone" if account is None else "the person has no verified address")
        if is_outdated(notice, account.erase_at):
            return
        us, address = self._identity, account.addresses[0]
        link = await asyncio.to_thread(self._link, account)
        content = erasure_content(notice, _display(self._backend, account), link)
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

    def _link(self, account: AccountRow) -> str | None:
        if self._identity.public_url is None or account.erase_at is None:
            return None
        return f"{self._identity.public_url}/i/{issue_keep_link(self._links, account.tenant, account.erase_at)}"


def erasure_content(notice: ErasureMail, display: Display, link: str | None) -> Content:
    """The mail of a notice. ``link``: the page that keeps the account; None where this server has no public address."""
    language = display.language
    at = moment_of(notice.final_at, display) if notice.final_at is not None else ""
    lead = texts.say(language, f"erasure-{notice.what}", at=at)
    subject = texts.say(language, f"erasure-{notice.what}-subject", at=at)
    if notice.final_at is None:
        return Content(language, subject, lead)
    if link is None:
        return Content(language, subject, lead, lines=[texts.say(language, "erasure-operator")])
    return Content(language, subject, lead, buttons=[Link(texts.say(language, "erasure-keep"), link, main=True)])


def _display(backend: Backend, account: AccountRow) -> Display:
    zone, chosen = ZoneInfo(account.timezone), account.preferences
    now = backend.clock().astimezone(zone)
    return Display(zone, texts.language_of(account.locale), now, chosen.clock24, chosen.week_start)

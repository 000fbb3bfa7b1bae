"""Tells people without a chat what becomes of the account whose erasure was requested: the handler of ErasureMail."""

from __future__ import annotations

import asyncio
from typing import Final

from televent.adapters.email import texts
from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLinks
from televent.application.messages.erasure import ErasureMail, is_outdated
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.erasure import issue_keep_link
from televent.wording.display import Display
from televent.wording.times import moment_of


class ErasureMails:
    """Sends the notices with a link that keeps the account. The Message-ID derives from the outbox id."""

    kinds: Final[tuple[type[Message], ...]] = (ErasureMail,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mails = OwnMails(mailer, backend, identity)
        self._links, self._identity = links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one notice, or drops it where it is outdated. It comes also to people who have turned notices off.

        Raises Undeliverable where the person has no verified address, MailError where a retry may help.
        """
        notice = message.message
        assert isinstance(notice, ErasureMail)
        account = await self._mails.account(message)
        if is_outdated(notice, account.erase_at):
            return
        link = await asyncio.to_thread(self._link, account)
        await self._mails.send(message, account, erasure_content(notice, self._mails.display(account), link))

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

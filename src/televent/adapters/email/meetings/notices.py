"""Sends short notices to accounts without a chat, at their verified address."""

from __future__ import annotations

import asyncio
from typing import Final

from televent.adapters.email import texts
from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content
from televent.application.accounts.account_news import ALWAYS
from televent.application.backend import Backend
from televent.application.messages.mail import NoticeMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed


class NoticeMailSender:
    """Sends texts of the catalogue. The Message-ID derives from the outbox id: clients show a repeated mail once."""

    kinds: Final[tuple[type[Message], ...]] = (NoticeMail,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, identity: MailIdentity) -> None:
        self._mails, self._backend = OwnMails(mailer, backend, identity), backend

    async def handle(self, message: Claimed) -> None:
        """Sends one notice. Raises Undeliverable where the person has no verified address, MailError where a retry may
        help."""
        notice = message.message
        assert isinstance(notice, NoticeMail)
        account = await self._mails.account(message)
        if not account.preferences.notifications and notice.text_key not in ALWAYS:
            return
        if "sender" in notice.values:
            shown = await asyncio.to_thread(self._backend.people.shown, notice.values["sender"])
            notice = NoticeMail(notice.text_key, {**notice.values, "sender": shown})
        content = notice_content(notice, texts.language_of(account.locale))
        await self._mails.send(message, account, content)


def notice_content(notice: NoticeMail, language: str) -> Content:
    """The mail of a notice: its first paragraph is the lead."""
    key = f"notice-{notice.text_key}"
    lead, _, rest = texts.say(language, key, **notice.values).strip().partition("\n\n")
    subject = texts.say(language, f"{key}-subject", **notice.values)
    return Content(language, subject, subject, lines=[lead], text=rest)

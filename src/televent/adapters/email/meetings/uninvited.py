"""Asks organizers here who have no chat about people who would come uninvited: the handler of UninvitedMail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from televent.adapters.email import texts
from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.meetings.written import short, title_of
from televent.adapters.email.outbound import MailIdentity
from televent.adapters.email.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.answer_links import UNINVITED, AnswerLinks
from televent.application.backend import Backend
from televent.application.messages.mail import UninvitedMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp

KEPT: Final = timedelta(days=60)
"""Time after the mail for which its link is valid."""


class UninvitedMails:
    """Sends one mail for each person, with a link to the page that decides."""

    kinds: tuple[type[Message], ...] = (UninvitedMail,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mails = OwnMails(mailer, backend, identity)
        self._backend, self._links, self._identity = backend, links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one message. Raises Undeliverable where the reader has no verified address, RetryLater in quiet hours,
        GiveUp where the server refuses the mail for good, MailError where a retry may help."""
        mail = message.message
        if not isinstance(mail, UninvitedMail):
            raise GiveUp(f"no mail about uninvited people is made of {message.name}")
        found = await self._mails.reader(message)
        if found is None:
            return
        account, display = found
        url = self._identity.public_url
        link: str | None = None
        if url is not None:
            until, purpose = self._backend.clock() + KEPT, UNINVITED + mail.address
            token = await asyncio.to_thread(self._links.issue, account.tenant, mail.stream_id, None, until, purpose)
            link = f"{url}/i/{token}"
        await self._mails.send(message, account, uninvited_content(mail, display.language, link))


def uninvited_content(mail: UninvitedMail, language: str, link: str | None) -> Content:
    """The question. ``link``: the page that decides, None where there is none."""
    title, person = title_of(mail.summary, language), short(mail.address)
    key = "uninvited-delegate" if mail.delegator else "uninvited-answer"
    values = {"title": title, "person": person, "delegator": short(mail.delegator)}
    return Content(
        language=language,
        subject=texts.say(language, "uninvited-subject", **values),
        lead=texts.say(language, key, **values),
        buttons=[Link(texts.say(language, "uninvited-decide"), link, main=True)] if link is not None else [],
        notes=[texts.say(language, "meeting-answer-private" if link is not None else "uninvited-elsewhere")],
    )

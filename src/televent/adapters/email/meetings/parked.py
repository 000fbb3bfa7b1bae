"""Asks people here who have no chat about mails that wait for their decision: the handler of ParkedMailNotice."""

from __future__ import annotations

import asyncio
from typing import Final

from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.backend import Backend
from televent.application.living_messages import Living
from televent.application.mail_records.answer_links import TEAM, AnswerLinks
from televent.application.mail_records.parked_mails import KEPT
from televent.application.messages.mail import ParkedMailNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.mail.parked_cards import ParkedView, asked_view, shows_all
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.parked import parked_words
from televent.wording.texts import text_of

SOON: Final = 1.0
"""Seconds until a mail is tried again that meets another sender of messages about the same mails."""


class ParkedMails:
    """Sends one mail for the parked mails of a card that were not told yet, with a link to decide."""

    kinds: tuple[type[Message], ...] = (ParkedMailNotice,)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mails, self._backend = OwnMails(mailer, backend, identity), backend
        self._links, self._identity = links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one message, or drops it where nothing waits any more. Raises Undeliverable where the person has no
        verified address, RetryLater in quiet hours, GiveUp where the server refuses the mail for good, MailError
        where a retry may help."""
        notice = message.message
        if not isinstance(notice, ParkedMailNotice):
            raise GiveUp(f"no mail about parked mails is made of {message.name}")
        found = await self._mails.reader(message)
        if found is None:
            return
        account, display = found
        await self._tell(message, notice, account, display)

    async def _tell(self, message: Claimed, notice: ParkedMailNotice, account: AccountRow, display: Display) -> None:
        living, tenant = self._backend.living, account.tenant
        was = await asyncio.to_thread(living.hold, tenant, notice.card_id, "card", self._backend.clock())
        if was is None:
            raise RetryLater(SOON, "another message about these mails is being sent")
        now: Living | None = None
        try:
            team = AccountId(notice.team) if notice.team is not None else None
            view = await asyncio.to_thread(asked_view, self._backend, tenant, notice.card_id, team)
            if view is None or view.state != "waiting" or shows_all(was, view):
                return
            content = await asyncio.to_thread(self._content, view, account, display, team)
            await self._mails.send(message, account, content)
            now = Living(None, None, view.decided, view.newest, self._backend.clock())
        finally:
            await asyncio.to_thread(living.release, tenant, notice.card_id, "card", now)

    def _content(self, view: ParkedView, account: AccountRow, display: Display, team: AccountId | None) -> Content:
        return parked_content(view, display, self._link(view, account, team))

    def _link(self, view: ParkedView, account: AccountRow, team: AccountId | None) -> str | None:
        if self._identity.public_url is None:
            return None
        purpose = f"{TEAM}{team}" if team is not None else ""
        token = self._links.issue(account.tenant, view.card_id, None, self._backend.clock() + KEPT, purpose)
        return f"{self._identity.public_url}/i/{token}"


def parked_content(view: ParkedView, display: Display, link: str | None) -> Content:
    """The mail about mails that wait. ``link``: the page that decides, None where there is none."""
    language, words = display.language, parked_words(view, display)
    buttons = [
        Link(_say(language, f"parked-button-{each}"), link, main=each == "apply")
        for each in words.choices
        if link is not None
    ]
    return Content(
        language=language,
        subject=_say(language, "parked-subject", lead=words.lead),
        lead=words.lead,
        lines=words.lines,
        buttons=buttons,
        notes=(_say(language, "parked-elsewhere" if link is None else "parked-private"),),
    )


def _say(language: str, key: str, **values: str) -> str:
    return text_of("televent.wording", language, key, **values)

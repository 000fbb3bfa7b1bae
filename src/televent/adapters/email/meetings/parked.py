"""Asks people here who have no chat about mails that wait for their decision: the handler of ParkedMailNotice."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import Final
from zoneinfo import ZoneInfo

from televent.adapters.email import mime, texts
from televent.adapters.email.outbound import MailIdentity
from televent.adapters.email.sending import outcomes
from televent.adapters.email.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.answer_links import AnswerLinks
from televent.application.backend import Backend
from televent.application.living_messages import Living
from televent.application.messages.mail import ParkedMailNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater, Undeliverable
from televent.application.parked_mails import KEPT
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.mail.parked_cards import ParkedView, parked_view
from televent.domain.account.quiet_hours import quiet_until
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
        self._mailer, self._backend = mailer, backend
        self._links, self._identity = links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one message, or drops it where nothing waits any more. Raises Undeliverable where the person has no
        verified address, RetryLater in quiet hours, GiveUp where the server refuses the mail for good, MailError
        where a retry may help."""
        notice = message.message
        if not isinstance(notice, ParkedMailNotice):
            raise GiveUp(f"no mail about parked mails is made of {message.name}")
        account = await asyncio.to_thread(self._backend.reads.account, AccountId(message.tenant))
        if account is None or not account.addresses:
            raise Undeliverable("the account is gone" if account is None else "the person has no verified address")
        zone, chosen = ZoneInfo(account.timezone), account.preferences
        now = self._backend.clock().astimezone(zone)
        display = Display(zone, texts.language_of(account.locale), now, chosen.clock24, chosen.week_start)
        if not chosen.notifications:
            return
        until = quiet_until(chosen, now)
        if until is not None:
            wait = until.astimezone(UTC) - now.astimezone(UTC)
            raise RetryLater(wait.total_seconds(), "the person has quiet hours")
        await self._tell(message, notice, account, display)

    async def _tell(self, message: Claimed, notice: ParkedMailNotice, account: AccountRow, display: Display) -> None:
        living, tenant = self._backend.living, account.tenant
        was = await asyncio.to_thread(living.hold, tenant, notice.card_id, "card", self._backend.clock())
        if was is None:
            raise RetryLater(SOON, "another message about these mails is being sent")
        now: Living | None = None
        try:
            view = await asyncio.to_thread(parked_view, self._backend, tenant, notice.card_id)
            if view is None or view.state != "waiting" or was.shown == view.newest:
                return
            await self._send(message, account, await asyncio.to_thread(self._content, view, account, display))
            now = Living(None, None, view.decided, view.newest, self._backend.clock())
        finally:
            await asyncio.to_thread(living.release, tenant, notice.card_id, "card", now)

    def _content(self, view: ParkedView, account: AccountRow, display: Display) -> Content:
        return parked_content(view, display, self._link(view, account))

    def _link(self, view: ParkedView, account: AccountRow) -> str | None:
        if self._identity.public_url is None:
            return None
        token = self._links.issue(account.tenant, view.card_id, None, self._backend.clock() + KEPT)
        return f"{self._identity.public_url}/i/{token}"

    async def _send(self, message: Claimed, account: AccountRow, content: Content) -> None:
        us, address = self._identity, account.addresses[0]
        made = mime.Mail(
            sender=mime.Mailbox("Televent", us.sender),
            recipient=mime.Mailbox(account.name, address),
            reply_to=None,
            subject=content.subject,
            date=self._backend.clock(),
            message_id=mime.message_id(us.mail_domain, message.tenant, message.outbox_id),
            plain=content.plain,
            html=content.html,
            in_reply_to=None,
            correlation_id=message.correlation_id,
        )
        with outcomes():
            public = us.public(made, content.language)
            await self._mailer.send(mime.plain_mail(public), envelope_from=us.sender, recipient=address)


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

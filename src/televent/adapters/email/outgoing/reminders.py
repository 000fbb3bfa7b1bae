"""Sends reminders and the daily summary to people who have no chat, at their primary address."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from televent.adapters.email import texts
from televent.adapters.email.outgoing import mime
from televent.adapters.email.outgoing.headers import BadHeader
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import MailRejected, NoSuchMailbox, SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.adapters.email.templates.reminder_texts import list_content, reminder_content
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLinks
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, Undeliverable
from televent.application.messages.reminders import DigestMail, ReminderMail, RemindersMail
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.turn_off import issue_off_link
from televent.application.use_cases.reminders.by_link import issue_reminder_link
from televent.application.use_cases.reminders.digest import summary
from televent.application.use_cases.reminders.telling import Told, missed, told
from televent.domain.ids import AccountId
from televent.wording.display import Display


class ReminderMails:
    """Sends reminders by mail. Like a chat message each is read again: one that is outdated is not sent."""

    kinds: tuple[type[Message], ...] = (ReminderMail, RemindersMail, DigestMail)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mailer, self._backend = mailer, backend
        self._links, self._identity = links, identity

    async def handle(self, message: Claimed) -> None:
        """Sends one reminder or summary. Raises Undeliverable, GiveUp, MailError as MailSender does."""
        account = await asyncio.to_thread(self._backend.reads.account, AccountId(message.tenant))
        if account is None or not account.addresses:
            raise Undeliverable("the account is gone or has no address")
        now = self._backend.clock()
        content = await asyncio.to_thread(self._content, account, message.message, now)
        if content is None:
            return
        kind = "digest" if isinstance(message.message, DigestMail) else "reminders"
        off = await asyncio.to_thread(self._off, account, kind)
        if off is not None:
            content = replace(
                content, links=(*content.links, Link(texts.say(content.language, f"turn-off-{kind}"), off))
            )
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._identity.sender),
            recipient=mime.Mailbox(account.name, account.addresses[0]),
            reply_to=None,
            subject=content.subject,
            date=now,
            message_id=mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id),
            plain=content.plain,
            html=content.html,
            unsubscribe=off,
        )
        try:
            recipient = account.addresses[0]
            public = mime.plain_mail(self._identity.public(mail, texts.language_of(account.locale)))
            await self._mailer.send(public, envelope_from=self._identity.sender, recipient=recipient)
        except NoSuchMailbox as error:
            raise Undeliverable(str(error)) from error
        except (MailRejected, BadHeader) as error:
            raise GiveUp(str(error)) from error

    def _content(self, account: AccountRow, message: Message, now: datetime) -> Content | None:
        zone, chosen = ZoneInfo(account.timezone), account.preferences
        language = texts.language_of(account.locale)
        display = Display(zone, language, now.astimezone(zone), chosen.clock24, chosen.week_start)
        match message:
            case ReminderMail():
                events = told(self._backend, account, message, now)
                return reminder_content(events, display, now, lambda each: self._link(account, each))
            case RemindersMail():
                ahead, over = missed(self._backend, account, message, now)
                parts = [("reminders-ahead", [each.entry for each in ahead])]
                parts.append(("reminders-over", [each.entry for each in over]))
                return list_content("reminders-late" if message.late else "reminders-many", parts, display)
            case DigestMail():
                found = summary(self._backend, account, message.day, now)
                if found is None:
                    return None
                tomorrow = "digest-early" if found.early else "digest-tomorrow"
                listed = [("digest-today", found.today), (tomorrow, found.tomorrow)]
                return list_content("digest-subject", [*listed, ("digest-unanswered", found.unanswered)], display)
            case _:
                raise GiveUp("no reminder is made of this message")

    def _off(self, account: AccountRow, kind: str) -> str | None:
        """The page that turns off such mails; None without a public address."""
        url = self._identity.public_url
        return (
            f"{url}/i/{issue_off_link(self._backend, self._links, account.tenant, kind)}" if url is not None else None
        )

    def _link(self, account: AccountRow, event: Told) -> str | None:
        """The page that snoozes the reminder, or ends it; None without a public address."""
        url = self._identity.public_url
        if url is None or event.end <= self._backend.clock():
            return None
        return f"{url}/i/{issue_reminder_link(self._backend, self._links, account, event)}"

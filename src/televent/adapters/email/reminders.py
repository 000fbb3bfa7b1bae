"""Sends reminders and the daily summary to people who have no chat, at their primary address."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from televent.adapters.email import mime, texts
from televent.adapters.email.headers import BadHeader
from televent.adapters.email.outbound import MailIdentity
from televent.adapters.email.smtp import MailRejected, NoSuchMailbox, SmtpMailer
from televent.application.answer_links import AnswerLinks
from televent.application.backend import Backend
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, Undeliverable
from televent.application.messages.reminders import DigestMail, ReminderMail, RemindersMail
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.reminders.by_link import issue_reminder_link
from televent.application.use_cases.reminders.digest import summary
from televent.application.use_cases.reminders.telling import Told, missed, told
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.reminders import distance_of

Body = tuple[str, list[str]]
"""The subject of a mail, and its lines; "" is an empty one."""


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
        body = await asyncio.to_thread(self._body, account, message.message, now)
        if body is None:
            return
        subject, lines = body
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._identity.sender),
            recipient=mime.Mailbox(account.name, account.addresses[0]),
            reply_to=None,
            subject=subject,
            date=now,
            message_id=mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id),
            plain="\n".join(lines) + "\n",
            html="<p>" + "<br>".join(map(self._as_html, lines)) + "</p>",
        )
        try:
            recipient = account.addresses[0]
            await self._mailer.send(mime.plain_mail(mail), envelope_from=self._identity.sender, recipient=recipient)
        except NoSuchMailbox as error:
            raise Undeliverable(str(error)) from error
        except (MailRejected, BadHeader) as error:
            raise GiveUp(str(error)) from error

    def _body(self, account: AccountRow, message: Message, now: datetime) -> Body | None:
        zone, chosen = ZoneInfo(account.timezone), account.preferences
        language = texts.language_of(account.locale)
        display = Display(zone, language, now.astimezone(zone), chosen.clock24, chosen.week_start)
        match message:
            case ReminderMail():
                events = told(self._backend, account, message, now)
                return _reminder(events, account, display, now, lambda each: self._link(account, each))
            case RemindersMail():
                ahead, over = missed(self._backend, account, message, now)
                parts = [("reminders-ahead", [each.entry for each in ahead])]
                parts.append(("reminders-over", [each.entry for each in over]))
                return _list("reminders-late" if message.late else "reminders-many", parts, account, display)
            case DigestMail():
                found = summary(self._backend, account, message.day, now)
                if found is None:
                    return None
                tomorrow = "digest-early" if found.early else "digest-tomorrow"
                listed = [("digest-today", found.today), (tomorrow, found.tomorrow)]
                return _list("digest-subject", [*listed, ("digest-unanswered", found.unanswered)], account, display)
            case _:
                raise GiveUp("no reminder is made of this message")

    def _as_html(self, line: str) -> str:
        """A line as HTML. Only our own address is a link: titles and places were written by others."""
        start = f"{self._identity.public_url}/i/"
        text, found, token = line.rpartition(start)
        if not found or not token.isalnum():
            return html.escape(line)
        href = html.escape(start + token)
        return f'{html.escape(text)}<a href="{href}">{href}</a>'

    def _link(self, account: AccountRow, event: Told) -> str | None:
        """The page that snoozes the reminder, or ends it; None without a public address."""
        url = self._identity.public_url
        if url is None or event.end <= self._backend.clock():
            return None
        return f"{url}/i/{issue_reminder_link(self._backend, self._links, account, event)}"


def _reminder(
    events: Sequence[Told], account: AccountRow, display: Display, now: datetime, link_of: Callable[[Told], str | None]
) -> Body | None:
    if not events:
        return None
    lines: list[str] = []
    for each in events:
        entry, language = each.entry, display.language
        distance = distance_of(each.start, each.end, display, now, whole_days=entry.all_day)
        when = texts.when(entry.start, entry.end, account.timezone, language)
        lines += [*([""] if lines else []), _title(entry, language), f"{distance}: {when}"]
        if entry.location.strip():
            lines.append(texts.say(language, "location", place=entry.location))
        if each.link is not None and each.link not in entry.location:
            lines.append(each.link)
        link = link_of(each)
        if link is not None:
            lines.append(texts.say(language, "reminder-choices", link=link))
            lines.append(texts.say(language, "reminder-private"))
    title = _title(events[0].entry, display.language)
    return texts.say(display.language, "reminder-subject", summary=title), lines


def _list(key: str, parts: Sequence[tuple[str, Sequence[Entry]]], account: AccountRow, display: Display) -> Body | None:
    """A mail with some lists of events; None where all are empty."""
    lines: list[str] = []
    for heading, entries in parts:
        if entries:
            lines += [*([""] if lines else []), texts.say(display.language, heading)]
            lines += [
                f"- {texts.when(each.start, each.end, account.timezone, display.language)}: "
                f"{_title(each, display.language)}"
                for each in entries
            ]
    return (texts.say(display.language, key), lines) if lines else None


def _title(entry: Entry, language: str) -> str:
    return " ".join(entry.summary.split()) or texts.say(language, "untitled")

"""Sends mail: the outbox's handler for invitations, updates, cancellations, replies and verification codes."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from televent.adapters.email import mime, texts, wire
from televent.adapters.email.sending import outcomes
from televent.adapters.email.smtp import SmtpMailer
from televent.application.mail.book import MailBook
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarCounter,
    CalendarDeclineCounter,
    CalendarInvite,
    CalendarMail,
    CalendarReply,
    CalendarUpdate,
    Email,
    OperatorMail,
)
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.domain.calendar_object.details import Details
from televent.ical.itip.message import PROPOSALS
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Instance
from televent.ical.text.values import unescape
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display

_TEXT_NAMES: Mapping[type[CalendarMail], str] = {
    CalendarInvite: "invite",
    CalendarUpdate: "update",
    CalendarCancel: "cancel",
    CalendarReply: "reply",
    CalendarCounter: "counter",
    CalendarDeclineCounter: "decline-counter",
}
"""The middle part of each text key: ``subject-invite``, ``lead-invite``."""


MAX_LINK = 500
"""Max characters of a link to a conference that is written into the text of a mail."""
MAX_FORWARDED = 256 * 1024
"""Max bytes of a mail that is forwarded to the operator; the rest of a larger one is only in the database."""


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """Our own addresses: ``sender`` is the From address; ``internal_domain`` never leaves in a mail; ``public_url`` is
    PUBLIC_URL."""

    sender: str
    mail_domain: str
    internal_domain: str
    public_url: str | None = None


class MailSender:
    """Sends outbox messages by mail. Its Message-ID derives from the outbox id: clients show a repeated mail once."""

    kinds: tuple[type[Message], ...] = (*_TEXT_NAMES, Email, OperatorMail)

    def __init__(
        self, mailer: SmtpMailer, book: MailBook, identity: MailIdentity, clock: Callable[[], datetime]
    ) -> None:
        self._mailer = mailer
        self._book = book
        self._identity = identity
        self._clock = clock

    async def handle(self, message: Claimed) -> None:
        """Sends one message. Raises Undeliverable where nobody has the address, GiveUp where the server refuses the
        mail for good, MailError where a retry may help."""
        with outcomes(to_operator=isinstance(message.message, OperatorMail)):
            match message.message:
                case Email() as mail:
                    await self._send_template(message, mail)
                case OperatorMail() as mail:
                    await self._forward(message, mail)
                case CalendarMail() as mail:
                    await self._send_calendar(message, GuestMail(mail))
                case _:
                    raise GiveUp(f"no mail is made of {message.name}")

    async def send_to_guest(self, message: Claimed, mail: GuestMail) -> None:
        """Sends one of the mails of ``message``, whose id makes the Message-ID. Raises as handle."""
        with outcomes():
            await self._send_calendar(message, mail)

    async def _send_calendar(self, message: Claimed, guest_mail: GuestMail) -> None:
        outgoing = guest_mail.mail
        us = self._identity
        reply = outgoing.method in ("REPLY", "COUNTER", "REFRESH")
        token = await asyncio.to_thread(self._book.token, message.tenant, outgoing.uid, outgoing.recipient)
        human = outgoing.sender_address or f"{outgoing.sender_telegram_id or message.tenant}@{us.mail_domain}"
        identity = wire.Identity(
            name=outgoing.sender_name or human,
            organizer=f"rsvp+{token}@{us.mail_domain}",
            human=human,
            internal_domain=us.internal_domain,
            mail_domain=us.mail_domain,
            public_url=us.public_url,
            timezone=outgoing.timezone,
            untitled=texts.say(texts.language_of(outgoing.locale), "untitled"),
        )
        text = CalendarText(outgoing.text.encode())
        calendar = wire.as_attendee(text, identity) if reply else wire.as_organizer(text, identity)
        own_id = mime.message_id(us.mail_domain, message.tenant, message.outbox_id)
        first_id = await asyncio.to_thread(self._book.thread, token, own_id)
        words = _texts_of(outgoing, calendar, identity.name, _changes(guest_mail, self._clock()))
        reply_to = outgoing.sender_address or identity.organizer
        mail = mime.Mail(
            sender=mime.Mailbox(texts.say(words.language, "via", name=identity.name), us.sender),
            recipient=mime.Mailbox(outgoing.recipient_name or "", outgoing.recipient),
            reply_to=mime.Mailbox(identity.name, reply_to),
            subject=words.subject,
            date=self._clock(),
            message_id=own_id,
            plain=words.plain,
            html=words.html,
            in_reply_to=first_id if first_id != own_id else None,
            correlation_id=message.correlation_id,
        )
        await self._mailer.send(
            mime.calendar_mail(mail, outgoing.method, calendar.raw),
            envelope_from=f"bounce+{token}@{us.mail_domain}",
            recipient=outgoing.recipient,
        )

    async def _send_template(self, message: Claimed, request: Email) -> None:
        language, verification = texts.language_of(request.locale), request.content
        values = {"name": verification.name, "code": verification.code}
        lead = texts.say(language, "verification-lead", **values)
        rest = texts.say(language, "verification-rest")
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._identity.sender),
            recipient=mime.Mailbox(verification.name, request.to),
            reply_to=None,
            subject=texts.say(language, "verification-subject", **values),
            date=self._clock(),
            message_id=mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id),
            plain=f"{lead}\n\n{rest}\n",
            html=f"<p><b>{html.escape(lead)}</b></p><p>{html.escape(rest)}</p>",
        )
        await self._mailer.send(mime.plain_mail(mail), envelope_from=self._identity.sender, recipient=request.to)

    async def _forward(self, message: Claimed, request: OperatorMail) -> None:
        """Forwards a mail to the operator. It has no envelope sender, so that no report or reply comes back."""
        raw = await asyncio.to_thread(self._book.raw, request.mail_key)
        if raw is None:
            raise GiveUp("the mail is not kept any more")
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._identity.sender),
            recipient=mime.Mailbox("", request.to),
            reply_to=None,
            subject=texts.say("en", "operator-subject", domain=self._identity.mail_domain),
            date=self._clock(),
            message_id=mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id),
            plain=texts.say("en", "operator-text", mail=request.mail_key) + "\n",
            html="",
        )
        forwarding = mime.forwarding_mail(mail, raw[:MAX_FORWARDED])
        await self._mailer.send(forwarding, envelope_from="", recipient=request.to)


@dataclass(frozen=True, slots=True)
class _MailTexts:
    language: str
    subject: str
    plain: str
    html: str


def _changes(mail: GuestMail, now: datetime) -> tuple[str, ...]:
    """The changes: was and now, one line each, in the language of the mail."""
    if mail.was is None or mail.now is None:
        return ()
    zone = ZoneInfo(mail.mail.timezone)
    display = Display(zone, texts.language_of(mail.mail.locale), now.astimezone(zone))
    return change_of(_shown(mail.was), _shown(mail.now), display)


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)


def _texts_of(outgoing: CalendarMail, calendar: CalendarText, name: str, changes: Sequence[str] = ()) -> _MailTexts:
    """The subject and body of a mail, from the calendar text that is sent: no internal address is left in it."""
    language = texts.language_of(outgoing.locale)
    reading = calendar.reading
    instance = next(iter(reading.instances()))
    kind = _TEXT_NAMES[type(outgoing)]
    if kind == "reply":
        kind = f"reply-{_answer(instance)}"
    if kind == "cancel" and instance.status != "CANCELLED":
        # RFC 5546 §3.2.5: the meeting takes place without this attendee.
        kind = "removed"
    start: datetime | date | None = instance.start
    values = {
        "summary": instance.summary or texts.say(language, "untitled"),
        "when": texts.when(start, instance.end, outgoing.timezone, language),
        "name": name,
        "place": instance.location or texts.say(language, "nowhere"),
    }
    lines = [*changes, texts.say(language, "time", **values), texts.say(language, "location", **values)]
    if kind in ("invite", "update", "cancel", "removed"):
        lines.append(texts.say(language, "organizer", **values))
    lead = texts.say(language, f"lead-{kind}", **values)
    if kind in ("invite", "update") and (link := _conference(instance)):
        lines.append(texts.say(language, "conference", link=link))
    if outgoing.method in PROPOSALS and (comment := _comment(instance)):
        lines.append(texts.say(language, "comment", comment=comment))
    description = instance.description.strip()[:10_000] if kind != "counter" else ""
    plain = "\n".join([lead, "", *lines, *(["", description] if description else [])]) + "\n"
    rows = "<br>".join(html.escape(line) for line in lines)
    body = f"<p><b>{html.escape(lead)}</b></p><p>{rows}</p>"
    if description:
        body += "<p>" + html.escape(description).replace("\n", "<br>") + "</p>"
    return _MailTexts(language, texts.say(language, f"subject-{kind}", **values), plain, body)


def _conference(instance: Instance) -> str:
    """The first link of CONFERENCE (RFC 7986 §5.11), which Exchange and others do not show; "" without one, and where
    the description has it already."""
    found = next((prop.value.strip() for prop in instance.beside if prop.name == "CONFERENCE"), "")
    shown = found.startswith(("https://", "http://", "tel:")) and len(found) <= MAX_LINK
    return found if shown and found not in instance.description else ""


def _comment(instance: Instance) -> str:
    """The COMMENT of a proposal or its refusal; "" without one."""
    found = next((unescape(prop.value) for prop in instance.beside if prop.name == "COMMENT"), "")
    return " ".join(found.split())


def _answer(instance: Instance) -> str:
    partstat = next((attendee.partstat for attendee in instance.attendees), "TENTATIVE")
    return {"ACCEPTED": "accepted", "DECLINED": "declined"}.get(partstat, "tentative")

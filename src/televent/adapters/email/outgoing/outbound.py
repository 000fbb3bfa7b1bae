"""Sends mail: the outbox's handler for invitations, updates, cancellations, replies and verification codes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from televent.adapters.email import texts
from televent.adapters.email.outgoing import mime, wire
from televent.adapters.email.outgoing.sending import outcomes
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.calendar_texts import TEXT_NAMES, calendar_content, refresh_content
from televent.adapters.email.templates.verification import (
    password_content,
    registered_content,
    registration_content,
    verification_content,
)
from televent.application.mail.book import MailBook
from televent.application.messages.mail import (
    AlreadyRegistered,
    CalendarMail,
    CalendarRefresh,
    Email,
    OperatorMail,
    PasswordCode,
    RegistrationCode,
)
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.domain.ids import AccountId
from televent.ical.itip.message import FROM_ATTENDEE
from televent.ical.itip.parts import parts_of
from televent.ical.objects.calendar_text import CalendarText

TEMPLATES = (Email, PasswordCode, RegistrationCode, AlreadyRegistered)
"""The mails of the product itself to one person."""
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

    def public(self, mail: mime.Mail, language: str) -> mime.Mail:
        """The mail with words for the address of a person from Telegram, which has their id (ADR 64)."""
        words = texts.say(language, "telegram-person")

        def shown(text: str) -> str:
            return wire.without_people(text, self.internal_domain, self.mail_domain, words)

        return replace(mail, subject=shown(mail.subject), plain=shown(mail.plain), html=shown(mail.html))


class MailSender:
    """Sends outbox messages by mail. Its Message-ID derives from the outbox id: clients show a repeated mail once."""

    kinds: tuple[type[Message], ...] = (*TEXT_NAMES, CalendarRefresh, *TEMPLATES, OperatorMail)

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
                case Email() | PasswordCode() | RegistrationCode() | AlreadyRegistered() as mail:
                    await self._send_template(message, mail)
                case OperatorMail() as mail:
                    await self._forward(message, mail)
                case CalendarMail() as mail:
                    await self._send_calendar(message, lambda: GuestMail(mail))
                case _:
                    raise GiveUp(f"no mail is made of {message.name}")

    async def send_to_guest(self, message: Claimed, make: Callable[[], GuestMail]) -> None:
        """Sends one of the mails of ``message``, whose id makes the Message-ID. ``make`` reads the mail; it is called
        in a thread. Raises as handle."""
        with outcomes():
            await self._send_calendar(message, make)

    async def _send_calendar(self, message: Claimed, make: Callable[[], GuestMail]) -> None:
        mail, envelope_from, recipient = await asyncio.to_thread(self._calendar_mail, message, make)
        await self._mailer.send(mail, envelope_from=envelope_from, recipient=recipient)

    def _calendar_mail(self, message: Claimed, make: Callable[[], GuestMail]) -> tuple[bytes, str, str]:
        """The finished mail, its envelope sender and its recipient. Reads the database: all of it in one call, because
        each change of threads waits for other work of the process."""
        guest_mail = make()
        outgoing = guest_mail.mail
        us = self._identity
        reply = outgoing.method in FROM_ATTENDEE
        token = self._book.token(message.tenant, outgoing.uid, outgoing.recipient)
        text = CalendarText(outgoing.text.encode())
        identity = self._identity_in(text, outgoing, AccountId(message.tenant), token)
        calendar = wire.as_attendee(text, identity) if reply else wire.as_organizer(text, identity)
        own_id = mime.message_id(us.mail_domain, message.tenant, message.outbox_id)
        first_id = self._book.thread(token, own_id)
        if reply:
            # An answer belongs to the mail that asked; clients show it below that one.
            rids = [rid for rid, _ in parts_of(text).items()]
            tenant = AccountId(message.tenant)
            asked = self._book.invitation(tenant, outgoing.uid, rids)
            first_id = asked or first_id
        if isinstance(outgoing, CalendarRefresh):
            words = refresh_content(outgoing, identity.name)
        else:
            words = calendar_content(guest_mail, calendar, identity.name, self._clock())
        words = replace(words, changes=[wire.outside_text(each, identity) for each in words.changes])
        reply_to = outgoing.sender_address or identity.organizer
        mail = mime.Mail(
            sender=mime.Mailbox(texts.say(words.language, "via", name=identity.name), us.sender),
            recipient=mime.Mailbox(wire.outside_text(outgoing.recipient_name or "", identity), outgoing.recipient),
            reply_to=mime.Mailbox(identity.name, reply_to),
            subject=words.subject,
            date=self._clock(),
            message_id=own_id,
            plain=words.plain,
            html=words.html,
            in_reply_to=first_id if first_id != own_id else None,
            correlation_id=message.correlation_id,
        )
        # The words about a change are made from facts, which have the addresses of the calendar.
        subject, plain, rich = (wire.outside_text(each, identity) for each in (mail.subject, mail.plain, mail.html))
        mail = replace(mail, subject=subject, plain=plain, html=rich)
        made = mime.calendar_mail(mail, outgoing.method, calendar.raw)
        return made, f"bounce+{token}@{us.mail_domain}", outgoing.recipient

    def _identity_in(self, text: CalendarText, outgoing: CalendarMail, tenant: AccountId, token: str) -> wire.Identity:
        """The addresses of the person who writes, and of the people here whom the message names. Reads the database."""
        us, reply = self._identity, outgoing.method in FROM_ATTENDEE
        own = f"tg_{outgoing.sender_telegram_id}@{us.internal_domain}"
        if outgoing.sender_telegram_id is None:
            own = f"{tenant}@{us.mail_domain}"
        named = wire.people_here(text, us.internal_domain, us.mail_domain, reply=reply)
        wanted = named if outgoing.sender_address else named | {own}
        guests = {
            address: f"guest+{guest}@{us.mail_domain}"
            for address, guest in self._book.guest_tokens(tenant, outgoing.uid, wanted).items()
        }
        human = outgoing.sender_address or guests[own]
        identity = wire.Identity(
            name=outgoing.sender_name or human,
            organizer=f"rsvp+{token}@{us.mail_domain}",
            human=human,
            internal_domain=us.internal_domain,
            mail_domain=us.mail_domain,
            guests={**guests, own: human},
            public_url=us.public_url,
            timezone=outgoing.timezone,
            untitled=texts.say(texts.language_of(outgoing.locale), "untitled"),
        )
        return replace(identity, name=wire.outside_text(identity.name, identity))

    async def _send_template(
        self, message: Claimed, request: Email | PasswordCode | RegistrationCode | AlreadyRegistered
    ) -> None:
        language = texts.language_of(request.locale)
        match request:
            case PasswordCode():
                name, words = request.name, password_content(request, language)
            case RegistrationCode():
                name, words = request.name, registration_content(request, language)
            case AlreadyRegistered():
                name, words = request.name, registered_content(request, language)
            case Email():
                name, words = request.content.name, verification_content(request.content, language)
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._identity.sender),
            recipient=mime.Mailbox(name, request.to),
            reply_to=None,
            subject=words.subject,
            date=self._clock(),
            message_id=mime.message_id(self._identity.mail_domain, message.tenant, message.outbox_id),
            plain=words.plain,
            html=words.html,
        )
        made = mime.plain_mail(self._identity.public(mail, words.language))
        await self._mailer.send(made, envelope_from=self._identity.sender, recipient=request.to)

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

"""Mails signed heads of the log to witnesses that the operator named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from televent.adapters.email.outgoing import mime
from televent.adapters.email.outgoing.sending import outcomes
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.messages.log_head import LogHeadMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed


class HeadMails:
    """The outbox's handler of heads for mailboxes. ``sender`` is the From address."""

    kinds: tuple[type[Message], ...] = (LogHeadMail,)

    def __init__(self, mailer: SmtpMailer, sender: str, mail_domain: str, clock: Callable[[], datetime]) -> None:
        self._mailer = mailer
        self._sender = sender
        self._mail_domain = mail_domain
        self._clock = clock

    async def handle(self, message: Claimed) -> None:
        """Sends one head as plain text. Raises as MailSender.handle."""
        head = message.message
        assert isinstance(head, LogHeadMail)
        size = head.note.split("\n", 2)[1]
        mail = mime.Mail(
            sender=mime.Mailbox("Televent", self._sender),
            recipient=mime.Mailbox("", head.to),
            reply_to=None,
            subject=f"Head of the log: {size} events",
            date=self._clock(),
            message_id=mime.message_id(self._mail_domain, message.tenant, message.outbox_id),
            plain=head.note,
            html="",
        )
        with outcomes(to_operator=True):
            await self._mailer.send(mime.plain_mail(mail), envelope_from=self._sender, recipient=head.to)

"""Sends what waits in the outbox by real SMTP, as a worker does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from support.post import OtherServer, run_on
from support.town import Town
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.guest_mails import GuestMailSender
from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
from televent.adapters.email.outgoing.signing import Signer
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.mail_records.sent_mail import Guest
from televent.application.messages.mail import CalendarChange, CalendarMail
from televent.application.messages.outbox import Claimed, RetryLater, TryAgainAt, after_failure
from televent.application.use_cases.mail.tell_guest import mails_for
from televent.domain.ids import AccountId
from televent.runtime.compose import Core


def handlers_to(
    town: Town, port: int, public_url: str | None = None, signers: Sequence[Signer] = ()
) -> tuple[MailSender, GuestMailSender]:
    """The worker's handlers of mail, for a mail server on that port."""
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal", public_url)
    town.core.backend.clock = lambda: town.now
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", port, tls="none"), signers)
    sender = MailSender(mailer, town.core.mail_book, identity, lambda: town.now)
    return sender, GuestMailSender(town.core.backend, sender, town.core.answer_links, public_url)


def claim_changes(town: Town) -> list[Claimed]:
    """Claims the changes of which guests are to be told."""
    return town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=(CalendarChange,))


def handle(
    town: Town,
    other: OtherServer,
    message: Claimed,
    port: int | None = None,
    public_url: str | None = None,
    signers: Sequence[Signer] = (),
) -> None:
    """Handles one message. Raises what its handler raises."""
    handlers = handlers_to(town, other.port if port is None else port, public_url, signers)
    (handler,) = (each for each in handlers if type(message.message) in each.kinds)
    run_on(other.loop, handler.handle(message))


def send(town: Town, other: OtherServer, public_url: str | None = None, signers: Sequence[Signer] = ()) -> None:
    """Mails everything that is due within a minute."""
    later = town.now + timedelta(minutes=1)
    kinds = [*MailSender.kinds, *GuestMailSender.kinds]
    while claimed := town.core.outbox.claim(later, kinds=kinds):
        for each in claimed:
            handle(town, other, each, public_url=public_url, signers=signers)
            town.core.outbox.complete(each, later)


def work(town: Town, other: OtherServer) -> Sequence[Exception]:
    """Handles once what is due now; a message that cannot be sent is tried again by the outbox's schedule. Returns the
    errors."""
    errors: list[Exception] = []
    for each in town.core.outbox.claim(town.now, kinds=[*MailSender.kinds, *GuestMailSender.kinds]):
        try:
            handle(town, other, each)
        except Exception as error:
            verdict = after_failure(each, error, town.now)
            assert isinstance(verdict, TryAgainAt)
            town.core.outbox.settle_failure(each, verdict, town.now)
            if not isinstance(error, RetryLater):
                errors.append(error)
        else:
            town.core.outbox.complete(each, town.now)
    return errors


def mails_of(core: Core, tenant: UUID, payload: Mapping[str, Any]) -> list[CalendarMail]:
    """The mails that a stored change makes, when nothing else has happened."""
    guest = Guest(AccountId(tenant), UUID(payload["stream_id"]), payload["recipient"])
    found = mails_for(core.backend, guest, since=payload["before"], until=payload["version"], asks=payload["asks"])
    return [each.mail for each in found.mails]

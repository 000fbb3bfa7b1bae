"""Reads a kept mail and hands it to ``receive_mail``: MIME, headers and authentication results (imip/SPEC B2, B3, B5).

Every mail ends as applied, ignored, parked for a person to decide, or failed, and the reason is stored. No log contains
the content of a mail.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog

from televent.adapters.email import texts
from televent.adapters.email.authentication import Results
from televent.adapters.email.incoming.bounces import bounced_token, reports_failure
from televent.adapters.email.incoming.evidence import Evidence
from televent.adapters.email.incoming.find import calendar_part, is_report
from televent.adapters.email.incoming.recipients import REFUSALS, TOO_MANY
from televent.adapters.email.incoming.trust import author_of, header_values, sender_of, stated
from televent.adapters.email.outgoing import headers
from televent.adapters.email.proving.prover import Prover
from televent.adapters.email.reading.bounds import BeyondBounds
from televent.adapters.email.reading.parts import Part, parse_mail
from televent.adapters.email.reading.texts import subject_of, written_text
from televent.adapters.email.reading.winmail import winmail
from televent.application.backend import Backend
from televent.application.mail.addressees import Addressees, Destination
from televent.application.mail.backend import MailBackend
from televent.application.mail.book import ATTEMPTS, LEASE, RETRY, KeptMail, MailBook
from televent.application.mail.incoming import DeliveryReport, IncomingMail, Verdict
from televent.application.mail.trust import Sender
from televent.application.outage import DatabaseBusy, Outage
from televent.application.use_cases.mail.receive_mail import receive_mail
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.mail")
T = TypeVar("T")


MAX_OPERATOR_MAILS = 100
"""Max mails a day to postmaster and abuse: anybody can send them, and each is kept for a month."""
NOTHING = Results()
"""The evidence of a mail that nobody judged."""
BUSY_FOR = timedelta(hours=1)
"""Time after which an attempt counts for which the database was busy. A mail that always runs into a timeout would
otherwise be tried for ever."""


class Run(Protocol):
    """Calls synchronous code in a thread."""

    def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Intake:
    """Checks recipients and processes stored mails. ``take`` and ``refusal`` run the synchronous work in a thread.

    ``authserv_id``: the name of the mail server whose Authentication-Results are trusted (RFC 8601); None trusts none.
    ``prover``: verifies senders where no such server does. ``operator``: see ``MailBackend``.
    """

    def __init__(
        self,
        backend: Backend,
        book: MailBook,
        run: Run,
        *,
        authserv_id: str | None = None,
        prover: Prover | None = None,
        operator: str | None = None,
    ) -> None:
        self._backend = backend
        self.book = book
        self._addressees = Addressees(backend, book)
        self._mail_backend = MailBackend(backend, book, self._addressees, self._first_sender, _unverified, operator)
        self.run = run
        self._authserv_id = authserv_id
        self._prover = prover if authserv_id is None else None

    async def refusal(self, recipient: str) -> str | None:
        """The SMTP reply that refuses this recipient; None where the recipient is accepted."""
        return await self.run(self._refusal, recipient)

    def recipient_refusals(self, recipients: list[str]) -> list[str | None]:
        """The reply that refuses each recipient; None for one that is accepted. Synchronous."""
        return [self._refusal(each) for each in recipients]

    def now(self) -> datetime:
        """The present time."""
        return self._backend.clock()

    def _refusal(self, recipient: str) -> str | None:
        destination = self._addressees.destination(recipient)
        return self._operator_refusal() if destination is Destination.OPERATOR else REFUSALS[destination]

    def _operator_refusal(self) -> str | None:
        today = self._backend.clock() - timedelta(days=1)
        return TOO_MANY if self.book.operator_mails(today) >= MAX_OPERATOR_MAILS else None

    def keep(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes) -> str | None:
        """Stores a mail before it is acknowledged. Returns the SMTP reply that refuses it, where it is not stored.
        Synchronous."""
        for_operator = any(map(self._addressees.is_operator, recipients))
        refusal = self.content_refusal(envelope_from, raw)
        # Again, because many connections may have named the operator before the first of their mails was stored.
        if refusal is None and for_operator:
            refusal = self._operator_refusal()
        if refusal is None:
            now = self._backend.clock()
            self.book.keep(mail_key, envelope_from, recipients, raw, now, for_operator=for_operator)
        return refusal

    def refusals(self, envelope_from: str, recipients: list[str], raw: bytes) -> list[str | None]:
        """The reply that refuses a mail for each recipient, in their order; None where it is taken. Synchronous."""
        content = self.content_refusal(envelope_from, raw)
        operator = self._operator_refusal() if any(map(self._addressees.is_operator, recipients)) else None
        return [content or (operator if self._addressees.is_operator(each) else None) for each in recipients]

    def content_refusal(self, envelope_from: str, raw: bytes) -> str | None:
        """The SMTP reply that refuses a mail beyond our bounds; None where the mail is accepted. Synchronous."""
        try:
            _parsed(envelope_from, raw)
        except BeyondBounds as error:
            return error.reply
        return None

    async def take(self, mail: KeptMail) -> Verdict:
        """Processes a stored mail and records its outcome. Idempotent; never raises."""
        try:
            verdict = await self._processed(mail)
        except Outage as outage:
            waited = self._backend.clock() - mail.received_at
            if isinstance(outage, DatabaseBusy) and waited >= BUSY_FOR:
                verdict = await self._postponed(mail, outage.name)
            else:
                verdict = await self._given_back(mail, outage)
        except Exception as error:
            log.exception("a mail could not be processed", mail=mail.key[:16])
            verdict = await self._postponed(mail, type(error).__name__)
        log.info("mail", mail=mail.key[:16], state=verdict.state, reason=verdict.reason)
        return verdict

    async def _given_back(self, mail: KeptMail, outage: Outage) -> Verdict:
        """Leaves the mail for a later attempt, and does not count this one: the mail is not the reason."""
        until = time.monotonic() + LEASE.total_seconds()
        reason = outage.name
        while True:
            try:
                due = self._backend.clock() + timedelta(seconds=outage.retry_after)
                await self.run(self.book.give_back, mail, reason, due)
                break
            except Outage as again:
                if time.monotonic() > until:
                    break
                await asyncio.sleep(again.retry_after)
        return Verdict("received", reason)

    async def _postponed(self, mail: KeptMail, reason: str) -> Verdict:
        """Leaves the mail for a later attempt; after the last one it is set aside."""
        due = self._backend.clock() + RETRY
        try:
            again = await self.run(self.book.postpone, mail, reason, due)
        except Exception:
            # Without the database the end of the lease makes it due again.
            log.exception("the outcome of a mail could not be stored", mail=mail.key[:16])
            again = True
        return Verdict("received" if again else "failed", reason)

    async def _processed(self, mail: KeptMail) -> Verdict:
        try:
            parsed = await self.run(_parsed, mail.envelope_from, mail.raw)
            read = await self.run(self._read, mail, parsed)
            evidence = await self._evidence(mail, parsed, read)
        except BeyondBounds as error:
            # It was stored by a program with wider bounds. The same bytes never become readable.
            await self.run(self.book.settle, mail.key, "failed", str(error))
            return Verdict("failed", str(error))
        if evidence.doubt == "unanswered" and self._prover is not None and mail.attempts < ATTEMPTS:
            # The DNS may answer later. The last attempt goes on without it, and a person decides.
            return await self._postponed(mail, "no answer from the DNS")
        read = replace(read, sender=sender_of(parsed, evidence))
        return await self.run(receive_mail, self._mail_backend, read)

    async def _evidence(self, mail: KeptMail, parsed: Part, read: IncomingMail) -> Evidence:
        """The evidence for the author. The DNS is not asked about a mail without a calendar."""
        author = author_of(parsed)
        if self._prover is None or read.calendar is None or not author:
            return stated(parsed, self._authserv_id)
        return await self._prover.prove(mail.raw, author.rpartition("@")[2], mail.received_at)

    def _read(self, kept: KeptMail, mail: Part) -> IncomingMail:
        reports = is_report(mail, kept.envelope_from)
        calendar = None if reports else calendar_part(mail) or winmail(mail)
        ids = header_values(mail, "Message-ID")
        return IncomingMail(
            key=kept.key,
            recipients=tuple(kept.recipients),
            sender=sender_of(mail, NOTHING),
            message_ids=tuple(value.lower().strip("<> ") for value in ids),
            calendar=calendar,
            report=self._report(mail) if reports else None,
            written=written_text(mail) if calendar is None and not reports else None,
            message_id=headers.known_id(ids[0]) if len(ids) == 1 else "",
            subject=subject_of(mail) if calendar is not None else "",
        )

    def _report(self, mail: Part) -> DeliveryReport:
        failed = reports_failure(mail)
        return DeliveryReport(failed, bounced_token(mail, self._backend.people.mail_domain) if failed else None)

    def _first_sender(self, tenant: AccountId, stream_id: UUID) -> Sender | None:
        found = self.book.invited_by(tenant, stream_id)
        if found is None:
            return None
        raw, sender = found
        if sender is not None:
            return sender
        try:
            # A mail of an earlier version, which did not store what it found out.
            mail = parse_mail(raw)
        except BeyondBounds:
            return None
        return sender_of(mail, stated(mail, self._authserv_id))


def _parsed(envelope_from: str, raw: bytes) -> Part:
    return parse_mail(raw, returned=not envelope_from.strip("<> "))


def _unverified(locale: str, name: str) -> str:
    return texts.say(texts.language_of(locale), "unverified", name=name)

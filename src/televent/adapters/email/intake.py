"""An inbound mail is understood: whom is it for, who sent it, what does it say, may it? (imip/SPEC B.)

Every mail ends settled: applied, ignored, parked for a person to decide, or failed; with a reason and without its
content in any log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_OID, uuid5

import structlog

from televent.adapters.email import texts
from televent.adapters.email.addressees import Addressee, Addressees
from televent.adapters.email.bounces import bounced_token, tells_failure
from televent.adapters.email.find import CalendarPart, calendar_part, is_report, parse_mail
from televent.adapters.email.narrowing import attendee_of, names_domain, narrowed
from televent.adapters.email.trust import Sender, Trust, header_values, sender_of, trust_of
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.mail import MailBook
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.note_bounce import note_bounce
from televent.application.use_cases.receive_itip import receive_itip, would_change
from televent.domain.ids import AccountId
from televent.ical.itip.message import Message, read_message
from televent.ical.objects.reading import read
from televent.ical.text.errors import IcalError

log = structlog.get_logger("televent.mail")
T = TypeVar("T")

FROM_ATTENDEE = frozenset({"REPLY", "COUNTER", "REFRESH"})
FROM_ORGANIZER = frozenset({"REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"})
ATTEMPTS = 3
"""How often a mail that breaks something is tried; what breaks may be the database that is away for a moment."""
_RANK = ("ignored", "parked", "applied")


class Run(Protocol):
    """Calls synchronous code in threads."""

    def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Owed(Protocol):
    """Effects that no fact causes. Synchronous."""

    def enqueue(self, messages: list[OutboxMessage], tenant: AccountId, correlation_id: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail. ``state`` "received": nothing yet, it is tried again."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail with a message in it, and who sent it."""

    key: str
    part: CalendarPart
    message: Message
    sender: Sender


class Intake:
    """Synchronous inside; ``take`` calls it through threads."""

    def __init__(
        self, backend: Backend, book: MailBook, owed: Owed, run: Run, *, authserv_id: str | None = None
    ) -> None:
        self._backend = backend
        self.book = book
        self.addressees = Addressees(backend, book)
        self._owed = owed
        self.run = run
        self._authserv_id = authserv_id
        self._broken: dict[str, int] = {}

    async def take(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes) -> Verdict:
        """Understands and applies a kept mail, and settles it. Never raises; twice is once."""
        try:
            verdict = await self.run(self._understand, mail_key, envelope_from, recipients, raw)
            await self.run(self.book.settle, mail_key, verdict.state, verdict.reason)
        except Exception as error:
            verdict = await self._failed(mail_key, error)
        else:
            self._broken.pop(mail_key, None)
        log.info("mail", mail=mail_key[:16], state=verdict.state, reason=verdict.reason)
        return verdict

    async def _failed(self, mail_key: str, error: Exception) -> Verdict:
        """The mail is left unsettled, to be tried again, until it has broken something too often."""
        log.exception("a mail could not be understood", mail=mail_key[:16])
        attempts = self._broken.pop(mail_key, 0) + 1
        if attempts < ATTEMPTS:
            self._broken[mail_key] = attempts
            return Verdict("received", type(error).__name__)
        try:
            await self.run(self.book.settle, mail_key, "failed", type(error).__name__)
        except Exception:
            log.exception("a mail could not be settled", mail=mail_key[:16])
            return Verdict("received", type(error).__name__)
        return Verdict("failed", type(error).__name__)

    def _understand(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes) -> Verdict:
        mail = parse_mail(raw)
        if is_report(mail, envelope_from):
            return self._report(mail_key, mail, recipients)
        if self._ours(mail):
            return Verdict("ignored", "our own mail")
        part = calendar_part(mail)
        if part is None:
            return Verdict("ignored", "no calendar in it")
        addressees = self.addressees.among(recipients)
        if not addressees:
            return Verdict("ignored", "for nobody here")
        sender = sender_of(mail, self._authserv_id)
        verdicts = []
        for addressee in addressees:
            try:
                # Read anew for each: what is not theirs is cut out of it.
                message = read_message(part.text, method=part.method)
                verdict = self._deliver(_Letter(mail_key, part, message, sender), addressee)
            except IcalError as error:
                verdict = Verdict("ignored", f"unreadable calendar: {error.precondition}")
            verdicts.append(verdict)
        state = max((verdict.state for verdict in verdicts), key=_RANK.index)
        return Verdict(state, "; ".join(dict.fromkeys(verdict.reason for verdict in verdicts)))

    def _ours(self, mail: EmailMessage) -> bool:
        """What we sent and some rule sent back (B2)."""
        ids = header_values(mail, "Message-ID")
        return any(value.strip().lower().endswith(f"@{self._backend.people.mail_domain}>") for value in ids)

    def _deliver(self, letter: _Letter, addressee: Addressee) -> Verdict:
        message = letter.message
        if names_domain(message, self._backend.people.internal_domain):
            # Internal addresses exist inside only: mail that names one is forged (product §4).
            return Verdict("ignored", "names internal addresses")
        if message.method in FROM_ATTENDEE:
            return self._from_attendee(letter, addressee)
        if message.method in FROM_ORGANIZER:
            return self._from_organizer(letter, addressee)
        return Verdict("ignored", f"method {message.method[:20]}")

    def _from_attendee(self, letter: _Letter, addressee: Addressee) -> Verdict:
        """A REPLY counts only from the attendee whom it names (product §5)."""
        message, sender, account = letter.message, letter.sender, addressee.account
        row = self._copy(account, message.uid)
        if row is None:
            return Verdict("ignored", "unknown-uid")
        if not self._organizes(account, row):
            return Verdict("ignored", "not-organizer")
        tokens = {token.attendee for token in addressee.tokens if token.uid == message.uid}
        named = attendee_of(message, tokens | sender.speaks_for) or sender.address
        trust = trust_of(sender, named, named if named in tokens else next(iter(tokens), None))
        if trust is Trust.T0:
            return self._park(letter, account, row, "reply-unproven")
        text = narrowed(message, named)
        name = self._name(account, letter, named, proven=trust is not Trust.T1)
        return self._apply(letter, account, trust.name, text, name)

    def _from_organizer(self, letter: _Letter, addressee: Addressee) -> Verdict:
        message, account = letter.message, addressee.account
        if (message.organizer or "").endswith(f"@{self._backend.people.mail_domain}"):
            # Who organises here writes to people here without mail.
            return Verdict("ignored", "its organizer is here")
        row = self._copy(account, message.uid)
        name = self._name(account, letter, message.organizer or letter.sender.address, proven=True)
        if row is None:
            if message.method in ("REQUEST", "PUBLISH"):
                return self._apply(letter, account, "new", None, name)
            if message.method == "CANCEL" and letter.sender.proven and message.organizer in letter.sender.speaks_for:
                # It may have overtaken what it cancels, which must not appear then (RFC 5546 §2.1.5).
                return self._apply(letter, account, "T2", None, name)
            return Verdict("ignored", "unknown-uid")
        organizer = read(row.ics).organizer if row.ics is not None else None
        if organizer is None or organizer.address in self._backend.people.addresses_of(account):
            return Verdict("ignored", "the event is this person's own")
        if not self._may_change(letter.sender, {organizer.address, organizer.sent_by}, account, row):
            return self._park(letter, account, row, "request-unproven")
        return self._apply(letter, account, "T2", None, name)

    def _may_change(self, sender: Sender, organizers: set[str | None], account: AccountRow, row: ResourceRow) -> bool:
        """The organizer, who is SENT-BY, or the proven sender of the mail that brought the invitation (B5): Google
        names a calendar as the organizer, from which no mail ever comes (I-14)."""
        if not sender.proven:
            return False
        if organizers & sender.speaks_for:
            return True
        raw = self.book.invited_by(account.tenant, row.stream_id)
        first = sender_of(parse_mail(raw), self._authserv_id) if raw is not None else None
        return first is not None and first.proven and first.address == sender.address

    def _apply(self, letter: _Letter, account: AccountRow, trust: str, text: bytes | None, name: str | None) -> Verdict:
        context = self._context(letter.key, account)
        key = f"mail/{letter.key}"
        if letter.message.method == "REFRESH":
            # Whoever asks, however often: the invitation is sent again once in an hour (B6).
            key = f"refresh/{uuid5(account.tenant, letter.message.uid)}/{context.now:%Y%m%d%H}"
        received = receive_itip(
            self._backend,
            context,
            message=letter.part.text if text is None else text,
            method=letter.message.method,
            message_key=key,
            sender_name=name,
        )
        if received.changed or (letter.message.method == "REFRESH" and received.reason is None):
            return Verdict("applied", f"{letter.message.method} {trust}")
        return Verdict("parked" if received.reason == "party-crasher" else "ignored", received.reason or "no change")

    def _report(self, mail_key: str, mail: EmailMessage, recipients: list[str]) -> Verdict:
        if not tells_failure(mail):
            return Verdict("ignored", "a report of no failure")
        tokens = self.addressees.tokens(recipients)
        if not tokens:
            found = bounced_token(mail, self._backend.people.mail_domain)
            token = self.book.resolve(found) if found is not None else None
            tokens = [token] if token is not None else []
        if not tokens:
            return Verdict("ignored", "a report about nothing of ours")
        noted = False
        for token in tokens:
            account = self._backend.reads.account(token.tenant)
            if account is not None:
                context = self._context(f"{mail_key}/{token.token}", account)
                noted |= note_bounce(self._backend, context, uid=token.uid, attendee=token.attendee)
        return Verdict("applied" if noted else "ignored", "undeliverable" if noted else "the event is gone")

    def _copy(self, account: AccountRow, uid: str) -> ResourceRow | None:
        """The person's live copy of that UID, with its text."""
        standing = next(iter(self._backend.reads.by_uid(account.tenant, uid)), None)
        return self._backend.reads.by_stream(account.tenant, standing.stream_id) if standing is not None else None

    def _organizes(self, account: AccountRow, row: ResourceRow) -> bool:
        organizer = read(row.ics).organizer if row.ics is not None else None
        return organizer is not None and organizer.address in self._backend.people.addresses_of(account)

    def _park(self, letter: _Letter, account: AccountRow, row: ResourceRow, text_key: str) -> Verdict:
        """Nothing is applied. The person is told, who can then act: not of what would change nothing, and of one event
        once in an hour, however many such mails come."""
        context, method = self._context(letter.key, account), letter.message.method
        would = would_change(self._backend, context, message=letter.part.text, method=method)
        if not would.changed:
            return Verdict("ignored", would.reason or "no change")
        if account.telegram_id is not None and row.ics is not None:
            summary = next((each.summary for each in read(row.ics).instances()), "") or letter.message.uid
            notice_id = uuid5(account.tenant, f"{text_key}/{row.stream_id}/{context.now:%Y%m%d%H}")
            values = {"summary": summary[:200], "sender": letter.sender.address[:200]}
            message = ChatText(text_key, values)
            notice = OutboxMessage(notice_id, f"mail/{notice_id}", message, context.now)
            self._owed.enqueue([notice], account.tenant, context.correlation_id, context.now)
        return Verdict("parked", "the sender is not proven")

    def _name(self, account: AccountRow, letter: _Letter, address: str, *, proven: bool) -> str | None:
        """What the person calls who wrote, in his own language."""
        spoken = letter.sender.name if address in letter.sender.speaks_for else ""
        name = " ".join((spoken or address).split())[:128]
        if proven:
            return name or None
        return texts.say(texts.language_of(account.locale), "unverified", name=name)

    def _context(self, mail_key: str, account: AccountRow) -> Context:
        return Context(
            tenant=account.tenant,
            actor=f"mail:{mail_key[:16]}",
            door="email",
            now=self._backend.clock(),
            command_id=uuid5(NAMESPACE_OID, f"{mail_key}/{account.tenant}"),
            correlation_id=mail_key[:32],
        )

"""An inbound mail is understood: whom is it for, who sent it, what does it say, may it? (imip/SPEC B.)

Every mail ends settled: applied, ignored, parked for a person to decide, or failed; with a reason and without its
content in any log.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog

from televent.adapters.email.bounces import bounced_token
from televent.adapters.email.find import CalendarPart, calendar_part, is_report, parse_mail
from televent.adapters.email.trust import Sender, Trust, sender_of, trust_of
from televent.application.context import Context
from televent.application.mail import MailBook, ReplyToken
from televent.application.office import Office
from televent.application.ports import AccountRow, OutboxMessage
from televent.application.use_cases.note_bounce import note_bounce
from televent.application.use_cases.receive_itip import receive_itip
from televent.domain.ids import AccountId
from televent.ical.errors import IcalError
from televent.ical.itip.message import Message, read_message
from televent.ical.itip.people import attendees_of
from televent.ical.reading import read

log = structlog.get_logger("televent.mail")
T = TypeVar("T")

_RSVP = re.compile(r"(?:rsvp|bounce)\+([0-9a-f]{32})\Z")

FROM_ATTENDEE = frozenset({"REPLY", "COUNTER", "REFRESH"})
FROM_ORGANIZER = frozenset({"REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"})


class Run(Protocol):
    """Calls synchronous code in threads."""

    def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


class Owed(Protocol):
    """Effects that no fact causes. Synchronous."""

    def enqueue(self, messages: list[OutboxMessage], tenant: AccountId, correlation_id: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail."""

    state: str
    reason: str


class Intake:
    """Synchronous inside; ``take`` calls it through threads."""

    def __init__(
        self,
        office: Office,
        book: MailBook,
        owed: Owed,
        run: Run,
        *,
        authserv_id: str | None = None,
    ) -> None:
        self._office = office
        self.book = book
        self._owed = owed
        self.run = run
        self._authserv_id = authserv_id

    def accepts(self, address: str) -> str | None:
        """None where we take mail for this address; else the SMTP refusal."""
        local, _, domain = address.strip().lower().rpartition("@")
        if domain == self._office.internal_domain:
            return "550 5.1.1 This address is not for mail"
        if domain == self._office.mail_domain:
            if local == "noreply":
                return "550 5.1.1 Nobody reads this address"
            token = _RSVP.match(local)
            known = self.book.resolve(token[1]) if token else self._office.account_of_address(f"{local}@{domain}")
            if known is None and not self._account_id(local):
                return "550 5.1.1 There is nobody of that name"
            return None
        if self._office.reads.account_by_address(f"{local}@{domain}") is not None:
            return None
        return "550 5.7.1 Relaying is not for us"

    async def take(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes) -> Verdict:
        """Understands and applies a kept mail, and settles it. Never raises."""
        try:
            verdict = await self.run(self._understand, mail_key, envelope_from, recipients, raw)
        except Exception as error:
            log.exception("a mail could not be understood", mail=mail_key[:16])
            verdict = Verdict("failed", f"{type(error).__name__}")
        await self.run(self.book.settle, mail_key, verdict.state, verdict.reason)
        log.info("mail", mail=mail_key[:16], state=verdict.state, reason=verdict.reason)
        return verdict

    def _understand(self, mail_key: str, envelope_from: str, recipients: list[str], raw: bytes) -> Verdict:
        mail = parse_mail(raw)
        tokens = [found for each in recipients if (found := self._token(each)) is not None]
        if is_report(mail, envelope_from):
            return self._bounce(mail_key, mail, tokens)
        part = calendar_part(mail)
        if part is None:
            return Verdict("ignored", "no calendar in it")
        try:
            message = read_message(part.text, method=part.method)
        except IcalError as error:
            return Verdict("ignored", f"unreadable calendar: {error}")
        sender = sender_of(mail, self._authserv_id)
        if self._names_internal(message):
            return Verdict("ignored", "names internal addresses")
        token = tokens[0] if tokens else None
        account = self._account(recipients, token)
        if account is None:
            return Verdict("ignored", "for nobody here")
        if message.method in FROM_ATTENDEE:
            return self._from_attendee(mail_key, message, part, sender, token, account)
        if message.method in FROM_ORGANIZER:
            return self._from_organizer(mail_key, message, part, sender, account)
        return Verdict("ignored", f"method {message.method[:20]}")

    def _from_attendee(
        self,
        mail_key: str,
        message: Message,
        part: CalendarPart,
        sender: Sender,
        token: ReplyToken | None,
        account: AccountRow,
    ) -> Verdict:
        """A REPLY counts only from the attendee whom it names (product §5)."""
        named = _attendee(message) or sender.address
        trust = trust_of(sender, named, token.attendee if token is not None and token.uid == message.uid else None)
        if trust is Trust.T0:
            self._ask(mail_key, account, "reply-unproven", message.uid, sender.address)
            return Verdict("parked", "the sender is not proven to be the attendee")
        received = self._apply(mail_key, message, part, account, f"T{int(trust)}")
        return received

    def _from_organizer(
        self, mail_key: str, message: Message, part: CalendarPart, sender: Sender, account: AccountRow
    ) -> Verdict:
        standing = next(iter(self._office.reads.by_uid(account.tenant, message.uid)), None)
        if standing is None:
            if message.method in ("REQUEST", "PUBLISH"):
                return self._apply(mail_key, message, part, account, "new")
            return Verdict("ignored", "unknown event")
        row = self._office.reads.by_stream(account.tenant, standing.stream_id)
        organizer = read(row.ics).organizer if row is not None and row.ics is not None else None
        if organizer is None or organizer.address in self._office.addresses_of(account):
            return Verdict("ignored", "the event is this person's own")
        speaks = {organizer.address, organizer.sent_by}
        if not (sender.proven and speaks & sender.speaks_for):
            self._ask(mail_key, account, "reply-unproven", message.uid, sender.address)
            return Verdict("parked", "the sender is not proven to be the organizer")
        return self._apply(mail_key, message, part, account, "T2")

    def _apply(self, mail_key: str, message: Message, part: CalendarPart, account: AccountRow, trust: str) -> Verdict:
        received = receive_itip(
            self._office,
            self._context(mail_key, account.tenant),
            message=part.text,
            method=message.method,
            message_key=f"mail/{mail_key}",
        )
        if received.changed:
            return Verdict("applied", f"{message.method} {trust}")
        return Verdict("parked" if received.reason == "party-crasher" else "ignored", received.reason or "no change")

    def _bounce(self, mail_key: str, mail: EmailMessage, tokens: list[ReplyToken]) -> Verdict:
        token = tokens[0] if tokens else None
        if token is None:
            found = bounced_token(mail)
            token = self.book.resolve(found) if found is not None else None
        if token is None:
            return Verdict("ignored", "a report about nothing of ours")
        context = self._context(mail_key, token.tenant)
        noted = note_bounce(self._office, context, uid=token.uid, attendee=token.attendee)
        return Verdict("applied" if noted else "ignored", "undeliverable")

    def _ask(self, mail_key: str, account: AccountRow, text_key: str, uid: str, sender: str) -> None:
        """The person is told, who can then act."""
        if account.telegram_id is None:
            return
        standing = next(iter(self._office.reads.by_uid(account.tenant, uid)), None)
        row = self._office.reads.by_stream(account.tenant, standing.stream_id) if standing is not None else None
        summary = next(iter(read(row.ics).instances())).summary if row is not None and row.ics is not None else uid
        now = self._office.clock()
        notice = OutboxMessage(
            outbox_id=uuid5(NAMESPACE_OID, f"{mail_key}/{text_key}"),
            kind="telegram_notification",
            key=f"mail/{mail_key}/{text_key}",
            payload={
                "chat_id": account.telegram_id,
                "text_key": text_key,
                "values": {"summary": summary[:200], "sender": sender[:200]},
            },
            due_at=now,
        )
        self._owed.enqueue([notice], account.tenant, mail_key[:32], now)

    def _context(self, mail_key: str, tenant: UUID) -> Context:
        return Context(
            tenant=AccountId(tenant),
            actor=f"mail:{mail_key[:16]}",
            door="email",
            now=self._office.clock(),
            command_id=uuid5(NAMESPACE_OID, f"{mail_key}/{tenant}"),
            correlation_id=mail_key[:32],
        )

    def _token(self, recipient: str) -> ReplyToken | None:
        local, _, domain = recipient.strip().lower().rpartition("@")
        found = _RSVP.match(local)
        return self.book.resolve(found[1]) if found and domain == self._office.mail_domain else None

    def _account(self, recipients: list[str], token: ReplyToken | None) -> AccountRow | None:
        if token is not None:
            return self._office.reads.account(token.tenant)
        for recipient in recipients:
            address = recipient.strip().lower()
            local, _, domain = address.rpartition("@")
            account_id = self._account_id(local) if domain == self._office.mail_domain else None
            account = (
                self._office.reads.account(AccountId(account_id))
                if account_id is not None
                else self._office.account_of_address(address)
            )
            if account is not None:
                return account
        return None

    @staticmethod
    def _account_id(local: str) -> UUID | None:
        try:
            return UUID(local) if len(local) == 36 else None
        except ValueError:
            return None

    def _names_internal(self, message: Message) -> bool:
        """Internal addresses exist inside only: mail that names one is forged (product §4)."""
        people = {message.organizer or ""}
        for _, component in message.parts.items():
            people |= set(attendees_of(component))
        return any(self._office.is_internal(each) for each in people)


def _attendee(message: Message) -> str | None:
    """Whom a REPLY is from: its ATTENDEE; of several, the one with an answer (B6)."""
    found: dict[str, str] = {}
    for _, component in message.parts.items():
        for address, prop in attendees_of(component).items():
            found.setdefault(address, (prop.param("PARTSTAT") or "NEEDS-ACTION").upper())
    answered = [address for address, partstat in found.items() if partstat != "NEEDS-ACTION"]
    return next(iter(answered or found), None)

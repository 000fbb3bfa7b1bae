"""Two Televent servers with mail domains and databases of their own, and the mail between them.

The real sender hands each mail to a relay by SMTP, and the relay hands it to the real listener of the other server when
the test says so: late, twice, in any order. Time is the test's: both servers and the relay have one clock.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

import psycopg

from support.chat_log import ChatLog
from support.passwords import CHEAP_PASSWORDS
from support.post import EDGE, OtherServer, PostOffice, Received, open_other_server, open_post_office, run_on
from support.sent_mail import parse_mail
from support.shared import leave
from support.town import NOON, Person, Town
from support.waiting import NET, wait_until
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.guest_mails import GuestMailSender
from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.messages.outbox import RetryLater, TryAgainAt, after_failure
from televent.application.use_cases.mail.settle_parked import settle_parked
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.runtime.compose import build_core
from televent.settings import load_settings

HERE, THERE = "televent.app", "calendar.example.org"
"""The mail domains of the two servers."""
PEOPLE = {HERE: "example.com", THERE: "example.net"}
"""The domain of the addresses that people of each server have verified."""
ROUNDS = 60
"""Max rounds in which everything arrives that follows from a change. More are a loop."""


@dataclass
class Side:
    """One server. ``chats``: what its bot told its people."""

    domain: str
    town: Town
    post: PostOffice
    relay: Relay
    chats: ChatLog

    def person(self, name: str, strangers: str = "always") -> Person:
        """A person with a verified address. ``strangers``: their choice about unknown senders."""
        person = Person(self.town, AccountId(uuid4()), f"{name}@{PEOPLE[self.domain]}")
        backend = self.town.core.backend
        open_account(backend, person.context(), telegram_id=next(self.relay.numbers), name=name.title())
        verify_address(backend, person.context(), address=person.address, code=None)
        change_preferences(backend, person.context(), {"strangers": strangers})
        return person

    def work(self) -> None:
        """Delivers between the accounts here, sends the mails that are due, and tells people. A mail that the relay
        does not take is sent again later, as the outbox says."""
        self.town.carry()
        core, now = self.town.core, self.town.now
        mailer = SmtpMailer(SmtpRoute("127.0.0.1", self.relay.server.port, tls="none"))
        identity = MailIdentity(f"noreply@{self.domain}", self.domain, "televent.internal")
        mails = MailSender(mailer, core.mail_book, identity, lambda: self.town.now)
        handlers = (mails, GuestMailSender(core.backend, mails, core.answer_links))
        while claimed := core.outbox.claim(now, kinds=[kind for each in handlers for kind in each.kinds]):
            for message in claimed:
                (handler,) = (each for each in handlers if type(message.message) in each.kinds)
                try:
                    run_on(self.relay.server.loop, handler.handle(message))
                except Exception as error:
                    verdict = after_failure(message, error, now)
                    expected = isinstance(error, RetryLater) or self.relay.fails
                    if not expected or not isinstance(verdict, TryAgainAt):
                        raise
                    core.outbox.settle_failure(message, verdict, now)
                else:
                    core.outbox.complete(message, now)
        self.chats.tell()

    def waits(self) -> bool:
        """Whether a message of this server is not sent yet."""
        with psycopg.connect(self.town.url) as connection:
            query = "SELECT EXISTS (SELECT FROM outbox WHERE state IN ('pending', 'processing'))"
            return bool((connection.execute(query).fetchone() or (False,))[0])

    def takes(self, mail: Received) -> None:
        """Hands a mail to the listener, as the mail server in front does, and waits until it is settled."""
        sender = str(parse_mail(mail.raw)["From"].addresses[0].domain)
        proof = f"Authentication-Results: {EDGE}; dmarc=pass header.from={sender}\r\n".encode()
        with smtplib.SMTP("127.0.0.1", self.post.port, timeout=NET) as client:
            client.sendmail(mail.sender, mail.recipients, proof + mail.raw, mail_options=["SMTPUTF8"])
        wait_until(self._settled, what="the mail is settled")

    def decide(self, person: Person) -> bool:
        """The person taps Apply on every card about mails that wait. True where there was one."""
        with psycopg.connect(self.town.url) as connection:
            query = "SELECT DISTINCT card_id FROM parked_mail WHERE tenant_id = %s AND state = 'waiting'"
            cards = [row[0] for row in connection.execute(query, (person.tenant,))]
        for card in sorted(cards):
            settle_parked(self.town.core.backend, person.context(), card, "apply", "Somebody (unverified)")
        return bool(cards)

    def doubts(self, person: Person) -> list[str]:
        """The reasons for which mails waited for the person that are not those of an unknown sender."""
        with psycopg.connect(self.town.url) as connection:
            query = "SELECT reason FROM parked_mail WHERE tenant_id = %s AND reason <> 'sender-unknown'"
            return [row[0] for row in connection.execute(query, (person.tenant,))]

    def _settled(self) -> bool:
        with psycopg.connect(self.town.url) as connection:
            query = "SELECT NOT EXISTS (SELECT FROM inbound_mail WHERE state = 'received')"
            return bool((connection.execute(query).fetchone() or (False,))[0])


@dataclass
class Relay:
    """The mail server between the two. ``bag``: the mails that it has taken and not delivered."""

    server: OtherServer
    bag: list[Received] = field(default_factory=list)
    delivered: list[Received] = field(default_factory=list)
    outside: list[Received] = field(default_factory=list)
    fails: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: count(1001))

    def collect(self) -> None:
        """Takes the mails out of the server. Those for neither of the two are delivered elsewhere, in order."""
        found, self.server.mails[:] = list(self.server.mails), []
        for mail in found:
            (self.bag if _domain_of(mail) is not None else self.outside).append(mail)


@dataclass
class Servers:
    """Both servers and the mail between them."""

    here: Side
    there: Side
    relay: Relay

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both servers."""
        return self.here, self.there

    @property
    def now(self) -> datetime:
        """The time of both."""
        return self.here.town.now

    def pass_time(self, seconds: float) -> None:
        """Moves the clock of both."""
        for side in self.sides:
            side.town.now += timedelta(seconds=seconds)

    def work(self) -> None:
        """Both servers do what is due; the relay keeps what they send."""
        for side in self.sides:
            side.work()
        self.relay.collect()

    def fail(self, how: str) -> None:
        """Lets the relay refuse mails ("refuses"), or take them and lose its answer ("hangs up"); "": neither."""
        self.relay.server.refuse = "451 4.7.1 Later" if how == "refuses" else None
        self.relay.server.hangs_up = how == "hangs up"
        self.relay.fails = how != ""

    def deliver(self, mail: Received) -> None:
        """Hands a mail to the server that it is for."""
        side = next(each for each in self.sides if each.domain == _domain_of(mail))
        side.takes(mail)
        self.relay.delivered.append(mail)

    def deliver_next(self, place: int = 0) -> None:
        """Delivers one of the mails in the bag."""
        self.deliver(self.relay.bag.pop(place))

    def drain(self, *, newest_first: bool = False) -> None:
        """Lets everything arrive, and all that follows from it. Fails where that never ends."""
        self.fail("")
        for _ in range(ROUNDS):
            self.work()
            if not self.relay.bag and not any(side.waits() for side in self.sides):
                return
            while self.relay.bag:
                self.deliver_next(-1 if newest_first else 0)
            self.pass_time(31)
        raise AssertionError(f"mails without an end: {[_subject(each) for each in self.relay.delivered[-6:]]}")

    def forget(self) -> None:
        """Begins again, without mails, messages and people."""
        self.fail("")
        for box in (self.relay.bag, self.relay.delivered, self.relay.outside, self.relay.server.mails):
            box.clear()
        for side in self.sides:
            leave(side.town.core)
            side.town.now = NOON
            side.town.core.backend.clock = lambda town=side.town: town.now  # type: ignore[misc]
            side.chats.telegram.messages.clear()


def _domain_of(mail: Received) -> str | None:
    """The server that a mail is for; None: neither of the two."""
    (recipient,) = mail.recipients
    domain = recipient.rpartition("@")[2]
    return next((ours for ours, theirs in PEOPLE.items() if domain in (ours, theirs)), None)


def _subject(mail: Received) -> str:
    return str(parse_mail(mail.raw)["Subject"])


@contextmanager
def open_servers(here: str, there: str) -> Iterator[Servers]:
    """Two servers on the databases with these URLs."""
    with ExitStack() as stack:
        relay = Relay(stack.enter_context(open_other_server()))
        sides = []
        for domain, url in ((HERE, here), (THERE, there)):
            settings = load_settings(pool_size=4, mail_gather_seconds=30, mail_domain=domain)
            core = build_core(settings, url, CHEAP_PASSWORDS)
            stack.callback(core.close)
            town = Town(core, url)
            post = stack.enter_context(open_post_office(town))
            sides.append(Side(domain, town, post, relay, ChatLog(town, relay.server.loop)))
        yield Servers(sides[0], sides[1], relay)

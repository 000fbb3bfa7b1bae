"""Our mail listener on its own socket, a foreign mail server, and mails to send."""

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Any, Literal, TypeVar

import psycopg
from aiosmtpd.smtp import SMTP

from support.town import Town
from support.waiting import NET, wait_until
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.listener import ListenerConfig, serve_mail
from televent.adapters.email.proving.names import TxtRecords
from televent.adapters.email.proving.prover import Prover
from televent.application.mail.book import KeptMail
from televent.application.mail.incoming import Verdict

T = TypeVar("T")

EDGE = "mx.televent.app"
"""The authserv-id of the mail server in front of us."""


@contextmanager
def loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(NET)
        loop.close()


def run_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """Runs the coroutine on the loop; returns its result."""
    return asyncio.run_coroutine_threadsafe(work, loop).result(NET)


@dataclass
class PostOffice:
    """Our listener. ``lines``: its answers to DATA in the last SMTP session."""

    town: Town
    intake: Intake
    port: int = 0

    def send(self, mail: bytes, *recipients: str, sender: str = "zed@example.net") -> None:
        """Hands a mail over as another mail server does; returns once it is settled. Raises smtplib's refusals."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=NET) as client:
            client.sendmail(sender, list(recipients), mail, mail_options=["SMTPUTF8"])
        wait_until(lambda: "received" not in [state for state, _ in self.verdicts()], what="every mail is settled")

    def take(self, mail: bytes, recipient: str, sender: str = "zed@example.net") -> Verdict:
        """Stores a mail and processes it in this thread, in one attempt."""
        key, now = mail_key(mail, [recipient]), self.town.now
        self.town.core.mail_book.keep(key, sender, [recipient], mail, now)
        return asyncio.run(self.intake.take(KeptMail(key, sender, [recipient], mail, now, now)))

    def verdicts(self) -> list[tuple[str, str]]:
        """State and reason of every stored mail, the oldest first."""
        with psycopg.connect(self.town.url) as connection:
            query = "SELECT state, coalesce(verdict, '') FROM inbound_mail ORDER BY received_at, mail_key"
            return [(row[0], row[1]) for row in connection.execute(query)]

    def verdict(self) -> str:
        """The one mail's state; fails where there are more."""
        (found,) = self.verdicts()
        return found[0]

    def token(self, person: Any, attendee: str, uid: str) -> str:
        """The reply address with the token of that attendee of the person's meeting."""
        return f"rsvp+{self.town.core.mail_book.token(person.tenant, uid, attendee)}@televent.app"


@contextmanager
def open_post_office(
    town: Town,
    protocol: Literal["smtp", "lmtp"] = "smtp",
    *,
    operator: str | None = None,
    lmtp: Sequence[socket.socket] = (),
    zone: TxtRecords | None = None,
    relays: Sequence[str] = (),
    strangers: str = "always",
) -> Iterator[PostOffice]:
    """The listener of that town. Its clock is the town's. ``zone``: the DNS by which it verifies senders itself; None:
    the mail server in front of it does. ``strangers``: the choice of people who come from now on; with "always" a test
    about something else needs no decision."""
    core = town.core
    town.strangers = strangers
    core.backend.clock = lambda: town.now
    prover = Prover(zone, core.run, relays) if zone is not None else None
    edge = EDGE if zone is None else None
    intake = Intake(core.backend, core.mail_book, core.run, authserv_id=edge, prover=prover, operator=operator)
    backend = PostOffice(town, intake)
    with loop_in_thread() as loop:
        stop = asyncio.Event()
        ready: Future[None] = Future()

        def on_port(port: int) -> None:
            backend.port = port

        serving = asyncio.run_coroutine_threadsafe(
            serve_mail(
                ListenerConfig("127.0.0.1", 0, protocol),
                intake,
                lambda: town.now,
                lambda: ready.set_result(None),
                stop,
                on_port=on_port,
                lmtp=lmtp,
            ),
            loop,
        )
        try:
            ready.result(NET)
            yield backend
        finally:
            loop.call_soon_threadsafe(stop.set)
            serving.result(NET)


@dataclass
class Received:
    """A mail as the other server received it."""

    sender: str
    recipients: list[str]
    raw: bytes


@dataclass
class OtherServer:
    """A foreign mail server. ``refuse``: its answer to RCPT, where that is not "250". ``hangs_up``: it takes each mail,
    but its answer gets lost. ``taken``: called when it has taken a mail, before its answer."""

    loop: asyncio.AbstractEventLoop
    port: int = 0
    refuse: str | None = None
    hangs_up: bool = False
    mails: list[Received] = field(default_factory=list)
    taken: Callable[[], object] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.refuse is not None:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        self.taken()
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"


@contextmanager
def open_other_server() -> Iterator[OtherServer]:
    """A mail server that keeps each mail; its loop is used for sending too."""
    with loop_in_thread() as loop:
        other = OtherServer(loop)

        async def start() -> asyncio.Server:
            return await loop.create_server(lambda: SMTP(other, enable_SMTPUTF8=True), "127.0.0.1", 0)

        server = run_on(loop, start())
        other.port = server.sockets[0].getsockname()[1]
        try:
            yield other
        finally:
            loop.call_soon_threadsafe(server.close)


def itip_mail(
    calendar: bytes | str,
    *,
    sender: str = "zed@example.net",
    method: str | None = None,
    proven: bool = False,
    message_id: str = "one@example.net",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail with a calendar in it. ``proven``: the mail server in front of us states that DMARC passed."""
    mail = EmailMessage(policy=SMTP_POLICY)
    if proven:
        domain = sender.rpartition("@")[2]
        mail["Authentication-Results"] = f"{EDGE}; dmarc=pass header.from={domain}"
    for name, value in headers:
        mail[name] = value
    mail["From"] = sender
    mail["To"] = "somebody@televent.app"
    mail["Subject"] = "Sync"
    mail["Message-ID"] = f"<{message_id}>"
    mail.set_content("See the attached calendar.\n")
    text = calendar.decode() if isinstance(calendar, bytes) else calendar
    params = {"method": method} if method else {}
    mail.add_alternative(text, subtype="calendar", cte="base64", params=params)
    return mail.as_bytes()


def message(method: str, *lines: str, uid: str, sequence: int = 0, stamp: str = "20261121T130000Z") -> str:
    """An iTIP message about one occurrence or a series; ``lines`` are those of its VEVENT."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", f"METHOD:{method}", "BEGIN:VEVENT"]
    body = [f"UID:{uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}", "DTSTART:20261201T100000Z"]
    body += ["DTEND:20261201T110000Z", "SUMMARY:Sync"]
    return "\r\n".join([*head, *body, *lines, "END:VEVENT", "END:VCALENDAR"]) + "\r\n"

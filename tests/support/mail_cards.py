"""People without a chat, the mails that they get, and a browser for the links in them."""

from __future__ import annotations

import html
import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn

from support.followers import catch_up
from support.post import OtherServer, run_on
from support.sent_mail import parse_mail
from support.serving import port_of, serving
from support.town import Person, Town, meeting
from support.waiting import NET
from televent.adapters.email.meetings.erasure import ErasureMails
from televent.adapters.email.meetings.parked import ParkedMails
from televent.adapters.email.meetings.questions import QuestionMails
from televent.adapters.email.meetings.sender import MeetingMailSender
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.runtime.api import http_app
from televent.runtime.compose import Core
from televent.runtime.workers.team_mail import TeamMails

BOB, EVE = "bob@example.com", "eve@example.com"
PUBLIC = "https://cal.example.com"
LATER = ("DTSTART:20261201T120000Z", "DTEND:20261201T130000Z")


@dataclass
class Page:
    """An answer of the server."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def text(self) -> str:
        return html.unescape(re.sub("<[^>]+>", " ", self.body.partition("<main>")[2]))

    def field(self, name: str) -> str:
        found = re.search(f'name="{name}" value="([^"]*)"', self.body)
        assert found is not None
        return found[1]


@dataclass
class Web:
    """The server of the links."""

    port: int

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=NET)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Page(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def answers(self, path: str, choice: str, note: str = "", shown: Page | None = None) -> Page:
        """Opens the page and presses a button; or presses one on a page that was opened before."""
        page = shown or self.ask("GET", path)
        values = {"seen": page.field("seen"), "form": page.field("form"), "note": note, "answer": choice}
        return self.ask("POST", path, urlencode(values))


@contextmanager
def open_web(core: Core) -> Iterator[Web]:
    """The whole HTTP application on a port of this machine."""

    async def nothing() -> None:
        return None

    config = uvicorn.Config(http_app(core, None), host="127.0.0.1", port=0, lifespan="off", log_config=None)
    with serving(config, nothing) as server:
        yield Web(port_of(server))


def without_chat(town: Town, name: str, **profile: str) -> Person:
    """A person with a verified address who never used Telegram."""
    person = Person(town, AccountId(uuid4()), f"{name}@example.com")
    open_account(town.core.backend, person.context(), telegram_id=None, name=name.title(), **profile)
    verify_address(town.core.backend, person.context(), address=person.address, code=None)
    if town.strangers is not None:
        change_preferences(town.core.backend, person.context(), {"strangers": town.strangers})
    return person


def post(town: Town, other: OtherServer, public_url: str | None = PUBLIC) -> None:
    """Follows the log, and sends what is due within two minutes, as a worker does."""
    catch_up(town.core)
    town.now += timedelta(minutes=2)
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal", public_url)
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
    core = town.core
    sender = MeetingMailSender(mailer, core.backend, core.answer_links, identity, core.outbox.enqueue)
    parked = ParkedMails(mailer, core.backend, core.answer_links, identity)
    questions = QuestionMails(mailer, core.backend, core.answer_links, identity)
    erasures = ErasureMails(mailer, core.backend, core.answer_links, identity)
    for handler in (TeamMails(core), sender, parked, questions, erasures):
        while claimed := core.outbox.claim(town.now, kinds=handler.kinds):
            for each in claimed:
                run_on(other.loop, handler.handle(each))
                core.outbox.complete(each, town.now)


def mails(other: OtherServer, address: str = BOB) -> list[EmailMessage]:
    return [parse_mail(each.raw) for each in other.mails if each.recipients == [address]]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the link."""
    found = re.search(f"{PUBLIC}(/i/[0-9a-f]+)", text_of(mail))
    assert found is not None
    return found[1]


def invited(town: Town, other: OtherServer, ann: Person) -> str:
    """Ann invites Bob, who gets the mail; returns the path of its link."""
    ann.put(meeting(people=(BOB,)))
    town.carry()
    post(town, other)
    return link_in(mails(other)[0])

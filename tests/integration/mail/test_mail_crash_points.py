"""kill -9 at each point of sending and receiving mail: none lost, none applied twice, none sent under two Message-IDs.

The work itself gives the points: each statement, before and after it, and the reply to DATA (support.crash_points).
"""

from __future__ import annotations

import contextlib
import http.client
import smtplib
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from support.crash_points import Points, Programs, proxied
from support.imap_server import PASSWORD, USER, ImapServer, open_imap_server
from support.killing import kill
from support.mail_hooks import SIGNING, mailgun_form
from support.outgoing_mail import send
from support.post import OtherServer, itip_mail, message, open_other_server
from support.sent_mail import parse_mail
from support.town import Town, meeting
from support.waiting import NET, wait_until
from televent.application.mail.book import LEASE
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.ical.text.tree import parse

pytestmark = pytest.mark.own_database

ZED, YAN = "zed@example.net", "yan@example.net"
SERIES = "RRULE:FREQ=WEEKLY;COUNT=6"
FEW, MANY = 2, 30
"""Numbers of points that `make test` and `make test-long` try, spread over all of them."""


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    programs = Programs()
    yield programs
    programs.close()


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


def chosen(total: int, count: int) -> list[int]:
    """That many of the points, or all of them where they are fewer."""
    return sorted({1 + (2 * step + 1) * total // (2 * count) for step in range(count)} & set(range(1, total + 1)))


class Sending:
    """Ann tells two guests of several changes by mail, and answers an invitation from outside."""

    def __init__(self, town: Town, other: OtherServer, programs: Programs) -> None:
        self.town, self.other, self.programs = town, other, programs
        town.strangers = "always"
        town.core.backend.clock = lambda: town.now
        self.number = 0

    def prepare(self) -> None:
        """Only the newest changes and an answer are not sent yet."""
        self.number += 1
        self.ann = self.town.person(f"ann{self.number}")
        asked = ("ORGANIZER:mailto:zed@example.net", f"ATTENDEE:mailto:{self.ann.address}")
        self.put()
        self.ann.receive(message("REQUEST", *asked, uid=self.uid("in")).encode())
        self.other.taken = lambda: None
        send(self.town, self.other)
        self.other.mails.clear()
        self.put("EXDATE:20261208T100000Z", moved=True)
        stream = self.ann.row(self.uid("in")).stream_id
        answer_invitation(self.town.core.backend, self.ann.context(), stream_id=stream, partstat="ACCEPTED")

    def uid(self, name: str) -> str:
        return f"{name}{self.number}@example.com"

    def put(self, *lines: str, moved: bool = False) -> None:
        """Stores the series; with another occurrence that is moved."""
        people, uid = (ZED, YAN), self.uid("out")
        text = meeting(SERIES, *lines, people=people, organizer=self.ann.address, uid=uid)
        if moved:
            times = ("RECURRENCE-ID:20261215T100000Z", "DTSTART:20261215T150000Z", "DTEND:20261215T160000Z")
            one = meeting(*times, people=people, organizer=self.ann.address, uid=uid)
            text = text.replace(b"END:VCALENDAR", one[one.index(b"BEGIN:VEVENT") :])
        self.ann.put(text, f"{self.number}.ics")

    def send(self, at: int | None = None) -> str:
        """Sends until nothing is due, or the process is killed; the point at which it was."""
        points = Points(at)
        self.other.taken = lambda: points.reach("before the reply to DATA")
        with proxied(self.town.url, points) as url:
            order = {"url": url, "direct": self.town.url, "now": self.town.now.isoformat(), "port": self.other.port}
            self.programs.start(points, "send", **order)
            status = self.programs.next("ended")
        self.passed = points.passed
        assert status == ("9" if points.where else "0"), (status, points.where)
        return points.where

    def finish(self) -> None:
        """Starts the work again, later, until nothing is left. A message that met another one waits for a moment."""
        for _ in range(10):
            self.town.now += timedelta(minutes=10)
            assert self.send() == ""
            if not self.town.owed("calendar_%"):
                return
        raise AssertionError(self.town.owed("calendar_%"))

    def mails(self) -> dict[tuple[str, ...], set[str]]:
        """The Message-IDs of each mail: by its recipient, and what it says."""
        found: dict[tuple[str, ...], set[str]] = {}
        for each in self.other.mails:
            mail = parse_mail(each.raw)
            (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
            calendar = parse(part.get_payload(decode=True))  # type: ignore[arg-type]
            event = calendar.components("VEVENT")[0]
            names = ("RECURRENCE-ID", "SEQUENCE", "LOCATION", "STATUS", "DTSTART")
            said = [str(calendar.value("METHOD")), *(str(event.value(name)) for name in names)]
            found.setdefault((*each.recipients, *said), set()).add(str(mail["Message-ID"]))
        return found


class Receiving:
    """Zed invites Ann, and answers her invitation; the mails come by SMTP."""

    def __init__(self, town: Town, programs: Programs, **door: object) -> None:
        """``door``: that of the order (crash_program.receive)."""
        self.town, self.programs = town, programs
        self.door = door or {"door": "smtp"}
        town.strangers = "always"
        town.core.backend.clock = lambda: town.now
        self.number = 0

    def prepare(self) -> None:
        """Two mails that nobody has sent yet, each with its recipient."""
        self.number += 1
        self.ann = self.town.person(f"ann{self.number}")
        self.ann.put(meeting(people=(ZED,), organizer=self.ann.address, uid=self.uid("own")), f"{self.number}.ics")
        book = self.town.core.mail_book
        token = f"rsvp+{book.token(self.ann.tenant, self.uid('own'), ZED)}@televent.app"
        asked = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{self.ann.address}")
        invitation = message("REQUEST", *asked, uid=self.uid("in"))
        answer = message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=self.uid("own"))
        self.waiting = [
            (itip_mail(invitation, proven=True, message_id=self.uid("in")), self.ann.address),
            (itip_mail(answer, message_id=self.uid("own")), token),
        ]

    def uid(self, name: str) -> str:
        return f"{name}{self.number}@example.com"

    def receive(self, at: int | None = None) -> str:
        """Sends what has no 250 yet to a process, until all is settled or the process is killed."""
        points = Points(at)
        with proxied(self.town.url, points) as url:
            self.programs.start(points, "receive", url=url, now=self.town.now.isoformat(), **self.door)
            line = self.programs.line()
            if line.startswith("port"):
                self.hand_over(int(line.partition(" ")[2]))
                wait_until(lambda: points.where or self.settled(), what="every mail is settled")
                kill(points.pid)
                line = self.programs.line()
            assert line == "ended 9"
        self.passed = points.passed
        return points.where

    def hand_over(self, port: int) -> None:
        """Hands over what nobody has taken yet."""
        for mail in list(self.waiting):
            with contextlib.suppress(OSError, smtplib.SMTPException, http.client.HTTPException):
                if self.takes(port, *mail):
                    self.waiting.remove(mail)

    def takes(self, port: int, mail: bytes, recipient: str) -> bool:
        """Whether the process has taken the mail."""
        with smtplib.SMTP("127.0.0.1", port, timeout=NET) as client:
            client.sendmail(ZED, [recipient], mail)
        return True

    def settled(self) -> bool:
        query = "SELECT count(*) FILTER (WHERE state = 'received') FROM inbound_mail"
        with psycopg.connect(self.town.url) as connection:
            return not self.waiting and connection.execute(query).fetchone() == (0,)

    def check(self, where: str) -> None:
        """Both mails are applied once, and told once."""
        with psycopg.connect(self.town.url) as connection:
            query = """SELECT topic, count(*) FROM event WHERE tenant_id = %s AND actor LIKE 'mail:%%' GROUP BY topic"""
            facts: dict[str, int] = dict(connection.execute(query, [self.ann.tenant]).fetchall())
            verdicts = connection.execute("SELECT DISTINCT state, verdict FROM inbound_mail").fetchall()
        said = {"invitation-received/1": 1, "rsvp-given/1": 1}
        assert {name: facts.get(name) for name in said} == said, (where, facts)
        # A second attempt, after the first one was killed between its facts and its verdict, finds nothing left to do.
        ends = {("applied", "REQUEST new"), ("applied", "REPLY T3"), ("ignored", "duplicate")}
        assert set(verdicts) <= ends, (where, verdicts)
        streams = {str(self.ann.row(self.uid(name)).stream_id): name for name in ("in", "own")}
        told = [
            (streams[each["stream_id"]], each["kind"]) for each in self.town.owed() if each.get("stream_id") in streams
        ]
        told = [each for each in told if each[1] != "calendar_change"]
        assert sorted(told) == [("in", "invite_notification"), ("own", "rsvp_notification")], (where, told)


class Posted(Receiving):
    """A mail service posts the mails, again and again until one is taken (200)."""

    def __init__(self, town: Town, programs: Programs) -> None:
        super().__init__(town, programs, door="hooks", mailgun=SIGNING)

    def takes(self, port: int, mail: bytes, recipient: str) -> bool:
        body = mailgun_form(mail, recipient, stamp=str(int(self.town.now.timestamp())))
        request = urllib.request.Request(f"http://127.0.0.1:{port}/hooks/mail/mailgun/mime", body)
        with urllib.request.urlopen(request, timeout=NET) as answer:
            return int(answer.status) == 200


class Fetched(Receiving):
    """The mails are in a mailbox from the start; the process fetches them by IMAP."""

    def __init__(self, town: Town, programs: Programs, mailbox: ImapServer) -> None:
        super().__init__(town, programs, door="imap", imap=mailbox.port, login=[USER, PASSWORD])
        self.mailbox = mailbox

    def prepare(self) -> None:
        super().prepare()
        self.mailbox.put(*(f"Delivered-To: {to}\r\n".encode() + mail for mail, to in self.waiting))
        self.waiting.clear()

    def settled(self) -> bool:
        with psycopg.connect(self.town.url) as connection:
            found = connection.execute("SELECT count(*), count(*) FILTER (WHERE state = 'received') FROM inbound_mail")
            return found.fetchone() == (2 * self.number, 0)


def kill_while_sending(sending: Sending, count: int) -> None:
    sending.prepare()
    assert sending.send() == ""
    total = sending.passed
    sending.finish()
    wanted = sending.mails()
    assert len(wanted) == 5
    killed = 0
    for at in chosen(total, count):
        sending.prepare()
        where = sending.send(at)
        killed += bool(where)
        sending.finish()
        mails = sending.mails()
        assert mails.keys() == wanted.keys(), where
        assert all(len(each) == 1 for each in mails.values()), (where, mails)
    # A run may pass a point less than the first one, so the last ones are perhaps never reached.
    assert killed >= count // 2


def kill_while_receiving(receiving: Receiving, count: int) -> None:
    receiving.prepare()
    assert receiving.receive() == ""
    receiving.check("")
    killed = 0
    for at in chosen(receiving.passed, count):
        receiving.prepare()
        where = receiving.receive(at)
        killed += bool(where)
        receiving.town.now += LEASE + timedelta(minutes=1)
        assert receiving.receive() == ""
        receiving.check(where)
    assert killed >= count // 2


def test_killed_at_some_points_of_sending(town: Town, other: OtherServer, programs: Programs) -> None:
    kill_while_sending(Sending(town, other, programs), FEW)


def test_killed_at_some_points_of_receiving(town: Town, programs: Programs) -> None:
    kill_while_receiving(Receiving(town, programs), FEW)


@pytest.mark.long
def test_killed_at_many_points_of_sending(town: Town, other: OtherServer, programs: Programs) -> None:
    kill_while_sending(Sending(town, other, programs), MANY)


@pytest.mark.long
def test_killed_at_many_points_of_receiving(town: Town, programs: Programs) -> None:
    kill_while_receiving(Receiving(town, programs), MANY)


def test_killed_at_some_points_of_a_posted_mail(town: Town, programs: Programs) -> None:
    kill_while_receiving(Posted(town, programs), FEW)


@pytest.mark.long
def test_killed_at_many_points_of_a_posted_mail(town: Town, programs: Programs) -> None:
    kill_while_receiving(Posted(town, programs), MANY)


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    with open_imap_server() as server:
        yield server


def test_killed_at_some_points_of_fetching(town: Town, programs: Programs, mailbox: ImapServer) -> None:
    kill_while_receiving(Fetched(town, programs, mailbox), FEW)


@pytest.mark.long
def test_killed_at_many_points_of_fetching(town: Town, programs: Programs, mailbox: ImapServer) -> None:
    kill_while_receiving(Fetched(town, programs, mailbox), MANY)

"""Three workers and the bot are killed at random: every card, notice and mail is queued once, and none is lost.

The stand-in gets a message twice only where the kill came between the call and its record. The test counts these.
"""

from __future__ import annotations

import base64
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from e2e.people import CalendarApp, People
from support.running import free_ports
from support.town import meeting
from support.waiting import wait_until
from televent.adapters.sandbox.config import new_token

ANN, BOB = 1001, 1002
SECONDS = 120.0
"""Seconds during which workers are killed."""
AFTERWARDS = 420.0
"""Seconds until all is done: the messages that a killed worker holds become free after two minutes."""


class Services:
    """Each service in its own process, on one database."""

    def __init__(self, database_url: str, folder: Path) -> None:
        api, sandbox, mail, smtp = free_ports(4)
        self.api, self.sandbox = f"http://127.0.0.1:{api}", f"http://127.0.0.1:{sandbox}"
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "TELEVENT_DATA_DIR": str(folder / "data"),
            "API_HOST": "127.0.0.1",
            "API_PORT": str(api),
            "SANDBOX_PORT": str(sandbox),
            "SANDBOX_SMTP_PORT": str(smtp),
            "MAIL_LISTEN_PORT": str(mail),
            "TELEGRAM_BOT_TOKEN": new_token(),
            "TELEGRAM_API_BASE": self.sandbox,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp),
            "SMTP_TLS": "none",
            "TELEVENT_RATE_LIMITS": "off",
            "LOG_FORMAT": "json",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: Counter[str] = Counter()

    def start(self, name: str) -> None:
        """Starts a service and waits until it is ready; "worker 2" is a second worker."""
        self.started[name] += 1
        log = self.folder / f"{name}-{self.started[name]}.log"
        with log.open("wb") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "televent", name.partition(" ")[0]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        process = self.running[name]
        wait_until(lambda: b"ready" in log.read_bytes() or process.poll() is not None, 90, what=f"{name} is ready")
        assert process.poll() is None, log.read_text(errors="replace")

    def kill(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait(30)

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait(30)


@contextmanager
def services(database_url: str, folder: Path) -> Iterator[Services]:
    services = Services(database_url, folder)
    try:
        for name in ("sandbox", "api", "bot", "worker 1", "worker 2", "worker 3"):
            services.start(name)
        yield services
    finally:
        services.end()


class Killer(threading.Thread):
    """Kills one of the workers, or the bot, every second or two, and starts it again."""

    def __init__(self, services: Services, seed: int) -> None:
        super().__init__()
        self.services = services
        self.chance = random.Random(seed)
        self.finished = threading.Event()
        self.kills: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.finished.wait(self.chance.uniform(0.5, 2.0)):
                name = self.chance.choice(["worker 1", "worker 2", "worker 3", "bot"])
                self.services.kill(name)
                self.kills[name.partition(" ")[0]] += 1
                self.services.start(name)
        except BaseException as error:
            self.failure = error


class Organizer:
    """Ann's calendar app creates meetings with Bob and a guest outside."""

    def __init__(self, services: Services, password: str, folder: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(services.api).netloc, timeout=60)
        credentials = base64.b64encode(f"{ANN}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "text/calendar"}
        self.folder = folder
        self.meetings = 0

    def invite(self) -> None:
        number = self.meetings
        text = meeting(
            f"SUMMARY:Meeting {number}.",
            people=(f"tg_{ANN}@televent.internal", f"tg_{BOB}@televent.internal", "gail@example.com"),
            organizer=f"tg_{ANN}@televent.internal",
            uid=f"killed-{number}@example.com",
        )
        self.connection.request("PUT", f"{self.folder}k{number}.ics", text, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 201
        self.meetings += 1


def accept(app: CalendarApp, token: str) -> tuple[int, str]:
    """Bob's app accepts all new meetings. Returns their number and the next sync token."""
    entries, token = app.sync(token)
    accepted = 0
    for path, entry in entries.items():
        text = entry.text("{urn:ietf:params:xml:ns:caldav}calendar-data") if entry.props else ""
        lines = text.replace("\r\n ", "").split("\r\n")
        unanswered = [line for line in lines if f"tg_{BOB}@" in line and "PARTSTAT=NEEDS-ACTION" in line]
        if not unanswered:
            continue
        (mine,) = unanswered
        answered = mine.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
        body = "\r\n".join(lines).replace(mine, answered)
        answer = app.client.request(str(app.calendar.url.join(path)), "PUT", body, {"Content-Type": "text/calendar"})
        assert answer.status in (201, 204)
        accepted += 1
    return accepted, token


def owed(database_url: str) -> tuple[Counter[str], Counter[str]]:
    """The messages of the outbox by kind, and by state."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT split_part(kind, '/', 1), state FROM outbox").fetchall()
    return Counter(row[0] for row in rows), Counter(row[1] for row in rows)


def said(people: People, person: int, words: str) -> Counter[str]:
    """The number of messages of the bot to that person, for each text with these words."""
    messages = people.http("GET", f"/sandbox/people/{person}/messages?after=0")["messages"]
    texts = [each["text"] or "" for each in messages if each["from"] == "bot"]
    return Counter(next(line for line in text.splitlines() if "Meeting " in line) for text in texts if words in text)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.xdist_group("e2e")
def test_every_card_notice_and_mail_comes_though_workers_are_killed(database_url: str, tmp_path: Path) -> None:
    with services(database_url, tmp_path) as running:
        people = People(running.sandbox)
        passwords = {}
        for person in (ANN, BOB):
            people.say(person, "/start")
            people.tap(person, people.heard(person, "please provide your email"), "Skip")
            passwords[person] = people.device_password(person)
        with CalendarApp(running.api, ANN, passwords[ANN]) as app:
            organizer = Organizer(running, passwords[ANN], urlsplit(str(app.calendar.url)).path)
        killer = Killer(running, seed=7)
        killer.start()
        accepted, token, pause = 0, "", threading.Event()
        with CalendarApp(running.api, BOB, passwords[BOB]) as bob:
            clock = threading.Timer(SECONDS, pause.set)
            clock.start()
            try:
                # A chat takes one message in a second.
                while not pause.wait(1.2):
                    organizer.invite()
                    more, token = accept(bob, token)
                    accepted += more
                # The last copies were delivered before the PUT was answered.
                more, token = accept(bob, token)
                accepted += more
            finally:
                clock.cancel()
                killer.finished.set()
                killer.join()
        assert killer.failure is None
        assert min(killer.kills["worker"], killer.kills["bot"]) > 0, "both were killed"

        wait_until(lambda: set(owed(database_url)[1]) == {"completed"}, AFTERWARDS, what="all is carried out")
        kinds, _ = owed(database_url)
        assert organizer.meetings == accepted > 0
        # Each message is in the outbox once, whichever process was killed.
        assert kinds["invite_notification"] == organizer.meetings
        assert kinds["rsvp_notification"] == accepted
        assert kinds["calendar_invite"] == organizer.meetings
        cards, answers = said(people, BOB, "Meeting "), said(people, ANN, "Meeting ")
        mails = Counter(each["subject"] for each in people.http("GET", "/sandbox/mails?to=gail@example.com"))
        for heard, count in ((cards, organizer.meetings), (answers, accepted), (mails, organizer.meetings)):
            assert len(heard) == count
        twice = {"chat": (cards + answers).total() - len(cards) - len(answers), "mail": mails.total() - len(mails)}
        print(f"kills {dict(killer.kills)}, meetings {organizer.meetings}, twice at the stand-in {twice}")
        assert twice["chat"] <= killer.kills["bot"]
        assert twice["mail"] <= killer.kills["worker"]

"""People who write while everything fails: over CalDAV, in the chat, and by mail. Each keeps what was acknowledged."""

from __future__ import annotations

import http.client
import random
import smtplib
import threading
import time
import urllib.error
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

from e2e.people import People
from support.dav import Answer, Client, event
from support.post import itip_mail
from support.town import meeting

PAUSE = 0.05
"""Seconds between two changes of one writer, so that all of them get their share of the machine."""
PATIENCE = 120.0
"""Seconds for which a writer repeats one change after the end of a run."""
MEETINGS = 0.03
"""Share of the new events that are meetings. A chat takes one card a second, and all cards must come."""
REPLY = 15.0
"""Seconds that a person waits for the bot before they ask again: a killed bot may have kept its reply to itself."""
ALLOWED = (503, 507)
"""Statuses of a server that cannot answer now."""


@dataclass
class Record:
    """All that the writers and followers met. ``slowest``: seconds of the slowest answer to an outage."""

    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, what: str, status: int, seconds: float) -> None:
        """Notes one answer; a 5xx that is not allowed is wrong."""
        with self.guard:
            self.statuses[str(status)] += 1
            if status in ALLOWED:
                self.slowest = max(self.slowest, seconds)
            elif status >= 500:
                self.wrong.append(f"{what}: {status}")

    def broke(self, who: object, error: Exception) -> None:
        """Notes that a part of the search itself ended. Without it a run that writes nothing would look like a good
        one."""
        with self.guard:
            self.wrong.append(f"{type(who).__name__} ended: {type(error).__name__}: {error}"[:300])


class Watched(ABC, threading.Thread):
    """A thread whose end by an error is wrong."""

    def __init__(self, record: Record) -> None:
        super().__init__(daemon=True)
        self.record = record

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.record.broke(self, error)

    @abstractmethod
    def work(self) -> None:
        """The work of the thread, until it is told to finish."""


class Writer(Watched):
    """Writes until ``finish``; then it ends the change under way."""

    door = ""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.acknowledged = 0
        self.uncertain: set[str] = set()
        self._finish = threading.Event()
        self._until = 0.0

    def finish(self) -> None:
        """Ends the writing."""
        self._until = time.monotonic() + PATIENCE
        self._finish.set()

    def work(self) -> None:
        while not self._finish.wait(PAUSE):
            self.write()

    @abstractmethod
    def write(self) -> None:
        """Makes one change, and repeats it until it is acknowledged."""

    @property
    def patient(self) -> bool:
        """False once a change may be given up."""
        return not self._finish.is_set() or time.monotonic() < self._until


def ask(
    client: Client, record: Record, method: str, path: str, body: bytes | str | None = None, **more: str
) -> Answer | None:
    """One request, with ``more`` headers; None without an answer, because the server was killed."""
    begun = time.monotonic()
    headers = {"Content_Type": "text/calendar"} if method == "PUT" else {"Depth": "0"} if method == "REPORT" else {}
    try:
        answer = client.ask(method, path, body, **headers, **more)
    except (OSError, http.client.HTTPException):
        client.connection.close()
        record.answered(method, 0, 0)
        return None
    record.answered(f"{method} {path}", answer.status, time.monotonic() - begun)
    return answer


class CalendarWriter(Writer):
    """Creates, changes and deletes events, and invites the guest to some."""

    door = "CalDAV"

    def __init__(self, record: Record, client: Client, guest: str, seed: int) -> None:
        super().__init__(record)
        self.client = client
        self.events: dict[str, bytes | None] = {}
        """The acknowledged text of each path; None: deleted."""
        self.meetings: set[str] = set()
        """The UIDs of acknowledged invitations."""
        self._guest = guest
        self._chance = random.Random(seed)

    def write(self) -> None:
        uid = f"{uuid4()}@example.com"
        path = f"{self.client.calendar()}{uid.partition('@')[0]}.ics"
        if self._chance.random() < MEETINGS:
            mine = f"tg_{self.client.user}@televent.internal"
            if self._change("PUT", path, meeting(uid=uid, organizer=mine, people=(mine, self._guest))):
                self.meetings.add(uid)
            return
        self._store(path, event(uid))
        if self._chance.random() < 0.5:
            self._store(path, event(uid, "SUMMARY:Changed"))
        if self._chance.random() < 0.2 and self._change("DELETE", path, None):
            self.events[path] = None

    def _store(self, path: str, text: bytes) -> None:
        if self._change("PUT", path, text):
            self.events[path] = text

    def _change(self, method: str, path: str, text: bytes | None) -> bool:
        repeated = False
        while self.patient:
            answer = ask(self.client, self.record, method, path, text)
            if answer is not None and (answer.status in (201, 204) or (repeated and answer.status == 404)):
                self.acknowledged += 1
                return True
            if answer is not None and answer.status not in ALLOWED:
                with self.record.guard:
                    self.record.wrong.append(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
            repeated = True
            time.sleep(0.3)
        self.uncertain.add(path)
        return False


class ChatWriter(Writer):
    """Creates events in the chat: a line, and a tap on the button."""

    door = "bot"

    def __init__(self, record: Record, people: People, person: int) -> None:
        super().__init__(record)
        self.titles: set[str] = set()
        """The titles of the events that the bot has said are created."""
        self.asked = 0
        self._people = people
        self._person = person

    def write(self) -> None:
        self.asked += 1
        # A number in a title might be meant as a time, so the bot would ask about it.
        title = "Chat " + "".join(chr(ord("a") + int(digit)) for digit in str(self.asked))
        try:
            self._people.say(self._person, f"/create {title}, tomorrow 3pm, 1 hour")
            shown = self._heard("Shall I create this?", title)
            if shown is None:
                return
            tap = {"message_id": shown["message_id"], "button": "✅ Create"}
            self._people.http("POST", f"/sandbox/people/{self._person}/taps", tap)
            if self._heard("Created", title) is not None:
                self.titles.add(title)
                self.acknowledged += 1
        except (OSError, urllib.error.URLError) as error:
            with self.record.guard:
                self.record.wrong.append(f"the stand-in of Telegram: {error}")
        time.sleep(1.0)

    def _heard(self, words: str, title: str) -> dict[str, object] | None:
        until = time.monotonic() + REPLY
        while time.monotonic() < until and self.patient:
            messages = self._people.http("GET", f"/sandbox/people/{self._person}/messages?after=0")["messages"]
            for message in messages:
                text = message["text"] or ""
                if message["from"] == "bot" and words in text and title in text:
                    return dict(message)
            time.sleep(0.3)
        return None


class MailWriter(Writer):
    """Invites a person here from outside, by mail."""

    door = "mail"

    def __init__(self, record: Record, port: int, recipient: str) -> None:
        super().__init__(record)
        self.invited: set[str] = set()
        """The UIDs of the invitations that the listener has taken."""
        self.deferred = 0
        self._port = port
        self._recipient = recipient

    def write(self) -> None:
        uid = f"{uuid4()}@example.net"
        text = meeting(uid=uid, organizer="zed@example.net", people=("zed@example.net", self._recipient))
        mail = itip_mail(text, method="REQUEST", proven=True, message_id=uid)
        while self.patient:
            try:
                with smtplib.SMTP("127.0.0.1", self._port, timeout=60) as client:
                    client.sendmail("zed@example.net", [self._recipient], mail)
            except smtplib.SMTPResponseException as refused:
                self._refused(refused.smtp_code, refused.smtp_error)
            except smtplib.SMTPRecipientsRefused as refused:
                for code, why in refused.recipients.values():
                    self._refused(code, why)
            except (OSError, smtplib.SMTPException):
                self.deferred += 1
            else:
                self.acknowledged += 1
                self.invited.add(uid)
                time.sleep(0.5)
                return
            time.sleep(0.5)

    def _refused(self, code: int, why: object) -> None:
        self.deferred += 1
        if not 400 <= code < 500:
            with self.record.guard:
                self.record.wrong.append(f"mail: {code} {why!r}")

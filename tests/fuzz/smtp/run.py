"""A run against the mail door: threads that send sessions, a probe, and the worker's memory and processor time."""

from __future__ import annotations

import base64
import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, LiteralString

import psycopg

from fuzz.run import MB, Settings
from fuzz.smtp import slow
from fuzz.smtp.corpus import CORPUS
from fuzz.smtp.costs import costs
from fuzz.smtp.judge import accepted, complaint
from fuzz.smtp.mails import mail
from fuzz.smtp.sessions import Session, session
from fuzz.smtp.talk import Talk, talk
from interop.server import Person
from support.running import Televent
from support.waiting import wait_until
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.postgres.embedded import EmbeddedPostgres

UIDS = ["single@example.com", "series@example.com"]
"""Events of the first person, to which others are invited."""
INVITED = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:fuzz\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20261121T000000Z\r
DTSTART:20261125T100000Z\r
{rule}ORGANIZER:mailto:{organizer}\r
ATTENDEE:mailto:{organizer}\r
ATTENDEE:mailto:zed@example.net\r
ATTENDEE:mailto:yan@example.net\r
END:VEVENT\r
END:VCALENDAR\r
"""
PROBE = Session([(b"EHLO example.net\r\n", 1, True), (b"NOOP\r\n", 1, True), (b"QUIT\r\n", 1, True)], [(b"", [])])
KEYS = "SELECT mail_key FROM inbound_mail"
TOKENS = "SELECT token FROM reply_token"
SETTLED = 180.0
"""Seconds after the last mail in which every accepted one must have a result."""
TICKS = os.sysconf("SC_CLK_TCK")


class MailRun:
    """Everything of one run. ``wrong`` is what was found, one line each."""

    def __init__(self, televent: Televent, people: list[Person], settings: Settings) -> None:
        self.televent, self.settings = televent, settings
        self.host, self.port = "127.0.0.1", int(televent.environment["MAIL_LISTEN_PORT"])
        self.recipients = [each for person in people for each in (person.address, f"{person.telegram_id}@televent.app")]
        self.wrong: list[str] = []
        self.codes: Counter[str] = Counter()
        self.accepted: set[str] = set()
        self.memory: list[int] = []
        self.probes: list[float] = []
        self.slow = slow.Slow()
        self.table: list[str] = []
        # The server that forks the services names them all among its arguments.
        self.worker = next(pid for pid in televent.descendants() if _command(pid).split(b"\0")[3:4] == [b"worker"])
        database = EmbeddedPostgres()
        self._url = database.start(televent.data_dir.absolute())
        database.stop()  # It runs on: Televent has it open.
        self._lock = threading.Lock()
        self._organize(people[0])

    def go(self, dice: Random, until: float, clients: int, slow_clients: int) -> None:
        """Sends the corpus, then sessions until that moment of the monotonic clock."""
        self._measure()
        self.memory.append(self._status("VmRSS"))
        with slow.clients(self.host, self.port, slow_clients, self.recipients[0]) as self.slow:
            threads = [
                threading.Thread(target=self._sender, args=(Random(dice.random()), number, until))
                for number in range(clients)
            ]
            threads.append(threading.Thread(target=self._probe, args=(until,)))
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                threads[0].join(1)
                self.memory.append(self._status("VmRSS"))

    def _organize(self, person: Person) -> None:
        """Makes the events; mail to their reply addresses is accepted from then on."""
        login = base64.b64encode(f"{person.telegram_id}:{person.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "text/calendar"}
        connection = http.client.HTTPConnection(self.televent.api.removeprefix("http://"), timeout=60)
        for uid, rule in zip(UIDS, ("", "RRULE:FREQ=DAILY;COUNT=9\r\n"), strict=True):
            text = INVITED.format(uid=uid, rule=rule, organizer=person.address)
            connection.request("PUT", f"{person.home}default/{uid}.ics", text, headers)
            answer = connection.getresponse()
            assert answer.status == 201, answer.read()
            answer.read()
        wait_until(lambda: len(self._rows(TOKENS)) == 2 * len(UIDS), what="the invitations are sent")
        self.recipients += [f"rsvp+{token}@televent.app" for (token,) in self._rows(TOKENS)]

    def _measure(self) -> None:
        """Measures the cost of each mail of the corpus: of reading it, and in the whole worker."""
        for cost in costs():
            self.table.append(f"{cost}")
            if cost.excessive:
                self.wrong.append(f"too dear: {cost}")
        dearest = 0.0, ""
        most = 0.0, ""
        for name, make in CORPUS.items():
            raw = make()
            before, begun = self._status("VmRSS"), self._spent()
            Path(f"/proc/{self.worker}/clear_refs").write_text("5")
            one = Session()
            for line in ("EHLO x", "MAIL FROM:<zed@example.net>", f"RCPT TO:<{self.recipients[0]}>", "DATA"):
                one.say(f"{line}\r\n".encode())
            one.say(raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
            one.mails.append((raw, self.recipients[:1]))
            self._judge(one)
            self._settle(30.0)
            grown = (self._status("VmHWM") - before - len(raw)) / MB
            dearest, most = max(dearest, (self._spent() - begun, name)), max(most, (grown, name))
        self.table.append(f"in the worker, all of receiving and applying it: at most {dearest[0] * 1000:.0f} ms of")
        self.table.append(f"processor time ({dearest[1]}), {most[0]:.0f} MB above the mail's size ({most[1]})")

    def _sender(self, dice: Random, number: int, until: float) -> None:
        sent = 0
        while time.monotonic() < until and len(self.wrong) < 50:
            mails = []
            for _ in range(dice.choice((1, 1, 1, 4))):
                sent += 1
                mails.append(mail(dice, f"{number}-{sent}", UIDS))
            self._judge(session(dice, mails, self.recipients))

    def _judge(self, one: Session) -> None:
        done = talk(self.host, self.port, one, self.settings.bound * 6)
        said = complaint(one, done, self.settings.bound)
        if said.startswith("it took"):
            # A busy machine is slow too: only a session that is slow twice counts.
            done = talk(self.host, self.port, one, self.settings.bound * 6)
            said = complaint(one, done, self.settings.bound)
        with self._lock:
            self.codes.update(reply[:9].decode("ascii", "replace") for reply in done.replies if reply[3:4] == b" ")
            keys = {mail_key(raw + b"\r\n", to) for raw, to in accepted(one, done)}
            self.accepted |= keys
            if keys - {row[0] for row in self._rows(KEYS)}:
                said = "a mail is accepted and not stored"
            if said:
                self._keep(one, said)

    def _keep(self, one: Session, said: str) -> None:
        self.settings.kept.mkdir(exist_ok=True)
        path = self.settings.kept / f"{len(list(self.settings.kept.glob('*.smtp'))):03}.smtp"
        path.write_bytes(one.raw)
        self.wrong.append(f"{said}: saved as {path}")
        print(self.wrong[-1], flush=True)

    def _probe(self, until: float) -> None:
        """Asks twice a second whether a new client is served."""
        while time.monotonic() < until:
            done = talk(self.host, self.port, PROBE, self.settings.bound)
            if len(done.replies) < 4 or done.slowest > self.settings.bound:
                # A busy machine stands still too: only a client that is not served twice counts.
                done = talk(self.host, self.port, PROBE, self.settings.bound)
            self.probes.append(done.slowest)
            if len(done.replies) < 4 or done.slowest > self.settings.bound:
                self.wrong.append(f"a new client was not served within {done.slowest:.1f} s: {done.replies}")
            time.sleep(0.5)

    def aftermath(self) -> None:
        """Checks that every accepted mail has a result, that nothing was logged as an error, and the memory."""
        self._settle(SETTLED)
        states = dict(self._stored())
        for what, keys in (
            ("without a result", {key for key, state in states.items() if state == "received"}),
            ("set aside as failed", {key for key, state in states.items() if state == "failed"}),
        ):
            self.wrong += [f"a mail is {what}: {key}" for key in sorted(keys)[:5]]
        self.codes.update(states.values())
        grown = (max(self.memory) - self.memory[0]) / MB
        if grown > self.settings.growth:
            self.wrong.append(f"the worker grew by {grown:.0f} MB")
        for line in self.televent.output().splitlines():
            if '"level": "error"' in line or '"level":"error"' in line or line.startswith("Traceback"):
                self.wrong.append(f"logged: {line[:120]} … {line[-600:]}")

    def report(self) -> list[str]:
        """The numbers and the findings of the run."""
        counts = ", ".join(f"{code.strip()}: {count}" for code, count in sorted(self.codes.items()))
        return [
            *self.table,
            f"{len(self.accepted)} mails of valid sessions accepted; replies and results {counts}",
            f"{self.slow.came} slow clients; {self.slow.crowded} in crowds, {self.slow.refused} of them refused",
            f"{len(self.probes)} probes, slowest {max(self.probes, default=0):.2f} s; worker memory "
            f"{self.memory[0] / MB:.0f} MB at the start, {max(self.memory) / MB:.0f} MB at most, "
            f"{self.memory[-1] / MB:.0f} MB at the end",
            *self.wrong,
            f"{len(self.wrong)} found" if self.wrong else "nothing wrong",
        ]

    def replay(self, path: Path) -> bool:
        """Sends a saved session in one piece and prints the replies. Returns whether they are bad."""
        one = Session([(path.read_bytes(), 1, True)])
        done: Talk = talk(self.host, self.port, one, self.settings.bound)
        said = complaint(one, done, self.settings.bound)
        print(f"{path}: {said or 'fine'}\n{b''.join(done.replies).decode('utf-8', 'replace')}")
        return bool(said)

    def _settle(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and "received" in [state for _, state in self._stored()]:
            time.sleep(0.05)

    def _stored(self) -> Iterator[tuple[str, str]]:
        return ((row[0], row[1]) for row in self._rows("SELECT mail_key, state FROM inbound_mail"))

    def _rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(query).fetchall()

    def _status(self, name: str) -> int:
        """Bytes, from the worker's status."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        return next(int(line.split()[1]) * 1000 for line in status.splitlines() if line.startswith(f"{name}:"))

    def _spent(self) -> float:
        """Seconds of processor time of the worker."""
        times = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / TICKS


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""

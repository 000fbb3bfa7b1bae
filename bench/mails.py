"""The part with mail: 10,000 invitations by SMTP, and as many posted by a mail service."""

from __future__ import annotations

import asyncio
import http.client
import json
import smtplib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from bench import processes, store, table
from bench.load import LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import HOST, Server, start_televent
from televent.application.use_cases.mail.believed import believe_sender
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

MAILS, QUICK_MAILS = 10_000, 200
PEOPLE = 100
SENDERS = 4
"""Number of connections that send at the same time."""
SECRET = "the-end-of-the-url-of-sendgrid"
LOOK = 0.25
"""Seconds between two looks at the database."""
PATIENCE = 900.0
"""Max seconds until every mail has a result."""
FIRST_PERSON = 7_000_000
"""The Telegram id below that of the first person."""
SENDER = "zed@example.net"
STATES = """
    SELECT count(*), count(*) FILTER (WHERE state = 'received'), count(*) FILTER (WHERE state = 'failed')
    FROM inbound_mail"""
EVENTS = "SELECT count(*) FROM resource WHERE uid LIKE %s"

Send = Callable[[range], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """One door: seconds until all were answered for, and until all had a result; mails without a result or with the
    result "failed"; events in calendars; bytes of memory before, and at most, of the process that stores."""

    door: str
    stored: float
    settled: float
    lost: int
    events: int
    idle: int
    peak: int


async def measure_mails(task: Task) -> Outcome:
    """Sends mails by two doors of a running Televent, and counts what became of them."""
    count = QUICK_MAILS if task.options.quick else MAILS
    place = task.place / "televent"
    place.mkdir()
    server = start_televent(place, MAIL_SENDGRID_SECRET=SECRET)
    task.running.callback(server.stop)
    mail_port = int(server.facts["environment"]["MAIL_LISTEN_PORT"])
    readings = []
    with store.open_store(server) as core:
        for number in range(PEOPLE):
            _person(core, number)
        doors: list[tuple[str, str, Send]] = [
            ("SMTP", "worker", lambda some: by_smtp(mail_port, some)),
            ("posted", "api", lambda some: by_hook(server.port, some)),
        ]
        for door, service, send in doors:
            await settle(server.process.pid)
            task.say(f"{count:,} mails, {door} …")
            first = 0 if door == "SMTP" else count
            readings.append(await _through(core, server, door, service, send, range(first, first + count)))
    text = report(readings, count, machine(store.postgres_version(server), task.load))
    return Outcome(text, any(each.lost for each in readings))


async def _through(core: Core, server: Server, door: str, service: str, send: Send, numbers: range) -> Reading:
    process = processes.service(server.process.pid, service)
    before, idle = _row(core, STATES), processes.resident(process)
    processes.forget_peak(process)
    began = time.monotonic()
    shares = [numbers[share::SENDERS] for share in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as senders:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(senders, send, share) for share in shares))
    stored = time.monotonic() - began
    while (states := await asyncio.to_thread(_row, core, STATES))[1] > 0:
        if time.monotonic() - began > PATIENCE:
            raise LoadError(f"{states[1]:,} mails have no result")
        await asyncio.sleep(LOOK)
    settled = time.monotonic() - began
    lost = len(numbers) - (states[0] - before[0]) + (states[2] - before[2])
    events = _row(core, EVENTS, f"{'posted' if numbers.start else 'smtp'}-%")[0]
    return Reading(door, stored, settled, max(lost, len(numbers) - events), events, idle, processes.peak(process))


def by_smtp(port: int, numbers: range) -> None:
    """Sends mails in one connection. Raises smtplib's errors."""
    with smtplib.SMTP(HOST, port, timeout=PATIENCE) as client:
        for number in numbers:
            client.sendmail(SENDER, [address(number)], mail(number, "smtp"))


def by_hook(port: int, numbers: range) -> None:
    """Posts mails in one connection, as SendGrid does. Raises LoadError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    for number in numbers:
        envelope = json.dumps({"to": [address(number)], "from": SENDER}).encode()
        fields = {"envelope": envelope, "email": mail(number, "posted")}
        parts = [
            f'--b0undary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
            for name, value in fields.items()
        ]
        body = b"".join(parts) + b"--b0undary--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=b0undary"}
        connection.request("POST", f"/hooks/mail/sendgrid/{SECRET}", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise LoadError(f"a posted mail got {answer.status}")
    connection.close()


def address(number: int) -> str:
    """The recipient of a mail."""
    return f"person{number % PEOPLE}@example.com"


def mail(number: int, door: str) -> bytes:
    """An invitation."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Bench//EN", "METHOD:REQUEST", "BEGIN:VEVENT"]
    lines += [f"UID:{door}-{number}@example.net", "SEQUENCE:0", "DTSTAMP:20261121T130000Z"]
    lines += ["DTSTART:20271201T100000Z", "DTEND:20271201T110000Z", f"SUMMARY:Meeting {number}"]
    lines += [f"ORGANIZER:mailto:{SENDER}", f"ATTENDEE;RSVP=TRUE:mailto:{address(number)}"]
    calendar = "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR"])
    head = f"From: {SENDER}\r\nTo: {address(number)}\r\nSubject: Meeting {number}\r\n"
    head += f"Message-ID: <{door}-{number}@example.net>\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n{calendar}\r\n".encode()


def report(readings: list[Reading], count: int, note: str) -> str:
    """The table, and the verdict."""
    lines = [
        f"| {count:,} invitations | stored, mails/s | applied, mails/s | lost | events | memory of the process |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for each in readings:
        rates = f"{count / each.stored:.0f} | {count / each.settled:.0f}"
        memory = f"{each.idle / processes.MEGABYTE:.0f} MB, at most {each.peak / processes.MEGABYTE:.0f} MB"
        lines.append(f"| {each.door} | {rates} | {each.lost} | {each.events:,} | {memory} |")
    lost = sum(each.lost for each in readings)
    verdict = table.Verdict("none lost", f"{lost} lost", lost == 0)
    missed = [] if verdict.met else [str(verdict)]
    return "\n\n".join(["\n".join(lines), f"Mail {verdict}.", note, "Goals missed:", listed(missed)])


def _person(core: Core, number: int) -> None:
    tenant = AccountId(uuid4())
    open_account(core.backend, store.context(tenant), telegram_id=FIRST_PERSON + number, name=f"Person {number}")
    verify_address(core.backend, store.context(tenant), address=address(number), code=None)
    # Else each is asked about the sender once, and no mail is applied.
    believe_sender(core.backend, store.context(tenant), SENDER)


def _row(core: Core, query: str, *values: object) -> tuple[int, ...]:
    with core.pool.connection() as connection:
        row = connection.execute(query.encode(), values or None).fetchone()
    return tuple(row or (0, 0, 0))

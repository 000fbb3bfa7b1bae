"""Delivers every sample by SMTP to running services: bot, worker and mail, with stand-ins for Telegram and for the mail
server of the people.

Each sample goes to four accounts of its own: to a person with a chat and to one without, once out of the blue and once
expected: its sender is proven and taken, and what it is about is in the calendar.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg

from samples.cases import FROM_ATTENDEE, Sample
from samples.times import as_meant, start_of
from support.chat import Chats, open_chats
from support.followers import catch_up
from support.post import EDGE, itip_mail
from support.waiting import NET, wait_until
from televent.application.conditions import NONE
from televent.application.event_store.context import Context
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.services import mail as serve_mail

PUBLIC = "https://cal.example.com"


@dataclass
class Reader:
    """One account. ``telegram``: its chat; None for a person without one."""

    tenant: AccountId
    address: str
    telegram: int | None
    invited_as: str | None = None
    """The address by which the earlier invitation names the person, where that is not ``address``."""
    seen: int = 0
    """The id of the last message or mail that was looked at."""


@dataclass
class Case:
    """A sample on its way to its people. ``expected``: its sender is proven, and the person has what it is about."""

    sample: Sample
    expected: bool
    readers: list[Reader] = field(default_factory=list)
    state: str = ""
    reason: str = ""
    chat: list[Any] = field(default_factory=list)
    mails: list[Any] = field(default_factory=list)
    starts: bool | None = None
    """Whether the copy that a new invitation made starts when the sample does; None where there is no such copy."""


@dataclass
class Running:
    """The services. ``port``: that of the mail listener."""

    chats: Chats
    url: str
    port: int

    def context(self, tenant: AccountId) -> Context:
        return Context(tenant, str(tenant), "caldav", self.chats.now, uuid4(), "test")

    def reader(self, address: str, *, chat: bool, strangers: str) -> Reader:
        """A new person, whom the bot asks nothing of its own accord."""
        backend = self.chats.core.backend
        if chat:
            someone = self.chats.person("Ann", address=address)
            found = Reader(someone.account.tenant, address, someone.id)
        else:
            found = Reader(AccountId(uuid4()), address, None)
            open_account(backend, self.context(found.tenant), telegram_id=None, name="Bob", timezone="UTC")
            verify_address(backend, self.context(found.tenant), address=address, code=None)
        change_preferences(backend, self.context(found.tenant), {"strangers": strangers})
        return found

    def also(self, reader: Reader, address: str) -> None:
        """The person has this address too."""
        verify_address(self.chats.core.backend, self.context(reader.tenant), address=address, code=None)

    def starts(self, case: Case) -> bool:
        """Whether the copy of a new invitation starts when the sample does."""
        reads, tenant, first = self.chats.core.reads, case.readers[0].tenant, case.sample.parts[0]
        row = next(iter(reads.by_uid(tenant, case.sample.uid)), None)
        copy = reads.by_stream(tenant, row.stream_id) if row is not None else None
        if copy is None or copy.ics is None:
            return False
        root = CalendarText(copy.ics).tree
        part = next(each for each in root.components() if each.name == first["type"])
        return as_meant(case.sample.name, first["dtstart"], start_of(part, root))

    def put(self, reader: Reader, text: bytes) -> None:
        """A calendar app of the person stores an event."""
        backend, context = self.chats.core.backend, self.context(reader.tenant)
        put_object(backend, context, calendar="default", href="own.ics", text=CalendarText(text), conditions=NONE)

    def deliver(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        """Hands a mail over as the mail server in front does. Raises smtplib's refusals."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=NET) as client:
            client.sendmail(sender, list(recipients), raw, mail_options=["SMTPUTF8"])

    def settle(self) -> None:
        """Returns once every mail has its verdict, and everything that was to be told is told."""
        core = self.chats.core
        for _ in range(100):
            wait_until(lambda: not self._count("inbound_mail", "received"), what="every mail has its verdict")
            catch_up(core)
            if not self._count("outbox", "pending", "processing"):
                return
            # A message that waits for a quiet moment is due by the clock of the services.
            self.chats.now += timedelta(seconds=20)
            wait_until(self._nothing_due, what="everything that is due is told")
        raise AssertionError(f"there is always more to tell: {self._left()}")

    def _nothing_due(self) -> bool:
        query = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'processing') AND due_at <= %s"
        with psycopg.connect(self.url) as connection:
            found = connection.execute(query, (self.chats.now,)).fetchone()
        return found == (0,)

    def _count(self, table: str, *states: str) -> int:
        with psycopg.connect(self.url) as connection:
            query = f"SELECT count(*) FROM {table} WHERE state = ANY(%s)"  # noqa: S608
            found = connection.execute(query.encode(), (list(states),)).fetchone()
        assert found is not None
        return int(found[0])

    def _left(self) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            query = "SELECT kind, state, attempts, due_at, last_error FROM outbox WHERE state <> 'completed'"
            return connection.execute(query).fetchall()

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """State and reason of each sample, by its first recipient. Earlier mails went to one recipient."""
        with psycopg.connect(self.url) as connection:
            query = "SELECT recipients, state, coalesce(verdict, '') FROM inbound_mail "
            rows = connection.execute(query)
            return {row[0][0]: (row[1], row[2]) for row in rows if len(row[0]) == 2}

    def messages(self, reader: Reader) -> list[Any]:
        """The messages of the bot since the person last looked."""
        control = self.chats.control
        found = self.chats.do(control.get(f"/sandbox/people/{reader.telegram}/messages", after=0))["messages"]
        fresh = [each for each in found if each["message_id"] > reader.seen]
        reader.seen = max([reader.seen, *(each["message_id"] for each in found)])
        written = [each for each in fresh if each["from"] == "bot" and not each["deleted"]]
        return sorted(written, key=lambda each: each["message_id"])

    def mails(self, reader: Reader) -> list[Any]:
        """The mails that came for the person since they last looked."""
        found = self.chats.do(self.chats.control.get("/sandbox/mails", after=reader.seen, to=reader.address))
        reader.seen = max([reader.seen, *(each["id"] for each in found)])
        return [self.chats.do(self.chats.control.get(f"/sandbox/mails/{each['id']}/view")) for each in found]


@contextmanager
def open_running(url: str) -> Iterator[Running]:
    """Bot, worker and mail on this database. The mail server in front states who is proven."""
    with (
        open_chats(url, mail_authserv_id=EDGE, public_url=PUBLIC, rate_limits="off") as chats,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.run_coroutine_threadsafe(
            serve_mail(chats.core, ready.set, stop, {"MAIL_LISTEN_PORT": listening}), chats.loop
        )
        try:
            chats.do(_either(ready, serving))
            yield Running(chats, url, listening.getsockname()[1])
        finally:
            chats.loop.call_soon_threadsafe(stop.set)
            serving.result(NET)


async def _either(ready: asyncio.Event, serving: Any) -> None:
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([waiting, asyncio.wrap_future(serving)], return_when=asyncio.FIRST_COMPLETED)


def run_all(running: Running, chosen: Sequence[Sample]) -> list[Case]:
    """Delivers the samples; each case has what became of it and what was told."""
    named = {address for each in chosen if each.method in FROM_ATTENDEE for address in each.people}
    cases = [Case(sample, expected) for sample in chosen for expected in (False, True)]
    for number, case in enumerate(cases):
        strangers = "always" if case.expected else "ask"
        for kind in ("chat", "mail"):
            address = f"{kind}{number}@example.com"
            case.readers.append(running.reader(address, chat=kind == "chat", strangers=strangers))
        if case.expected and (guest := case.sample.guest) is not None and guest not in named:
            named.add(guest)
            running.also(case.readers[0], guest)
            case.readers[0].invited_as = guest
        if case.expected:
            _prepare(running, case)
    running.settle()
    for case in cases:
        for reader in case.readers:
            (running.mails if reader.telegram is None else running.messages)(reader)
    for case in cases:
        raw = case.sample.proven() if case.expected else case.sample.raw
        running.deliver(raw, case.sample.sender, [each.address for each in case.readers])
    running.settle()
    verdicts = running.verdicts()
    for case in cases:
        case.state, case.reason = verdicts[case.readers[0].address]
        case.starts = running.starts(case) if case.reason == "REQUEST new" else None
        case.chat, case.mails = running.messages(case.readers[0]), running.mails(case.readers[1])
    return cases


def _prepare(running: Running, case: Case) -> None:
    for reader in case.readers:
        text = case.sample.before(reader.invited_as or reader.address)
        if text is None:
            continue
        if case.sample.method in FROM_ATTENDEE:
            running.put(reader, text)
            continue
        calendar = text.decode().replace("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REQUEST\r\n")
        sender = str(case.sample.parts[0].get("organizer"))
        raw = itip_mail(calendar, sender=sender, proven=True, message_id=f"before-{reader.address}")
        running.deliver(raw, sender, [reader.address])

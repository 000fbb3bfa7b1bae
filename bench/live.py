"""The live part: one change reaches 1,000 open streams, beside a bare Litestar handler in the same run."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast
from uuid import uuid4

from bench import events, processes, servers, store, table
from bench.load import LoadError
from bench.part import Outcome, Task, machine
from bench.quiet import settle
from televent.application.accounts.sessions import SessionRow, digest
from televent.application.event_store.context import Context
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.people.sign_in import SignedIn
from televent.domain.ids import AccountId
from televent.domain.sharing.access import READ
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.api import rest_auth
from televent.runtime.compose import Core, now

PEOPLE, QUICK_PEOPLE = 50, 5
TABS = 20
"""Open streams of each person: the most that one account may have."""
CHANGES, QUICK_CHANGES = 50, 10
TIMEOUT = 60.0
"""Max seconds until all streams have a change."""


class Tab(asyncio.Protocol):
    """One open stream. ``came``: the time of its newest change."""

    def __init__(self, head: bytes, told: Callable[[], None]) -> None:
        self._head, self._told = head, told
        self.seen = -1
        self.came = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        cast(asyncio.Transport, transport).write(self._head)

    def data_received(self, data: bytes) -> None:
        # The first event is "ready", and each chunk begins with one.
        changes = data.count(b"event: change") + data.count(b"event: ready")
        if changes:
            self.seen += changes
            self.came = time.perf_counter()
            self._told()


@dataclass(frozen=True, slots=True)
class Reading:
    """Milliseconds from before the change until a stream has it: of the median stream, of the 99th in 100, and of the
    last, each the median of all changes. ``memory``: bytes of the process for each stream."""

    half: float
    most: float
    last: float
    memory: float


async def measure_live(task: Task) -> Outcome:
    """Opens the streams and makes one change after the other."""
    quick = task.options.quick
    people, changes = (QUICK_PEOPLE, QUICK_CHANGES) if quick else (PEOPLE, CHANGES)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    place = task.place / "televent"
    place.mkdir()
    server = servers.start_televent(place)
    task.running.callback(server.stop)
    version = store.postgres_version(server)
    with store.open_store(server) as core:
        accounts = await asyncio.to_thread(_people, core, people)
        tokens = [await session_token(core, account) for account in accounts]
        await settle(server.process.pid)
        numbers = iter(range(changes + 2))

        async def change() -> None:
            await asyncio.to_thread(_change, core, accounts[0], next(numbers))

        heads = [_head("/api/stream", token) for token in tokens for _ in range(TABS)]
        ours = await _measured(server.port, processes.service(server.process.pid, "api"), heads, change, changes)
    server.stop()
    floor = await _floor(task, len(heads), changes)
    return Outcome(report(ours, floor, len(heads), machine(version, task.load)), False)


async def _floor(task: Task, streams: int, changes: int) -> Reading:
    (port,) = servers.free_ports(1)
    log = task.place / "bare.log"
    process = servers.start([sys.executable, str(Path(__file__).with_name("bare_stream.py")), str(port)], log)
    bare = servers.Server("bare", "", port, "", ("", ""), process, log)
    task.running.callback(bare.stop)
    servers.await_port("bare", process, port, log)
    body = json.dumps({"change": "x" * 350}).encode()
    head = b"POST /change HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)

    async def change() -> None:
        reader, writer = await asyncio.open_connection(servers.HOST, port)
        writer.write(head + b"Connection: close\r\n\r\n" + body)
        await reader.read()
        writer.close()

    reading = await _measured(port, process.pid, [_head("/stream", "")] * streams, change, changes)
    bare.stop()
    return reading


async def _measured(
    port: int, process: int, heads: list[bytes], change: Callable[[], Awaitable[None]], changes: int
) -> Reading:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    idle = processes.resident(process)
    tabs: list[Tab] = []
    transports = []
    for head in heads:
        transport, tab = await loop.create_connection(partial(Tab, head, told.set), servers.HOST, port)
        transports.append(transport)
        tabs.append(tab)
    try:
        await _seen(tabs, 0, told)
        await change()
        await _seen(tabs, 1, told)
        memory = (processes.resident(process) - idle) / len(tabs)
        rounds = []
        for number in range(changes):
            began = time.perf_counter()
            await change()
            await _seen(tabs, number + 2, told)
            rounds.append(sorted((tab.came - began) * 1000 for tab in tabs))
    finally:
        for each in transports:
            each.close()
    places = (len(tabs) // 2, len(tabs) * 99 // 100, -1)
    half, most, last = (statistics.median(each[place] for each in rounds) for place in places)
    return Reading(half, most, last, memory)


async def _seen(tabs: list[Tab], number: int, told: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(TIMEOUT):
            while any(tab.seen < number for tab in tabs):
                told.clear()
                await told.wait()
    except TimeoutError:
        raise LoadError(f"{sum(tab.seen < number for tab in tabs)} streams miss change {number}") from None
    if any(tab.seen > number for tab in tabs):
        raise LoadError(f"a stream has change {number} twice")


def _people(core: Core, number: int) -> list[AccountId]:
    """An owner, and people with whom they share their calendar."""
    accounts = [AccountId(uuid4()) for _ in range(number)]
    rows = [
        open_account(core.backend, _context(each), telegram_id=None, name=f"Person {place}")
        for place, each in enumerate(accounts)
    ]
    for sharee in rows[1:]:
        share_calendar(core.backend, _context(accounts[0]), name="default", sharee=sharee, access=READ)
        (offered,) = core.reads.shares_of(sharee.tenant)
        answer_share(core.backend, _context(sharee.tenant), share_id=offered.share_id, accept=True)
    return accounts


async def session_token(core: Core, account: AccountId) -> str:
    """An access token of a new session."""

    async def admitted(_: object) -> float:
        return 0.0

    family, secret = uuid4().bytes * 2, uuid4().bytes * 2
    row = SessionRow(uuid4(), servers.HOST, "bench", now(), now(), now() + timedelta(days=1))
    core.backend.sessions.open(account, row, digest(family), digest(secret))
    begun = SignedIn(account, row.session_id, family + secret)
    return await rest_auth(core, admitted, limited=False).access(begun)


def _change(core: Core, owner: AccountId, number: int) -> None:
    text = CalendarText(events.event(number, prefix="live"))
    put_object(core.backend, _context(owner), calendar="default", href=f"live-{number}.ics", text=text)


def _context(account: AccountId) -> Context:
    return Context(account, str(account), "caldav", now(), uuid4(), "bench")


def _head(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def report(ours: Reading, floor: Reading, streams: int, note: str) -> str:
    """The table."""
    lines = [
        ["", "Televent", "bare handler"],
        ["median stream, ms", f"{ours.half:.0f}", f"{floor.half:.0f}"],
        ["99th of 100 streams, ms", f"{ours.most:.0f}", f"{floor.most:.0f}"],
        ["last stream, ms", f"{ours.last:.0f}", f"{floor.last:.0f}"],
        ["memory for each stream, KB", f"{ours.memory / 1024:.0f}", f"{floor.memory / 1024:.0f}"],
    ]
    text = (
        f"One change of a shared calendar reaches {streams:,} open streams (`GET /api/stream`), {TABS} of each person."
        " The time begins before the change is written; that of the bare Litestar handler before its request."
    )
    return "\n\n".join([text, table.grid(lines), note])

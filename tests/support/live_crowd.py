"""Many subscribers of the live stream that lose their connections at random, and what they should have seen."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from support.dav import event
from support.live_tokens import access_of, begin_session
from support.waiting import NET
from televent.application.event_store.context import Context
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.domain.ids import AccountId
from televent.domain.sharing.access import READ
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.compose import Core, now

POSITIONS = """
    SELECT position FROM event
    WHERE tenant_id = ANY (%s) AND topic ~ '^event-(created|rescheduled|revised)/' AND position > %s
    ORDER BY position"""
EVENTS = frozenset({"event.created", "event.rescheduled", "event.updated"})
DEFAULT = "default"


@dataclass
class Subscriber:
    """One tab. ``seen``: the positions of changed events, in the order in which they came."""

    account: AccountId
    access: str
    cursor: str
    seen: list[int] = field(default_factory=list)
    cuts: int = 0
    lost: int = 0


@dataclass
class Crowd:
    """People who change their calendars, and tabs that follow. ``ports``: the API processes that are there."""

    core: Core
    ports: list[int]
    people: list[AccountId]
    tabs: list[Subscriber]
    start: int
    dice: random.Random
    sharers: list[AccountId] = field(default_factory=list)
    """Whose calendar all others see too."""
    progress: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: count[int] = field(default_factory=count)
    rate: float = 0.0
    """Changes a second that were committed, while the tabs followed: the machine may do less than was asked for."""

    def change(self, person: AccountId) -> None:
        """One change of one of the person's events."""
        number = next(self.numbers)
        uid = f"e{number % 5}"
        text = CalendarText(event(uid, f"SUMMARY:{number}"))
        context = Context(person, str(person), "caldav", now(), uuid4(), "crowd")
        put_object(self.core.backend, context, calendar=DEFAULT, href=f"{uid}.ics", text=text)

    async def write(self, changes: int, per_second: float) -> None:
        """That many changes by people in turn, at that rate where the machine can do it."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(4) as threads:
            began, tasks = loop.time(), []
            for number in range(changes):
                if (ahead := began + number / per_second - loop.time()) > 0:
                    await asyncio.sleep(ahead)
                person = self.people[number % len(self.people)]
                tasks.append(loop.run_in_executor(threads, self.change, person))
            await asyncio.gather(*tasks)

    def expected(self, account: AccountId) -> list[int]:
        """The positions of all changes that an account has to see, as the log has them."""
        owners = [account] if account in self.sharers else [account, *self.sharers]
        with self.core.pool.connection() as connection:
            rows = connection.execute(POSITIONS, (owners, self.start)).fetchall()
        return [row[0] for row in rows]

    async def run(self, changes: int, per_second: float, midway: Callable[[], None]) -> None:
        """Writes and follows; returns when each tab has seen the last change. ``midway`` is called, in a thread, when a
        half is written."""
        following = [asyncio.create_task(self.follow(tab)) for tab in self.tabs]
        for each in following:
            each.add_done_callback(lambda _: self.progress.set())
        began = asyncio.get_running_loop().time()
        try:
            await self.write(changes // 2, per_second)
            ending = asyncio.create_task(asyncio.to_thread(midway))
            await self.write(changes - changes // 2, per_second)
            self.rate = changes / (asyncio.get_running_loop().time() - began)
            await ending
            last = {person: self.expected(person)[-1] for person in self.people}
            async with asyncio.timeout(NET):
                while any(not tab.seen or tab.seen[-1] < last[tab.account] for tab in self.tabs):
                    for task in following:
                        if task.done():
                            task.result()
                    self.progress.clear()
                    await self.progress.wait()
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    async def follow(self, tab: Subscriber) -> None:
        """Follows over as many connections as it takes."""
        while True:
            try:
                await self._once(tab)
            except (OSError, EOFError):
                # The server ended the stream, or has gone. Another one is there.
                tab.lost += 1
                await asyncio.sleep(0.01)

    async def _once(self, tab: Subscriber) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.dice.choice(self.ports))
        left = self.dice.randrange(1, 60)
        try:
            head = (
                f"GET /api/stream?since={tab.cursor} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {tab.access}\r\n\r\n"
            )
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if answer.startswith(b"HTTP/1.1 429"):
                raise EOFError  # The node is about to stop.
            assert answer.startswith(b"HTTP/1.1 200"), answer
            while left > 0:
                line = (await reader.readline()).decode()
                if not line:
                    raise EOFError
                if line.startswith("data: "):
                    left -= 1
                    self._take(tab, json.loads(line.removeprefix("data: ")))
            tab.cuts += 1
        finally:
            writer.transport.abort()

    def _take(self, tab: Subscriber, frame: dict[str, Any]) -> None:
        if frame["type"] == "end":
            raise EOFError
        assert frame["type"] != "reset", frame
        tab.cursor = frame["id"]
        if frame["type"] in EVENTS:
            tab.seen.append(int(frame["position"]))
            self.progress.set()


def gather_crowd(core: Core, ports: list[int], *, people: int, tabs: int, seed: int) -> Crowd:
    """A crowd of new people; each has as many tabs as the next."""
    accounts = []
    for number in range(people):
        account = AccountId(uuid4())
        open_account(core.backend, context_of(account), telegram_id=None, name=f"Person {number}")
        verify_address(core.backend, context_of(account), address=f"p{number}@example.com", code=None)
        accounts.append(account)
    for sharee in accounts[1:]:
        share(core, accounts[0], sharee)
    start, cursor = core.backend.changes.newest()
    dice = random.Random(seed)
    tokens = {account: access_of(core, begin_session(core, account)) for account in accounts}
    subscribers = [Subscriber(account := accounts[number % people], tokens[account], cursor) for number in range(tabs)]
    return Crowd(core, ports, accounts, subscribers, start, dice, accounts[:1])


def share(core: Core, owner: AccountId, sharee: AccountId) -> None:
    """The owner shares their default calendar, and the other accepts."""
    row = core.reads.account(sharee)
    assert row is not None
    share_calendar(core.backend, context_of(owner), name=DEFAULT, sharee=row, access=READ)
    (offered,) = core.reads.shares_of(sharee)
    answer_share(core.backend, context_of(sharee), share_id=offered.share_id, accept=True)


def context_of(account: AccountId) -> Context:
    """The context of a command of that account."""
    return Context(account, str(account), "cli", now(), uuid4(), "crowd")

"""A calendar app that syncs: what it asks at random, and what it must be told."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench import dav, events
from bench.filled import Resident
from bench.load import Answer, Connection, LoadError
from bench.servers import HOST
from bench.site import expect, hrefs, sync_token

WANTED_AT_ONCE = 20
CALENDAR = "default"
WITHIN = 60.0
"""Seconds without an answer after which the server counts as hung."""


@dataclass
class Book:
    """What all clients saw: seconds by kind of request, and what went wrong. Closed until the clock runs."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    open: bool = False

    def note(self, kind: str, seconds: float) -> None:
        if self.open:
            self.seconds.setdefault(kind, []).append(seconds)


class Client:
    """One device of one account, with a connection that is kept."""

    def __init__(self, resident: Resident, port: int, each: int, book: Book, seed: int) -> None:
        self._who = resident
        self._port = port
        self._each = each
        self._book = book
        self._random = random.Random(seed)
        self._connection = Connection(HOST, port)
        self._token = ""
        self._new = events.NEW
        self._revision = 0
        self._calendar = f"{resident.home}{CALENDAR}/"
        kinds: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (40, self.poll),
            (25, self.sync_unchanged),
            (10, self.get),
            (10, self.put_and_sync),
            (10, self.query),
            (5, self.multiget),
        ]
        self._weights = [weight for weight, _ in kinds]
        self._acts = [act for _, act in kinds]

    async def begin(self) -> None:
        """Signs in, and reads what there is."""
        answer = await self._ask("begin", "REPORT", self._calendar, dav.sync_collection(""))
        expect(self._each, answer, "the first sync")
        self._token = sync_token(answer)

    async def live(self, until: float, think: float) -> None:
        """Asks for this and that until then (of the loop's clock), with pauses of ``think`` seconds in the mean. What
        goes wrong is noted, and it goes on."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(min(self._random.expovariate(1 / think), until - clock()) if think else 0)
            if clock() >= until:
                return
            (act,) = self._random.choices(self._acts, self._weights)
            try:
                await act()
            except LoadError as error:
                self._book.errors.append(f"{act.__name__}: {error}")
                self._connection.close()
                self._connection = Connection(HOST, self._port)

    def close(self) -> None:
        self._connection.close()

    # ---- what it asks

    async def poll(self) -> None:
        answer = await self._ask("poll", "PROPFIND", self._calendar, dav.POLL, depth=0)
        if sync_token(answer) != self._token:
            raise LoadError("the token is another, though nothing has changed")

    async def sync_unchanged(self) -> None:
        await self._sync("sync, nothing new", set())

    async def get(self) -> None:
        number = self._any()
        answer = await self._ask("GET", "GET", self._path(number))
        if self._uid(number) not in answer.body:
            raise LoadError("another event than the one asked for")

    async def put_and_sync(self) -> None:
        """A new event, or another text of one that is there; the sync that follows must tell of it and nothing else."""
        if self._random.random() < 0.5:
            number, self._new = self._new, self._new + 1
        else:
            number = self._any()
        self._revision += 1
        text = events.event(number, prefix=self._who.prefix, revision=self._revision)
        await self._ask(
            "PUT", "PUT", self._path(number), text, statuses=(201, 204), content_type="text/calendar; charset=utf-8"
        )
        await self._sync("sync after a PUT", {self._path(number)})

    async def query(self) -> None:
        answer = await self._ask("query of a week", "REPORT", self._calendar, dav.query(*events.WEEK), depth=1)
        expect(events.in_week(self._each), answer, "query of a week")

    async def multiget(self) -> None:
        wanted = {self._path(self._any()) for _ in range(WANTED_AT_ONCE)}
        answer = await self._ask("multiget", "REPORT", self._calendar, dav.multiget(sorted(wanted)), depth=0)
        expect(len(wanted), answer, "multiget")

    # ---- how it asks

    async def _sync(self, kind: str, changed: set[str]) -> None:
        answer = await self._ask(kind, "REPORT", self._calendar, dav.sync_collection(self._token))
        if set(found := hrefs(answer)) != changed or len(found) != len(changed):
            raise LoadError(f"{kind}: told of {found}, not of {sorted(changed)}")
        self._token = sync_token(answer)

    async def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        statuses: tuple[int, ...] = (200, 207),
        depth: int | None = None,
        content_type: str = "application/xml; charset=utf-8",
    ) -> Answer:
        request = dav.request(
            method,
            path,
            host=f"{HOST}:{self._port}",
            login=(self._who.user, self._who.password),
            body=body,
            depth=depth,
            content_type=content_type,
        )
        began = time.perf_counter()
        try:
            async with asyncio.timeout(WITHIN):
                answer = await self._connection.send(request)
        except TimeoutError as error:
            raise LoadError(f"{kind}: no answer within {WITHIN:g} s") from error
        self._book.note(kind, time.perf_counter() - began)
        if answer.status not in statuses:
            raise LoadError(f"{kind}: {answer.status} {answer.body[:200].decode('utf-8', 'replace')}")
        return answer

    def _any(self) -> int:
        return self._random.randrange(self._each)

    def _path(self, number: int) -> str:
        return self._calendar + events.name(number, prefix=self._who.prefix)

    def _uid(self, number: int) -> bytes:
        return events.uid(number, prefix=self._who.prefix).encode()

"""A calendar app that syncs: sends random requests and checks the answers."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench import dav, events
from bench.filled import Login
from bench.load import Answer, Connection, LoadError
from bench.servers import HOST
from bench.site import expect, hrefs, sync_token

WANTED_AT_ONCE = 20
"""Max events of one multiget."""
CALENDAR = "default"
TIMEOUT = 60.0
"""Seconds without an answer after which the server counts as hung."""


@dataclass
class Book:
    """The results of all clients: seconds by kind of request, and errors. Seconds count only while it is ``open``."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    open: bool = False

    def note(self, kind: str, seconds: float) -> None:
        """Adds the time of one request."""
        if self.open:
            self.seconds.setdefault(kind, []).append(seconds)


class Client:
    """One device of one account, with one persistent connection."""

    def __init__(self, login: Login, port: int, each: int, book: Book, seed: int) -> None:
        self._login = login
        self._port = port
        self._each = each
        self._book = book
        self._random = random.Random(seed)
        self._connection = Connection(HOST, port)
        self._token = ""
        self._new = events.NEW
        self._revision = 0
        self._calendar = f"{login.home}{CALENDAR}/"
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
        """Signs in and does the first sync."""
        answer = await self._ask("begin", "REPORT", self._calendar, dav.sync_collection(""))
        expect(self._each, answer, "the first sync")
        self._token = sync_token(answer)

    async def live(self, until: float, think: float) -> None:
        """Sends random requests until ``until`` (loop time), with pauses of ``think`` seconds on average.

        An error is noted, and the client continues with a new connection.
        """
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
        """Closes the connection."""
        self._connection.close()

    # ---- the requests

    async def poll(self) -> None:
        """Reads the sync token, which must be unchanged."""
        answer = await self._ask("poll", "PROPFIND", self._calendar, dav.POLL, depth=0)
        if sync_token(answer) != self._token:
            raise LoadError("the sync token has changed, though the calendar has not")

    async def sync_unchanged(self) -> None:
        """Syncs; the answer must be empty."""
        await self._sync("sync, nothing new", set())

    async def get(self) -> None:
        """Gets one random event."""
        number = self._any()
        answer = await self._ask("GET", "GET", self._path(number))
        if self._uid(number) not in answer.body:
            raise LoadError("the answer is another event than requested")

    async def put_and_sync(self) -> None:
        """Puts a new or changed event; the next sync must list this event only."""
        if self._random.random() < 0.5:
            number, self._new = self._new, self._new + 1
        else:
            number = self._any()
        self._revision += 1
        text = events.event(number, prefix=self._login.prefix, revision=self._revision)
        await self._ask(
            "PUT", "PUT", self._path(number), text, statuses=(201, 204), content_type="text/calendar; charset=utf-8"
        )
        await self._sync("sync after a PUT", {self._path(number)})

    async def query(self) -> None:
        """Queries one week with data."""
        answer = await self._ask("query of a week", "REPORT", self._calendar, dav.query(*events.WEEK), depth=1)
        expect(events.in_week(self._each), answer, "query of a week")

    async def multiget(self) -> None:
        """Gets up to WANTED_AT_ONCE random events in one request."""
        wanted = {self._path(self._any()) for _ in range(WANTED_AT_ONCE)}
        answer = await self._ask("multiget", "REPORT", self._calendar, dav.multiget(sorted(wanted)), depth=0)
        expect(len(wanted), answer, "multiget")

    # ---- sending

    async def _sync(self, kind: str, changed: set[str]) -> None:
        answer = await self._ask(kind, "REPORT", self._calendar, dav.sync_collection(self._token))
        if set(found := hrefs(answer)) != changed or len(found) != len(changed):
            raise LoadError(f"{kind}: the answer lists {found}, not {sorted(changed)}")
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
            login=(self._login.user, self._login.password),
            body=body,
            depth=depth,
            content_type=content_type,
        )
        began = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = await self._connection.send(request)
        except TimeoutError as error:
            raise LoadError(f"{kind}: no answer within {TIMEOUT:g} s") from error
        self._book.note(kind, time.perf_counter() - began)
        if answer.status not in statuses:
            raise LoadError(f"{kind}: {answer.status} {answer.body[:200].decode('utf-8', 'replace')}")
        return answer

    def _any(self) -> int:
        return self._random.randrange(self._each)

    def _path(self, number: int) -> str:
        return self._calendar + events.name(number, prefix=self._login.prefix)

    def _uid(self, number: int) -> bytes:
        return events.uid(number, prefix=self._login.prefix).encode()

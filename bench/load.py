"""The load generator: HTTP/1.1 over loopback, the same for every server, with little work per request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

Prepared = bytes
TIMEOUT = 60.0
"""Seconds without an answer after which a server counts as hung."""
LONG = 32 * 1024
"""Bytes of an answer after which its length is read from its head."""
LAST_CHUNK = b"0\r\n\r\n"


class LoadError(Exception):
    """A server closed the connection, hung, or answered otherwise than the workload needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; ``head`` has the raw status line and headers."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, in any case; None where there is none."""
        wanted = name.lower().encode()
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == wanted:
                return value.strip().decode("latin-1")
        return None


class Wire(asyncio.Protocol):
    """One TCP connection with one request in flight."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._awaited: int | None = 0
        self._waiter: asyncio.Future[Answer] | None = None
        self._ended = False

    @property
    def open(self) -> bool:
        """Whether another request can be sent."""
        return self.transport is not None and not self.transport.is_closing() and not self._ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's class does not derive from asyncio.Transport

    def data_received(self, data: bytes) -> None:
        """Adds the bytes to the answer, and completes it where they are the last."""
        self._data += data
        self._complete()

    def eof_received(self) -> None:
        """Completes an answer without a length."""
        self._ended = True
        self._complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Completes the answer, or fails it where it is incomplete."""
        self._ended = True
        self._complete()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(LoadError(f"the server closed the connection: {exc or 'end of stream'}"))

    def _complete(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if not self._ended and self._more_comes():
            return
        found = parse(bytes(self._data), ended=self._ended)
        if found is None:
            return
        answer, stays = found
        self._data.clear()
        self._awaited = 0
        if not stays:
            self.close()
        self._waiter.set_result(answer)

    def _more_comes(self) -> bool:
        """Whether the answer is incomplete. Cheap: an answer of many megabytes is parsed once, not for every piece."""
        if self._awaited == 0 and len(self._data) > LONG:
            self._awaited = length(bytes(self._data[:LONG]))
        if self._awaited is None:
            return not self._data.endswith(LAST_CHUNK)
        return len(self._data) < self._awaited

    async def send(self, request: Prepared) -> Answer:
        """The answer to ``request``. Raises LoadError."""
        assert self.transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._waiter

    def close(self) -> None:
        """Closes the connection."""
        if self.transport is not None:
            self.transport.close()


class Connection:
    """A client's connection; a new one is opened where the server closes after each answer."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._wire: Wire | None = None

    async def send(self, request: Prepared) -> Answer:
        """The answer to ``request``. Raises LoadError."""
        if self._wire is None or not self._wire.open:
            try:
                _, self._wire = await asyncio.get_running_loop().create_connection(Wire, *self._address)
            except OSError as error:
                raise LoadError(f"no connection: {error}") from error
        return await self._wire.send(request)

    def close(self) -> None:
        """Closes the connection."""
        if self._wire is not None:
            self._wire.close()


def length(start: bytes) -> int | None:
    """Bytes of the whole answer that begins with ``start``; 0 where unknown, None where it is chunked."""
    end = start.find(b"\r\n\r\n")
    if end < 0:
        return 0
    lowered = start[:end].lower() + b"\r\n"
    if b"\r\ntransfer-encoding: chunked" in lowered:
        return None
    _, found, rest = lowered.partition(b"\r\ncontent-length:")
    return end + 4 + int(rest.partition(b"\r\n")[0]) if found else 0


def parse(data: bytes, *, ended: bool) -> tuple[Answer, bool] | None:
    """The answer in ``data`` and whether the connection stays open; None while it is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[:end]
    status = int(head[9:12])
    lowered = head.lower()
    stays = not (lowered.startswith(b"http/1.0") or b"\r\nconnection: close" in lowered)
    length = lowered.find(b"\r\ncontent-length:")
    if length >= 0:
        stop = lowered.find(b"\r\n", length + 2)
        size = int(lowered[length + 17 : stop if stop >= 0 else len(lowered)])
        body = data[end + 4 : end + 4 + size]
        return (Answer(status, head, body), stays) if len(body) == size else None
    if b"\r\ntransfer-encoding: chunked" in lowered:
        chunks = unchunk(data, end + 4)
        return None if chunks is None else (Answer(status, head, chunks), stays)
    if status in (204, 304) or status < 200:
        return Answer(status, head, b""), stays
    return (Answer(status, head, data[end + 4 :]), False) if ended else None


def unchunk(data: bytes, at: int) -> bytes | None:
    """The body of a chunked answer; None while it is incomplete."""
    if not data.endswith(LAST_CHUNK):
        return None
    body = bytearray()
    while True:
        stop = data.find(b"\r\n", at)
        if stop < 0:
            return None
        size = int(data[at:stop].split(b";")[0], 16)
        if size == 0:
            return bytes(body)
        body += data[stop + 2 : stop + 2 + size]
        at = stop + 4 + size
        if at > len(data):
            return None


@dataclass(slots=True)
class Sample:
    """The result of one round: seconds of each request, and seconds from the first request to the last answer."""

    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.elapsed if self.elapsed else 0.0


async def run(
    host: str,
    port: int,
    prepared: Callable[[], Prepared] | Prepared,
    *,
    connections: int,
    statuses: Iterable[int],
    seconds: float | None = None,
    count: int | None = None,
    limit: float | None = None,
) -> Sample:
    """Sends requests for ``seconds`` or until ``count`` are sent; each connection waits for its answer first.

    Answers that arrive after the end are counted too. ``limit``: max seconds from the start to wait for them. Raises
    LoadError.
    """
    allowed = frozenset(statuses)
    make = prepared if callable(prepared) else lambda: prepared
    sample = Sample()
    left = count if count is not None else 1 << 62
    started = time.perf_counter()
    deadline = started + (seconds if seconds is not None else float("inf"))

    async def one(connection: Connection) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            request = make()
            began = time.perf_counter()
            answer = await connection.send(request)
            done = time.perf_counter()
            if answer.status not in allowed:
                reply = (answer.head.split(b"\r\n")[0] + b" " + answer.body[:300]).decode("utf-8", "replace")
                raise LoadError(f"{request.split(b' HTTP/')[0].decode()[:120]}: {reply}")
            sample.latencies.append(done - began)
            if done >= deadline:
                return

    opened = [Connection(host, port) for _ in range(connections)]
    tasks = [asyncio.ensure_future(one(connection)) for connection in opened]
    try:
        async with asyncio.timeout(limit or TIMEOUT + (seconds or 0) + (count or 0)):
            await asyncio.gather(*tasks)
    except TimeoutError as error:
        if limit is None:
            raise LoadError("no answer in time") from error
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in opened:
            connection.close()
    sample.elapsed = time.perf_counter() - started
    return sample

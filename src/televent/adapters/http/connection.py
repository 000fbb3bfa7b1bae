"""A connection to the HTTP server, and how long it may keep the server waiting (ADR 0025).

uvicorn bounds the time between two requests. Here is the rest: a head that does not come (408, RFC 9110 §15.5.9), a
body that comes too slowly, an answer that is not taken, more connections than there is room for (503). All of it
happens below the application, which hears no more than that its client has gone; and no timer is set for a request that
comes in one piece and an answer that fits into the socket.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

log = structlog.get_logger("televent.connection")

MAX_HEAD: Final = 64 * 1024
"""Octets of a request's line and headers."""
MAX_UNWANTED: Final = 64 * 1024 * 1024
"""Octets of a body that are still taken after its request was answered."""
BESIDE: Final = 1.25
"""So many times the connections there is room for are told that there is none; further ones are not even told."""
_RESET: Final = struct.pack("ii", 1, 0)
RETRY_AFTER: Final = 5
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``head``, ``idle``, ``write``: seconds. ``rate``: octets a second. ``connections``: of one process."""

    head: float
    """For the head of a request, from its first octet; and for the first octet of a connection."""
    idle: float
    """Without an octet of a body; and that much more than ``rate`` would need for what has come."""
    rate: int
    write: float
    """Without room in the socket for the next part of an answer."""
    connections: int


class Connection(HttpToolsProtocol):
    """Of a subclass that ``connections_with`` makes: uvicorn makes one for each connection, and gives no arguments."""

    patience: ClassVar[Patience]

    _wait: Literal["", "head", "body"] = ""
    """For what of a request the client is waited for."""
    _begun: float | None = None
    """When that began; None: with the next octets. By the loop's clock, like ``_last``."""
    _last = 0.0
    _taken = 0
    """Octets since then."""
    _silent = True
    """Nothing has ever come."""
    _rested = 0.0
    """When the last answer was complete."""
    _waiting: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    """The request that is being answered; ``cycle`` is the last that came, which may have to wait for it."""

    # ---- the connection
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        room = self.patience.connections
        if len(self.connections) > room and not self._make_room():
            if len(self.connections) > room * BESIDE:
                transport.abort()
                return
            self.app = _busy
        self._wait = "head"
        self._begin()
        self._arm(self.patience.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._cancel_writing()
        self._wait = ""
        self._gone()
        super().connection_lost(exc)
        # What waited for its turn is forgotten now: it and the connection know each other, and the collector is lazy.
        self.pipeline.clear()
        self._running = None

    def _make_room(self) -> bool:
        """Ends the connection that has been idle longest: HTTP lets a server do that at any time (RFC 9112 §9.5)."""
        idle = [each for each in self.connections if isinstance(each, Connection) and each.idle]
        if not idle:
            return False
        longest = min(idle, key=lambda each: each._rested)
        longest.transport.close()
        longest._linger()
        return True

    @property
    def idle(self) -> bool:
        """Between two requests."""
        done = self.cycle is not None and self.cycle.response_complete
        return done and not self._wait and not self.pipeline and not self.transport.is_closing()

    # ---- what comes
    def data_received(self, data: bytes) -> None:
        self._silent = False
        super().data_received(data)
        if self.transport.is_closing():
            self._rest()
            self._linger()
            return
        if not self._wait and self.idle and self.timeout_keep_alive_task is None:
            # Blank lines, which belong to no request, have ended uvicorn's own waiting.
            self._wait, self._begun = "head", None
        if not self._wait:
            self._rest()
            return
        if self._begun is None:
            # Another wait than the one that a timer may be set for. These octets may belong to something else, such as
            # the end of a body that nobody wanted.
            self._rest()
            self._begin()
        else:
            self._last = self.loop.time()
            self._taken += len(data)
        if self._wait == "head" and self._taken > MAX_HEAD:
            self._end(431, "the head is too large")
        elif self._wait == "body" and self._taken > MAX_UNWANTED and self.cycle.response_complete:
            self._end(None, "a body that nobody wants does not end")
        elif self._waiting is None:
            self._arm(self.patience.head if self._wait == "head" else self.patience.idle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait, self._begun = "head", None

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._wait, self._begun = "body", None
        # What stands behind a chunked body has no meaning here, and no bound of its own.
        self.headers = _Nowhere()

    def on_message_complete(self) -> None:
        self._wait = ""
        super().on_message_complete()

    def eof_received(self) -> None:
        super().eof_received()
        self._linger()

    def _begin(self) -> None:
        self._begun = self._last = self.loop.time()
        self._taken = 0

    def _arm(self, seconds: float) -> None:
        self._rest()
        self._waiting = self.loop.call_later(seconds, self._look)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _look(self) -> None:
        """Has it been long enough?"""
        self._waiting = None
        if not self._wait or self._begun is None or self.transport.is_closing():
            return
        if self._ours():
            self._begin()
        patience = self.patience
        until = self._begun + patience.head
        if self._wait == "body":
            until = min(self._last, self._begun + self._taken / patience.rate) + patience.idle
        left = until - self.loop.time()
        if left > 0:
            self._arm(left)
        elif self._silent:
            self.transport.close()
        else:
            self._end(408, f"the {self._wait} of the request did not come")

    def _ours(self) -> bool:
        """It is not the client who keeps the other waiting: what has come is not taken, the answer is on its way, or it
        was not told to go on (RFC 9110 §10.1.1)."""
        cycle = self.cycle
        if self.flow.read_paused or self.pipeline:
            return True
        if cycle is None or cycle.response_complete:
            return False
        return self._wait == "head" or cycle.response_started or cycle.waiting_for_100_continue

    def _end(self, status: int | None, why: str) -> None:
        """Answers where an answer can still be given, and ends the connection; the application hears that the client
        has gone."""
        log.info("connection ended", why=why)
        self._rest()
        cycle, body = self.cycle, self._wait == "body"
        self._wait = ""
        # Of a body whose request has its answer already there is nothing more to say, and nothing amid an answer.
        unanswered = not cycle.response_started if body else cycle is None or cycle.response_complete
        if status is not None and unanswered:
            self.transport.write(_answer(status, why))
        self._gone()
        self.transport.close()
        self._linger()

    def _gone(self) -> None:
        """Tells the application. uvicorn tells only of the last request that came."""
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    # ---- what goes
    def pause_writing(self) -> None:
        super().pause_writing()
        self._cancel_writing()
        self._writing = self.loop.call_later(self.patience.write, self._stuck)

    def resume_writing(self) -> None:
        self._cancel_writing()
        super().resume_writing()

    def on_response_complete(self) -> None:
        self._rested = self.loop.time()
        super().on_response_complete()
        if self.transport.is_closing():
            self._linger()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._linger()

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._linger()

    def _linger(self) -> None:
        """The connection is being closed, which takes as long as there is something that the client does not take."""
        if self._writing is None and self.transport.get_write_buffer_size() > 0:
            self._writing = self.loop.call_later(self.patience.write, self._stuck)

    def _stuck(self) -> None:
        self._writing = None
        log.info("connection ended", why="the answer was not taken")
        # Else the kernel would go on keeping what it has for a client who takes nothing.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _cancel_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


class _Nowhere(list[tuple[bytes, bytes]]):
    """Where trailers go."""

    def append(self, _: tuple[bytes, bytes]) -> None:
        """Nothing is kept."""


def connections_with(patience: Patience) -> type[Connection]:
    """A protocol class for uvicorn's ``http``."""
    return type("PatientConnection", (Connection,), {"patience": patience})


def _answer(status: int, why: str) -> bytes:
    body = f"{why[:1].upper()}{why[1:]}.\n".encode()
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return STATUS_LINE[status] + head + body


async def _busy(scope: Any, receive: Any, send: Any) -> None:
    """503 for a connection too many (RFC 9110 §15.6.4)."""
    body = b"Too many connections.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % RETRY_AFTER),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})

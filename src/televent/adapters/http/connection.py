"""Timeouts and limits for each HTTP connection (ADR 0025).

uvicorn only limits the time between two requests. This module adds limits for a request head that does not arrive
(408, RFC 9110 §15.5.9), a body that arrives too slowly, an answer that the client does not read, and too many
connections (503). The application only sees that the client has disconnected. A request that arrives in one piece and
an answer that fits into the socket buffer need no timer.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, cast

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from televent.adapters.http.framing import FramedConnection
from televent.adapters.http.joining import JoiningTransport

log = structlog.get_logger("televent.connection")

MAX_HEAD: Final = 64 * 1024
"""Max bytes of a request line with its headers."""
MAX_UNWANTED_BODY: Final = 64 * 1024 * 1024
"""Max bytes of a body that the server still reads after it has answered the request."""
HARD_LIMIT_FACTOR: Final = 1.25
"""Max open connections as a multiple of the connection limit. Between the limit and this number a connection gets 503;
above it the server closes the connection without an answer."""
_ANSWERS: Final = itertools.count(1)
"""Numbers for complete answers."""
_RESET: Final = struct.pack("ii", 1, 0)
"""The SO_LINGER value that makes close() send a TCP reset and discard unsent data."""
LINGER: Final = 2.0
"""Max seconds for which the server reads on after it has refused bytes and ended its own side."""
MAX_LINGERING: Final = 1024 * 1024
"""Max bytes that it reads then."""
RETRY_AFTER: Final = 5
"""Seconds in the Retry-After header of the 503 for too many connections."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of one server process."""

    head: float
    """Max seconds for a request head, counted from its first byte; also for the first byte of a connection."""
    idle: float
    """Max seconds without a byte of the body; also max seconds that a body may be slower than ``rate``."""
    rate: int
    """Min bytes a second of a body."""
    write: float
    """Max seconds for which the client reads nothing of an answer while the socket buffer is full."""
    connections: int
    """Max open connections that are served."""


class Connection(FramedConnection):
    """One HTTP connection with timeouts.

    uvicorn creates one object for each connection and passes no settings. So ``connections_with`` makes a subclass that
    holds the limits."""

    limits: ClassVar[ConnectionLimits]

    _waiting_for: Literal["", "head", "body"] = ""
    """The part of a request that the server waits for; "" if it waits for none."""
    _wait_began: float | None = None
    """The time when this wait began, by the loop's clock; None: it begins with the next bytes."""
    _last_received = 0.0
    """The time of the last bytes, by the loop's clock."""
    _received = 0
    """Bytes received since the wait began."""
    _no_data_yet = True
    """True until the client sends its first byte."""
    _idle_number = 0
    """Grows with each complete answer of the process, and so tells which connection became idle first."""
    _discarded: int | None = None
    """Bytes read and thrown away since the server ended its own side; None: it has not."""
    _read_timer: asyncio.TimerHandle | None = None
    """The timeout for reading."""
    _write_timer: asyncio.TimerHandle | None = None
    """The timeout for writing."""
    _running: RequestResponseCycle | None = None
    """The request that is being answered. uvicorn's ``cycle`` is the last request received, which may be a later one
    that waits for its turn."""

    # ---- the connection
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        room = self.limits.connections
        if len(self.connections) > room and not self._close_idle_connection():
            if len(self.connections) > room * HARD_LIMIT_FACTOR:
                transport.abort()
                return
            self.app = _busy
        self._waiting_for = "head"
        self._restart_wait()
        self._start_read_timer(self.limits.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_read_timer()
        self._stop_write_timer()
        self._waiting_for = ""
        self._report_disconnect()
        super().connection_lost(exc)
        # Waiting requests and the connection refer to each other. Clearing them frees the memory now; the garbage
        # collector would free it much later.
        self.pipeline.clear()
        self._running = None

    def _close_idle_connection(self) -> bool:
        """Closes the connection that has been idle longest, which HTTP allows at any time (RFC 9112 §9.5). Returns
        False if no connection is idle."""
        idle = [each for each in self.connections if isinstance(each, Connection) and each.idle]
        if not idle:
            return False
        longest = min(idle, key=lambda each: each._idle_number)
        longest.transport.close()
        longest._limit_close()
        return True

    @property
    def idle(self) -> bool:
        """True between two requests."""
        done = self.cycle is not None and self.cycle.response_complete
        return done and not self._waiting_for and not self.pipeline and not self.transport.is_closing()

    # ---- reading
    def data_received(self, data: bytes) -> None:
        self._no_data_yet = False
        if self._discarded is not None:
            self._discarded += len(data)
            if self._discarded > MAX_LINGERING:
                self.transport.close()
            return
        super().data_received(data)
        if self._discarded is not None:
            return
        if self.transport.is_closing():
            self._stop_read_timer()
            self._limit_close()
            return
        if not self._waiting_for and self.idle and self.timeout_keep_alive_task is None:
            # Blank lines belong to no request, but they have cancelled uvicorn's own keep-alive timeout.
            self._waiting_for, self._wait_began = "head", None
        if not self._waiting_for:
            self._stop_read_timer()
            return
        if self._wait_began is None:
            # A new wait begins: a timer that is still set belongs to the wait before. These bytes do not count, because
            # they may be the end of an unwanted body.
            self._stop_read_timer()
            self._restart_wait()
        else:
            self._last_received = self.loop.time()
            self._received += len(data)
        if self._waiting_for == "head" and self._received > MAX_HEAD:
            self._end_connection(431, "the head is too large")
        elif self._waiting_for == "body" and self._received > MAX_UNWANTED_BODY and self.cycle.response_complete:
            self._end_connection(None, "an unwanted body is too large")
        elif self._read_timer is None:
            self._start_read_timer(self.limits.head if self._waiting_for == "head" else self.limits.idle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        cycle.transport = cast(asyncio.Transport, JoiningTransport(self.transport, self.loop))
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._waiting_for, self._wait_began = "head", None

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._waiting_for, self._wait_began = "body", None
        # Trailers after a chunked body have no meaning here, and uvicorn does not limit them.
        self.headers = _DiscardedTrailers()

    def on_message_complete(self) -> None:
        self._waiting_for = ""
        super().on_message_complete()

    def eof_received(self) -> None:
        super().eof_received()
        self._limit_close()

    def _restart_wait(self) -> None:
        self._wait_began = self._last_received = self.loop.time()
        self._received = 0

    def _start_read_timer(self, seconds: float) -> None:
        self._stop_read_timer()
        self._read_timer = self.loop.call_later(seconds, self._check_read_timeout)

    def _stop_read_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def _check_read_timeout(self) -> None:
        """Ends the connection if the client has used up its time, else sets the timer for the time that is left."""
        self._read_timer = None
        if not self._waiting_for or self._wait_began is None or self.transport.is_closing():
            return
        if self._server_is_busy():
            self._restart_wait()
        limits = self.limits
        until = self._wait_began + limits.head
        if self._waiting_for == "body":
            until = min(self._last_received, self._wait_began + self._received / limits.rate) + limits.idle
        left = until - self.loop.time()
        if left > 0:
            self._start_read_timer(left)
        elif self._no_data_yet:
            self.transport.close()
        else:
            self._end_connection(408, f"the {self._waiting_for} of the request did not come")

    def _server_is_busy(self) -> bool:
        """True if the delay is the server's and not the client's: the server has paused reading, is still answering,
        or has not sent 100 (Continue) yet (RFC 9110 §10.1.1)."""
        cycle = self.cycle
        if self.flow.read_paused or self.pipeline:
            return True
        if cycle is None or cycle.response_complete:
            return False
        return self._waiting_for == "head" or cycle.response_started or cycle.waiting_for_100_continue

    def _end_connection(self, status: int | None, why: str) -> None:
        """Ends the connection, with an answer of ``status`` if the request has none yet. The application sees a
        disconnected client."""
        log.info("connection ended", why=why)
        self._stop_read_timer()
        cycle, body = self.cycle, self._waiting_for == "body"
        self._waiting_for = ""
        # A second answer to the same request, or one inside another answer, would break the HTTP stream.
        unanswered = not cycle.response_started if body else cycle is None or cycle.response_complete
        answers = status is not None and unanswered
        if status is not None and answers:
            self.transport.write(_error_answer(status, why))
        self._report_disconnect()
        if answers and self._discarded is None and self.transport.can_write_eof():
            self._linger()
        else:
            self.transport.close()
        self._limit_close()

    def _linger(self) -> None:
        """Ends the server's side and reads on for a moment. A close with bytes on their way makes a TCP reset, which
        may destroy the answer before the client has read it (RFC 9112 §9.6)."""
        self._discarded = 0
        self.transport.write_eof()
        self._read_timer = self.loop.call_later(LINGER, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """Answers bytes that are no request, or no body, and ends the connection. If requests before them are still
        being answered, it ends without an answer to these bytes: a client would take it for the answer to the first
        one, which may have changed something."""
        last = self.cycle
        if last is None or last.response_complete or (self._waiting_for == "body" and last is self._running):
            self._end_connection(400, msg)
            return
        if self._waiting_for == "body":
            # The last request never comes whole, so it must not begin.
            self.pipeline.popleft()
            before = self.pipeline[0][0] if self.pipeline else self._running
            assert before is not None
            last = self.cycle = before
        self._waiting_for = ""
        last.keep_alive = False

    def _report_disconnect(self) -> None:
        """Reports the disconnect to the request that is being answered. uvicorn reports it to the last received request
        only."""
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    def to_websocket(self, head: bytes) -> None:
        self._waiting_for = ""
        self._stop_read_timer()
        super().to_websocket(head)

    # ---- writing
    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(self.limits.write, self._on_write_timeout)

    def resume_writing(self) -> None:
        self._stop_write_timer()
        super().resume_writing()

    def on_response_complete(self) -> None:
        # The loop may read or close before its next iteration: an error answer would come before the head of this one.
        if self._running is not None:
            cast(JoiningTransport, self._running.transport).flush()
        # The event loop's clock counts milliseconds, and several answers end in one.
        self._idle_number = next(_ANSWERS)
        super().on_response_complete()
        if self.transport.is_closing():
            self._limit_close()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._limit_close()

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._limit_close()

    def _limit_close(self) -> None:
        """Limits the time of a close. Without a timer the close would wait until the client has read everything."""
        if self._write_timer is None and self.transport.get_write_buffer_size() > 0:
            self._write_timer = self.loop.call_later(self.limits.write, self._on_write_timeout)

    def _on_write_timeout(self) -> None:
        self._write_timer = None
        log.info("connection ended", why="the answer was not taken")
        reset(self.transport)

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


class _DiscardedTrailers(list[tuple[bytes, bytes]]):
    """A header list that discards the trailers of a chunked body."""

    def append(self, _: tuple[bytes, bytes]) -> None:
        """Discards the header."""


def reset(transport: asyncio.Transport) -> None:
    """Ends a connection whose client reads nothing. Without the reset the kernel would keep the unsent data."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


def connections_with(limits: ConnectionLimits, sockets: frozenset[bytes] = frozenset()) -> type[Connection]:
    """The protocol class for uvicorn's setting ``http``, with these limits. ``sockets``: the paths of WebSockets."""
    return type("LimitedConnection", (Connection,), {"limits": limits, "socket_paths": sockets})


def _error_answer(status: int, why: str) -> bytes:
    body = f"{why[:1].upper()}{why[1:]}.\n".encode()
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return STATUS_LINE[status] + head + body


async def _busy(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application of a connection above the limit: it answers 503 (RFC 9110 §15.6.4)."""
    body = b"Too many connections.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % RETRY_AFTER),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})

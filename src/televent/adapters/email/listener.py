"""Accepts mail by SMTP or LMTP (RFC 5321, RFC 2033) from the mail server in front of us.

A mail is stored before it is acknowledged, and processed afterwards. A mail that was stored when a process died is
processed at the next start, or by another process after SWEEP.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from televent.adapters.email.intake import Intake

log = structlog.get_logger("televent.mail")

MAX_MAIL = 5 * 1024 * 1024
"""Max bytes of a mail."""
MAX_RECIPIENTS = 100
"""Max recipients of a mail."""
MAX_CONNECTIONS = 100
"""Max connections at the same time."""
MAX_UNDER_WAY = 50
"""Max mails processed at the same time; the others wait in the database."""
TIMEOUT = 300.0
"""Seconds for one command and for the whole of DATA (RFC 5321 §4.5.3.2.7)."""
LINE_LIMIT = 64 * 1024
"""Max bytes of a line. RFC 5321 §4.5.3.1.6 allows 1000, but some programs put all their HTML into one line."""
SWEEP = timedelta(seconds=60)
"""Seconds between two searches for stored mails without outcome, and the min age of such a mail."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-received:", b"x-original-to:", b"x-spam")


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """The address, port and protocol to listen with."""

    host: str
    port: int
    protocol: Literal["smtp", "lmtp"] = "smtp"


class Listener:
    """aiosmtpd's handler: stores each mail, then processes it in the background."""

    def __init__(self, intake: Intake, now: Callable[[], datetime]) -> None:
        self._intake = intake
        self._now = now
        self.connections: set[asyncio.Transport] = set()
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Accepts recipients with an account here and our own tokened addresses; nothing is relayed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal: str | None = await self._intake.refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Replies 250 only after the mail is stored."""
        raw: bytes = envelope.original_content or b""
        recipients = [str(each) for each in envelope.rcpt_tos]
        key = mail_key(raw, recipients)
        # aiosmtpd decodes bytes that are not UTF-8 as lone surrogates, which PostgreSQL refuses.
        sender = (envelope.mail_from or "").encode(errors="replace").decode()
        if await self._intake.run(self._intake.book.keep, key, sender, recipients, raw, self._now()):
            self.process(key, sender, recipients, raw)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Replies 451, so that the sender keeps the mail and tries again. The reply does not contain the error."""
        log.error("a mail could not be stored", exc_info=error)
        return "451 4.3.0 Try again later"

    def process(self, key: str, sender: str, recipients: list[str], raw: bytes) -> None:
        """Processes a stored mail in the background. Above MAX_UNDER_WAY the mail waits for the next sweep."""
        if key in self._under_way or len(self._under_way) >= MAX_UNDER_WAY:
            return
        task = asyncio.create_task(self._intake.take(key, sender, recipients, raw))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._under_way.pop(key, None))

    async def sweep(self, before: datetime) -> int:
        """Processes the mails that were stored before that time and have no outcome yet; returns their number."""
        found = await self._intake.run(self._intake.book.unsettled, MAX_UNDER_WAY, before)
        for key, sender, recipients, raw in found:
            self.process(key, sender, recipients, raw)
        await self.settled()
        return len(found)

    async def settled(self) -> None:
        """Returns when every mail that is processed now has ended."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)


class _Bounded(SMTP):
    """A connection that is refused above MAX_CONNECTIONS."""

    line_length_limit = LINE_LIMIT

    def connection_made(self, transport: Any) -> None:
        connections = self.event_handler.connections
        super().connection_made(transport)
        if len(connections) >= MAX_CONNECTIONS:
            transport.write(b"421 4.3.2 Too many connections\r\n")
            transport.close()
            return
        connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections.discard(self.transport)
        super().connection_lost(error)


class _BoundedLmtp(LMTP, _Bounded):
    """After the end of DATA, LMTP sends one reply for each recipient (RFC 2033 §4.2)."""

    _answers = 1

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else str(status)
        answers, self._answers = self._answers, 1
        if text.startswith("354") and self.envelope is not None:
            self._answers = max(1, len(self.envelope.rcpt_tos))
        await super().push("\r\n".join([text] * answers))


def mail_key(raw: bytes, recipients: list[str]) -> str:
    """The dedupe key of a mail: a hash of its recipients, headers and body, without trace headers (imip/SPEC B1).

    The same mail that arrives by two routes differs only in its trace headers.
    """
    # Bare LF must count as a line end: otherwise a head without CRLF is one line, and Received would hide all of it.
    parted = _HEAD_END.search(raw)
    head, body = (raw[: parted.start()], raw[parted.end() :]) if parted is not None else (raw, b"")
    digest = hashlib.sha256("\0".join([*sorted(each.lower() for each in recipients), ""]).encode())
    skipping = False
    for line in head.splitlines():
        if line[:1] not in (b" ", b"\t"):
            skipping = line.lower().startswith(_TRACE)
        if not skipping:
            digest.update(line + b"\n")
    digest.update(b"\n" + body)
    return digest.hexdigest()


async def serve_mail(
    config: ListenerConfig,
    intake: Intake,
    now: Callable[[], datetime],
    ready: Callable[[], None],
    stop: asyncio.Event,
    *,
    on_port: Callable[[int], None] = lambda port: None,
    sock: socket.socket | None = None,
) -> None:
    """Listens until ``stop`` is set; also processes the mails that an earlier process stored and left without outcome.

    ``on_port`` gets the port that is bound, ``ready`` is called once mail is accepted. ``sock``: a listening socket to
    use in place of a new one. Raises OSError where the port is taken.
    """
    listener = Listener(intake, now)
    protocol = _BoundedLmtp if config.protocol == "lmtp" else _Bounded

    def connection() -> SMTP:
        return protocol(
            listener,
            data_size_limit=MAX_MAIL,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT,
            hostname="televent",
            ident="Televent",
        )

    loop = asyncio.get_running_loop()
    if sock is not None:
        server = await loop.create_server(connection, sock=sock)
    else:
        server = await loop.create_server(connection, config.host, config.port)
    sweeping = asyncio.create_task(_sweep(listener, now, stop))
    try:
        on_port(server.sockets[0].getsockname()[1])
        ready()
        await stop.wait()
    finally:
        server.close()
        # A sender without a reply sends again; the dedupe key then recognises a mail that is stored already.
        for transport in list(listener.connections):
            transport.close()
        await sweeping
        await listener.settled()


async def _sweep(listener: Listener, now: Callable[[], datetime], stop: asyncio.Event) -> None:
    before = now()
    while not stop.is_set():
        try:
            more = await listener.sweep(before) == MAX_UNDER_WAY
        except Exception:
            log.exception("stored mail could not be processed")
            more = False
        if not more:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SWEEP.total_seconds())
            # Another process may still be processing younger mail.
            before = now() - SWEEP

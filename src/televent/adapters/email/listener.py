"""Mail comes in by SMTP or LMTP (RFC 5321, RFC 2033), from the mail server in front of us.

A mail is kept before it is answered for, and understood afterwards: what was kept when a process died is understood at
the next start, or by another process after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
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
MAX_RECIPIENTS = 100
MAX_CONNECTIONS = 100
MAX_UNDER_WAY = 50
"""Mails in hand at once; more of them wait in the database."""
TIMEOUT = 300.0
"""Seconds for one command and for the whole of DATA (RFC 5321 §4.5.3.2.7)."""
LINE_LIMIT = 64 * 1024
"""RFC 5321 §4.5.3.1.6 says 1000; programs that put all their HTML into one line do not."""
SWEEP = timedelta(seconds=60)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-received:", b"x-original-to:", b"x-spam")


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Where to listen, and how to speak."""

    host: str
    port: int
    protocol: Literal["smtp", "lmtp"] = "smtp"


class Listener:
    """aiosmtpd's handler."""

    def __init__(self, intake: Intake, now: Callable[[], datetime]) -> None:
        self._intake = intake
        self._now = now
        self.connections: set[asyncio.Transport] = set()
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Mail for people here and for our own tokens; nothing is relayed."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal: str | None = await self._intake.refusal(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """250 only once the mail is kept."""
        raw: bytes = envelope.original_content or b""
        recipients = [str(each) for each in envelope.rcpt_tos]
        key = mail_key(raw, recipients)
        # Octets that are no UTF-8 come as lone surrogates, which no database takes.
        sender = (envelope.mail_from or "").encode(errors="replace").decode()
        if await self._intake.run(self._intake.book.keep, key, sender, recipients, raw, self._now()):
            self.understand(key, sender, recipients, raw)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever breaks here is ours to mend: the sender keeps the mail and comes again. He is not told what."""
        log.error("a mail could not be taken", exc_info=error)
        return "451 4.3.0 Try again later"

    def understand(self, key: str, sender: str, recipients: list[str], raw: bytes) -> None:
        """In the background; the mail is safe already. Where too many are under way it waits for a sweep."""
        if key in self._under_way or len(self._under_way) >= MAX_UNDER_WAY:
            return
        task = asyncio.create_task(self._intake.take(key, sender, recipients, raw))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._under_way.pop(key, None))

    async def sweep(self, before: datetime) -> int:
        """Takes up what was kept before then and is not settled; returns how many there were."""
        found = await self._intake.run(self._intake.book.unsettled, MAX_UNDER_WAY, before)
        for key, sender, recipients, raw in found:
            self.understand(key, sender, recipients, raw)
        await self.settled()
        return len(found)

    async def settled(self) -> None:
        """Returns once nothing that is under way now is so any more."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)


class _Bounded(SMTP):
    """A connection that knows when there are too many."""

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
    """After the mail itself LMTP answers once for each recipient, whatever the answer is (RFC 2033 §4.2)."""

    _answers = 1

    async def push(self, status: Any) -> None:
        text = status.decode() if isinstance(status, bytes) else str(status)
        answers, self._answers = self._answers, 1
        if text.startswith("354") and self.envelope is not None:
            self._answers = max(1, len(self.envelope.rcpt_tos))
        await super().push("\r\n".join([text] * answers))


def mail_key(raw: bytes, recipients: list[str]) -> str:
    """Names a mail by what it says and to whom, without the trace that each way leaves on it (imip/SPEC B1)."""
    # Line ends as they come: of a mail without CRLF all would be one line, and that a trace.
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
) -> None:
    """Listens until told to stop; takes up what an earlier process kept and did not understand."""
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

    server = await asyncio.get_running_loop().create_server(connection, config.host, config.port)
    sweeping = asyncio.create_task(_sweep(listener, now, stop))
    try:
        on_port(server.sockets[0].getsockname()[1])
        ready()
        await stop.wait()
    finally:
        server.close()
        # Whoever is not answered yet sends again: a mail that is kept already is recognised then.
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
            log.exception("kept mail could not be taken up")
            more = False
        if not more:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SWEEP.total_seconds())
            # What is younger may be in the hands of another process.
            before = now() - SWEEP
